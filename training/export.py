"""Write a run of HAVOC-mini as the folder that HAVOC loads: weights in bfloat16, config, tokenizer, card.

python -m training.export RECIPE.toml --run runs/seed0 [runs/seed1 …] --data runs/data --out havoc_pipeline/model/mini
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from havoc_pipeline.errors import HavocError
from training.pretrain import export as weights
from training.pretrain.checkpoints import newest
from training.pretrain.journal import LOG, entries
from training.pretrain.recipe import Recipe, read

TASKS = ("plan", "mode", "argue", "arbiter")
FUSION, REFUSAL_PENALTY = 0.3, 0.7
"""Weight of the nearest phrasings, and nats taken from a refusal, at the first decision; chosen on the development authors."""


def export(recipe: Recipe, runs: Sequence[Path], data: Path, out: Path) -> None:
    """Write config.json, model.safetensors, tokenizer.json and havoc.json into `out`.

    Parameters: `runs` folders of log and checkpoints, whose weights are averaged; `data` the token data that they
    were trained on. Raises `PretrainError` when a run has no checkpoint.
    """
    weights.export(recipe, runs, out, "bfloat16")
    (out / "generation_config.json").unlink(missing_ok=True)
    shutil.copy(data / "tokenizer.json", out / "tokenizer.json")
    tokens, seconds = 0, 0.0
    for run in runs:
        step, path = newest(run)
        tokens += json.loads((path / "progress.json").read_text(encoding="utf-8"))["tokens"]
        seconds += sum(entry.get("seconds", 0.0) for entry in entries(run / LOG) if entry["step"] <= step)
    card = {"havoc_tasks": TASKS, "runs": len(runs), "tokens": tokens, "seconds": round(seconds),
            "fusion": FUSION, "refusal_penalty": REFUSAL_PENALTY}  # fmt: skip
    (out / "havoc.json").write_text(json.dumps(card, indent=1), encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--run", type=Path, nargs="+", required=True, help="folders of the runs")
    for name in ("data", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    try:
        export(read(given.recipe), given.run, given.data, given.out)
    except HavocError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
