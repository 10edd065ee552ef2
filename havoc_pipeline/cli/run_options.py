"""The options of `havoc run`, read without typer, which would double its start."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from havoc_pipeline.errors import CommandError


@dataclass(frozen=True)
class RunOptions:
    """What `havoc run` was asked: commands (`-` for standard input), data, and where results go."""

    commands: str
    data: Path | None = None
    sheet: str | None = None
    dictionary: Path | None = None
    json: bool = False
    report: Path | None = None
    figure: Path | None = None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}; `havoc run --help` shows how")


def parse_options(arguments: list[str]) -> RunOptions:
    """Read the options after `havoc run`.

    Raises
    ------
    CommandError
        When an option is unknown or lacks its value.
    """
    parser = _Parser(prog="havoc run", add_help=False, allow_abbrev=False)
    parser.add_argument("commands")
    parser.add_argument("--sheet")
    parser.add_argument("--json", action="store_true")
    for name in ("--data", "--dictionary", "--report", "--figure"):
        parser.add_argument(name, type=Path)
    return RunOptions(**vars(parser.parse_args(arguments)))
