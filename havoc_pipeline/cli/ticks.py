"""The eight stages ticking by on a terminal; nothing where there is none."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Any, Literal


class Ticks:
    """Shows the stage that runs on standard error and a line for each that ended.

    Parameters
    ----------
    quiet : bool
        Show nothing, as also when standard error is no terminal.
    """

    def __init__(self, quiet: bool = False) -> None:
        self._status: Any = None
        self._shown = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Ticks:
        if self._shown:
            from rich.console import Console

            self._status = Console(stderr=True, highlight=False).status("reading the question")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def tick(self, stage: str, state: Literal["start", "end"], seconds: float) -> None:
        """Take note that a stage started or ended."""
        if self._status is None:
            return
        if state == "start":
            self._status.update(stage)
        else:
            self._status.console.print(f"  {stage:<8} {seconds:6.2f} s", style="dim", markup=False)
