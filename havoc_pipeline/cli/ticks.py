"""The eight stages ticking by on a terminal; nothing where there is none."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal

from havoc_pipeline.cli.terminal import style

DOES = {
    "MODE": "what kind of question it is",
    "GROUND": "which columns and passages it is about",
    "PLAN": "which commands answer it",
    "EXECUTE": "compute, and check the assumptions",
    "ARGUE": "what speaks for the result and against",
    "ARBITER": "weigh both sides",
    "AUDIT": "check numbers, method and units",
    "ANSWER": "put it in words",
}
WIDTH_OF_WORDS = 44
NARROW = 70
"""Columns under which only the stages' names are shown."""


class Ticks:
    """Writes a line on standard error when a stage begins and ends it with a tick when it is done.

    No cursor is moved, so that the lines stay readable on any terminal and in a log of one.

    Parameters
    ----------
    quiet : bool
        Show nothing, as also when standard error is no terminal.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._shown = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._style = style(sys.stderr)
        self._open = False

    def __enter__(self) -> Ticks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()
        self._write("\n")

    @contextmanager
    def doing(self, name: str, what: str) -> Iterator[None]:
        """Show what comes before the stages: reading the table, loading the model."""
        started = time.perf_counter()
        self._begin(name, what)
        try:
            yield
        except Exception:
            self.tick(name, "failed", time.perf_counter() - started)
            raise
        self.tick(name, "end", time.perf_counter() - started)

    def _begin(self, name: str, does: str) -> None:
        self._end_line()
        told = does[:WIDTH_OF_WORDS] if self._style.width >= NARROW else ""
        self._write(f"  {name:<8} {told:<{WIDTH_OF_WORDS if told else 0}}")
        self._open = self._shown

    def tick(self, stage: str, state: Literal["start", "end", "failed"], seconds: float) -> None:
        """Take note that a stage started, ended or failed; `seconds` is what it took."""
        if state == "start":
            self._begin(stage, DOES.get(stage, ""))
        else:
            self._write(f" {self._style.mark('pass' if state == 'end' else 'fail')} {seconds:6.2f} s\n")
            self._open = False

    def _end_line(self) -> None:
        if self._open:
            self._write("\n")
        self._open = False

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(text)
            sys.stderr.flush()
