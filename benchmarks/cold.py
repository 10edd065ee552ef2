"""Where the seconds of a cold `havoc ask` go: CPU milliseconds by imported package and by step, each counted once.

    OMP_NUM_THREADS=1 python benchmarks/cold.py [--runs 5] [--least 5]

Every run is a fresh process. An import counts for the package that runs, not for the one that asked for it;
a step counts without the imports and steps inside it. `second question` is a whole one in the same process.
"""

from __future__ import annotations

import argparse
import functools
import importlib._bootstrap as machinery
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DATA = ROOT / "datasets" / "tables" / "resin.csv"
QUESTIONS = ("Did the new resin raise tensile strength?", "Is the strength normally distributed?")
STEPS = {
    "havoc_pipeline.dsl.parse": {"_parser": "grammar of the DSL (lark)"},
    "havoc_pipeline.linking.lexicon": {"Lexicon.load": "lexicon JSON"},
    "havoc_pipeline.linking.vectors": {"WordVectors.load": "word vectors"},
    "havoc_pipeline.linking.ground": {"ground": "linking"},
    "havoc_pipeline.model.runtime": {"HavocRuntime.load": "weights", "HavocRuntime.prefill": "prefill",
                                     "HavocRuntime.extend": "decode"},
    "havoc_pipeline.tokenizer.mini": {"MiniTokenizer.__init__": "tokenizer"},
    "havoc_pipeline.lm.planner": {"plan_grammar": "grammar of the plan", "Planner._search": "search",
                                  "Planner._first_bias": "nearest phrases", "execute": "tools, trying plans"},
    "havoc_pipeline.retrieval.library": {"Library.search": "handbook", "Library.methods": "handbook"},
    "havoc_pipeline.programs.stages.execute": {"ExecuteStage.forward": "tools"},
    "havoc_pipeline.reports.answer_text": {"answer_text": "rendering"},
    "havoc_pipeline.tables.table": {"Table.read": "reading the table"},
}  # fmt: skip


class Ledger:
    """CPU seconds by label; what runs inside a label counts for itself alone."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {"interpreter": time.process_time()}
        self._open = ["other steps"]
        self._since = time.process_time()

    def settle(self) -> None:
        now = time.process_time()
        self.spent[self._open[-1]] = self.spent.get(self._open[-1], 0.0) + now - self._since
        self._since = now

    def counted(self, label: str, work: Callable[[], Any]) -> Any:
        self.settle()
        self._open.append(label)
        try:
            return work()
        finally:
            self.settle()
            self._open.pop()


def watch(ledger: Ledger) -> None:
    """Count imports by package, and wrap the steps of each module as soon as it is loaded."""
    find, load = machinery._find_and_load, machinery._load_unlocked  # type: ignore[attr-defined]

    def found(name: str, importer: Any) -> Any:
        return ledger.counted("import " + name.partition(".")[0], lambda: find(name, importer))

    def loaded(spec: Any) -> Any:
        module = load(spec)
        for path, label in STEPS.get(spec.name, {}).items():
            wrap(ledger, module, path.split("."), label)
        return module

    machinery._find_and_load, machinery._load_unlocked = found, loaded  # type: ignore[attr-defined]


def wrap(ledger: Ledger, owner: Any, path: list[str], label: str) -> None:
    *parents, name = path
    for parent in parents:
        owner = getattr(owner, parent)
    kept = vars(owner)[name]
    inner = getattr(kept, "__func__", kept)

    @functools.wraps(inner)
    def outer(*given: Any, **named: Any) -> Any:
        return ledger.counted(label, lambda: inner(*given, **named))

    setattr(owner, name, type(kept)(outer) if isinstance(kept, classmethod | staticmethod) else outer)


def one_process() -> dict[str, float]:
    """Answer twice in this process, as the command line does."""
    ledger = Ledger()
    watch(ledger)
    from havoc_pipeline.cli.app import main

    main(["ask", QUESTIONS[0], "--data", str(DATA)])
    ledger.settle()
    cold = dict(ledger.spent)
    started = time.process_time()
    main(["ask", QUESTIONS[1], "--data", str(DATA)])
    return cold | {"second question": time.process_time() - started}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--least", type=float, default=5.0, help="milliseconds under which a line is left out")
    options = parser.parse_args()
    here = [sys.executable, __file__]
    environment = os.environ | {"COLD_INSIDE": "1", "PYTHONPATH": str(ROOT)}
    runs = [json.loads(subprocess.run(here, env=environment, check=True, capture_output=True).stderr)
            for _ in range(options.runs)]  # fmt: skip
    middle = {label: 1e3 * statistics.median(run.get(label, 0.0) for run in runs) for label in set().union(*runs)}
    second = middle.pop("second question")
    for label, spent in sorted(middle.items(), key=lambda pair: -pair[1]):
        if spent >= options.least:
            print(f"{spent:7.0f} ms  {label}")
    small = sum(spent for spent in middle.values() if spent < options.least)
    print(f"{small:7.0f} ms  under {options.least:g} ms each")
    print(f"{sum(middle.values()):7.0f} ms  together, and {second:.0f} ms for a second question in the same process")


if __name__ == "__main__":
    if os.environ.get("COLD_INSIDE"):
        sys.stderr.write(json.dumps(one_process()))
    else:
        main()
