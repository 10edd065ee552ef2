"""The weights of a checkpoint in Hugging Face's form, in one process; those of several runs are averaged.

python -m training.pretrain.export RECIPE.toml --out RUN [RUN …] --to FOLDER [--precision bfloat16]

References
----------
Wortsman et al. 2022, Model soups, arXiv:2203.05482: runs that began with the same weights and differ in their
seed may be averaged, and the average is often better than each.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch.distributed.checkpoint.state_dict_loader import load

from havoc_pipeline.errors import HavocError
from havoc_pipeline.model.modeling import HavocForCausalLM
from training.pretrain.build import Learner
from training.pretrain.checkpoints import newest, quiet
from training.pretrain.recipe import Recipe, read


def export(recipe: Recipe, runs: Sequence[Path], to: Path, precision: str = "float32") -> int:
    """Write the mean of the runs' newest checkpoints to the folder `to`; return the step of the first.

    `AutoModelForCausalLM.from_pretrained(to)` reads it. The process holds one run's model once, in the
    `precision` when there is one run, in float32 and twice when there are several.
    Raises `PretrainError` when a run has no checkpoint.
    """
    step, path = newest(runs[0])
    model = HavocForCausalLM(recipe.config()).to(getattr(torch, precision) if len(runs) == 1 else torch.float32)
    _load(model, recipe, path)
    for count, run in enumerate(runs[1:], 2):
        other = HavocForCausalLM(recipe.config())
        _load(other, recipe, newest(run)[1])
        with torch.no_grad():
            for mean, one in zip(model.parameters(), other.parameters(), strict=True):
                mean.lerp_(one, 1 / count)
    model.to(getattr(torch, precision)).save_pretrained(to)
    return step


def _load(model: HavocForCausalLM, recipe: Recipe, path: Path) -> None:
    """Fill the model from a checkpoint; loading casts to what the model holds."""
    with quiet():
        load({"model": Learner(model, recipe.compute, recipe.loss).state_dict()}, checkpoint_id=path, no_dist=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.pretrain.export", description=__doc__.split("\n")[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, nargs="+", required=True, help="folders of the runs")
    parser.add_argument("--to", type=Path, required=True, help="folder to write")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    given = parser.parse_args()
    try:
        print(f"step {export(read(given.recipe), given.out, given.to, given.precision)} written to {given.to}")
    except HavocError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
