"""The weights of a checkpoint in Hugging Face's form, in one process.

python -m training.pretrain.export RECIPE.toml --out RUN --to FOLDER [--precision bfloat16]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch.distributed.checkpoint.state_dict_loader import load

from havoc_pipeline.errors import HavocError
from havoc_pipeline.model.modeling import HavocForCausalLM
from training.pretrain.build import Learner
from training.pretrain.checkpoints import newest, quiet
from training.pretrain.recipe import Recipe, read


def export(recipe: Recipe, out: Path, to: Path, precision: str = "float32") -> int:
    """Write the newest checkpoint of the run in `out` to the folder `to`; return its step.

    `AutoModelForCausalLM.from_pretrained(to)` reads it. The process holds the whole model once.
    Raises `PretrainError` when the run has no checkpoint.
    """
    step, path = newest(out)
    model = HavocForCausalLM(recipe.config()).to(getattr(torch, precision))
    # Loading casts to what the model holds.
    with quiet():
        load({"model": Learner(model, recipe.compute, recipe.loss).state_dict()}, checkpoint_id=path, no_dist=True)
    model.save_pretrained(to)
    return step


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.pretrain.export", description=__doc__.split("\n")[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--to", type=Path, required=True, help="folder to write")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    given = parser.parse_args()
    try:
        print(f"step {export(read(given.recipe), given.out, given.to, given.precision)} written to {given.to}")
    except HavocError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
