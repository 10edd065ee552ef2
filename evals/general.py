"""Measure any other language model on the freely asked questions, under the same command language.

python -m havoc_pipeline.evals.general --lm openai/NAME --api-base http://127.0.0.1:8000/v1 \
    [--questions FILE] [--examples] [--at-once 8] [--sample 60] [--out report.json]

The model runs the PLAN stage of `programs.tools.Tools`: the list of commands, the table's columns and
the question as a prompt, one plan under the grammar of this table (`dsl.decoding`), and a second try
when the first does not hold together. With `--examples` it reads the twelve questions of
`data/shots.jsonl` with their plans first, over tables that ship and are not asked about.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.evals.asked import DATA, Case, cause_of, report, rows, table_of
from havoc_pipeline.evals.plan_match import match
from havoc_pipeline.tables import Table

NO_PLAN = "no plan that fits the table"
SEED = 0
ONLY_HAVOC = ("within_three", "auroc", "calibration_error")
"""Figures of several readings and of a calibrated confidence, which a general model does not have."""


def measure_general(
    lm: Any, questions: Sequence[dict[str, Any]], tables: Path, at_once: int = 8, *, examples: bool = False
) -> list[Case]:
    """Let a language model plan every question and compare with what is accepted.

    Parameters
    ----------
    lm : dspy.LM
        As `lm.models.choose_lm` gives it.
    questions : sequence of dict
        Rows of `asked.jsonl`.
    tables : Path
        Folder in which the rows' tables lie.
    at_once : int
        Questions asked side by side.
    examples : bool
        Whether answered examples stand before each question.

    Returns
    -------
    list of Case
        In the order of the questions.

    Raises
    ------
    ModelError
        When the model cannot be reached.
    """
    cache, shown = dict[str, Table](), shots() if examples else []
    pairs = [(row, table_of(row, tables, cache)) for row in questions]
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda pair: _case(lm, shown, *pair), pairs))


def shots() -> list[dict[str, Any]]:
    """Answered examples over the shipped tables, as the PLAN stage takes them."""
    from havoc_pipeline.signatures.drafts import PlanDraft
    from havoc_pipeline.signatures.subject import Subject

    cache, shipped = dict[str, Table](), Path(str(files("havoc_pipeline.datasets").joinpath("tables")))
    return [{"subject": Subject.of(row["question"], table_of(row, shipped, cache)), "plan": PlanDraft(text=row["plan"])}
            for row in rows(DATA / "shots.jsonl")]  # fmt: skip


def _planned(lm: Any, shown: list[dict[str, Any]], question: str, table: Table | None) -> Any:
    """The readings that the PLAN stage gives under this model."""
    import dspy

    from havoc_pipeline.lm.models import adapter_for
    from havoc_pipeline.programs.stages.plan import PlanStage
    from havoc_pipeline.signatures.subject import Subject
    from havoc_pipeline.signatures.types import Grounding

    with dspy.context(lm=lm, adapter=adapter_for(lm)):
        stage = PlanStage()
        stage.write.demos = shown
        return stage(subject=Subject.of(question, table), grounding=Grounding()).output


def _case(lm: Any, shown: list[dict[str, Any]], row: dict[str, Any], table: Table | None) -> Case:
    readings = _planned(lm, shown, row["question"], table)
    best = readings.planned[0] if readings.planned else None
    agreed = match(parse_plan(best.text) if best else (), [row["expected"], *row.get("also", [])])
    refusal = row["expected"][0].startswith("REFUSE")
    refused = best is not None and best.plan.refusal is not None
    cause = cause_of(agreed.command, agreed.columns, agreed.whole, refusal, refused)
    return Case(row["id"], row["question"], " ; ".join(row["expected"]), best.text if best else "",
                float(readings.confidence or 0.0), agreed.command, agreed.columns, agreed.whole, agreed.whole,
                refusal, cause if best else NO_PLAN)  # fmt: skip


def sampled(questions: Sequence[dict[str, Any]], count: int | None) -> list[dict[str, Any]]:
    """A fixed random sample of the questions, in their order; all of them when `count` is None or more."""
    if count is None or count >= len(questions):
        return list(questions)
    chosen = sorted(random.Random(SEED).sample(range(len(questions)), count))
    return [questions[place] for place in chosen]


def first_command_right(cases: Sequence[Case], questions: Sequence[dict[str, Any]]) -> float:
    """Share whose first command is that of an accepted plan, as `evals.nearest` counts."""
    accepted = [{plan[0].split()[0] for plan in (row["expected"], *row.get("also", []))} for row in questions]
    right = [(case.planned.split() or [""])[0] in names for case, names in zip(cases, accepted, strict=True)]
    return round(sum(right) / max(1, len(right)), 3)


def summary_of(cases: list[Case], seconds: float) -> dict[str, Any]:
    """The shares of `evals.asked.report` that a general model has, and how long it took."""
    told = {name: value for name, value in report(cases).items() if name not in ONLY_HAVOC}
    return {**told, "seconds": round(seconds, 1), "seconds_a_question": round(seconds / max(1, len(cases)), 2)}


def run(lm: Any, given: argparse.Namespace) -> None:
    """Measure a language model as the command line asks, and print the figures of each file."""
    for path in given.questions or [DATA / "asked.jsonl", DATA / "asked2.jsonl"]:
        chosen, started = sampled(list(rows(path)), given.sample), time.perf_counter()
        cases = measure_general(lm, chosen, given.tables, given.at_once, examples=given.examples)
        told = {"file": path.name, **summary_of(cases, time.perf_counter() - started)}
        told["first_command"] = first_command_right(cases, chosen)
        sys.stdout.write(json.dumps(told, indent=1) + "\n")
        if given.out:
            kept = {"summary": told, "cases": [asdict(case) for case in cases]}
            file = given.out.with_name(f"{given.out.stem}-{path.stem}.json")
            file.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")


def options(description: str | None) -> argparse.ArgumentParser:
    """What both command lines of general models take."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, action="append", help="a file of questions; both sets when left out")
    parser.add_argument("--tables", type=Path, default=DATA)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--sample", type=int, help="ask only so many of each file, drawn with a fixed seed")
    parser.add_argument("--examples", action="store_true", help="show the model answered examples first")
    parser.add_argument("--out", type=Path)
    return parser


def main() -> None:
    """Command line."""
    from havoc_pipeline.lm.models import choose_lm

    parser = options(__doc__)
    parser.add_argument("--lm", required=True)
    parser.add_argument("--api-base")
    given = parser.parse_args()
    run(choose_lm(given.lm, given.api_base).copy(cache=False), given)


if __name__ == "__main__":
    main()
