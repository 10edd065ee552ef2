"""Pretrain a HAVOC of any size.

python -m training.pretrain RECIPE.toml --data DATA --out RUN            one process
torchrun --nproc-per-node 8 -m training.pretrain RECIPE.toml --data DATA --out RUN
python -m training.pretrain RECIPE.toml --dry-run --gpus 64 --price 2.5   what it would take
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from havoc_pipeline.errors import HavocError
from training.pretrain.failure import PretrainError
from training.pretrain.forecast import Fleet, lines
from training.pretrain.recipe import read


def main() -> None:
    """Command line."""
    given = _parser().parse_args()
    try:
        _run(given)
    except HavocError as error:
        sys.exit(str(error))


def _run(given: argparse.Namespace) -> None:
    recipe = read(given.recipe)
    if given.dry_run:
        print("\n".join(lines(recipe, Fleet(**{f.name: getattr(given, f.name) for f in fields(Fleet)}))))
        return
    if given.data is None or given.out is None:
        raise PretrainError("A run needs --data and --out: give both, or --dry-run.")
    from training.pretrain.trainer import train

    train(recipe, given.data, given.out, given.held, given.start)


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m training.pretrain", description=__doc__, formatter_class=form)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, help="folder that training.pretrain.prepare wrote")
    parser.add_argument("--out", type=Path, help="folder of the log and the checkpoints")
    parser.add_argument("--held", type=Path, help="token data of a development set: exact answers at each checkpoint")
    parser.add_argument(
        "--start", type=Path, help="checkpoint whose weights the run begins with, instead of fresh ones"
    )
    parser.add_argument("--dry-run", action="store_true", help="print memory, operations, days and cost")
    for part in fields(Fleet):
        kind = int if part.name == "gpus" else float
        parser.add_argument(f"--{part.name.replace('_', '-')}", type=kind, default=part.default, help="for --dry-run")
    return parser


if __name__ == "__main__":
    main()
