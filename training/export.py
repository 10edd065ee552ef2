"""Write a run's checkpoint as the folder that HAVOC loads: weights in bfloat16, config, tokenizer, card.

python -m training.export --run training/runs/seed0 --tokenizer DIR --out havoc_pipeline/model/mini
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch

from havoc_pipeline.tokenizer.mini import MiniTokenizer
from training.train import Recipe, build

TASKS = ("plan", "mode", "argue", "arbiter")
FUSION, REFUSAL_PENALTY = 0.3, 0.7
"""Weight of the nearest phrasings, and nats taken from a refusal, at the first decision; chosen on the development authors."""


def export(run: Path, tokenizer: Path, out: Path) -> None:
    """Write config.json, model.safetensors, tokenizer.json and havoc.json into `out`."""
    recipe = Recipe(**json.loads((run / "recipe.json").read_text(encoding="utf-8")))
    model = build(recipe, MiniTokenizer(tokenizer / "tokenizer.json").size)
    saved = torch.load(run / "checkpoint.pt", weights_only=True)
    model.load_state_dict(saved["model"])
    model.to(torch.bfloat16).save_pretrained(out)
    (out / "generation_config.json").unlink(missing_ok=True)
    shutil.copy(tokenizer / "tokenizer.json", out / "tokenizer.json")
    card = {"havoc_tasks": TASKS, "seed": recipe.seed, "tokens": saved["tokens"], "seconds": round(saved["seconds"]),
            "fusion": FUSION, "refusal_penalty": REFUSAL_PENALTY}  # fmt: skip
    (out / "havoc.json").write_text(json.dumps(card, indent=1), encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("run", "tokenizer", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    export(given.run, given.tokenizer, given.out)


if __name__ == "__main__":
    main()
