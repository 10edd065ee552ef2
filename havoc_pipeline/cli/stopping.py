"""Ctrl-C: an exception of our own, from the first Ctrl-C to the one sentence that ends the run."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STOPPED = 130
AGAIN_SECONDS = 1.0
"""A `Stopped` that a library swallowed is raised again after this time, until it ends the run."""


class Stopped(BaseException):
    """Raised by Ctrl-C. It is no KeyboardInterrupt, which typer turns into a silent exit.

    Parameters
    ----------
    sentence : str
        What is kept and how to go on.
    exit_code : int
    """

    def __init__(self, sentence: str = "stopped; what was finished is kept", exit_code: int = STOPPED) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


@contextmanager
def stoppable() -> Iterator[None]:
    """Let Ctrl-C raise `Stopped` in here; where the shell had it ignored, it stays ignored.

    Destructors and callbacks of the import system can only print an exception and forget it: there
    nothing is printed, and `Stopped` is raised again a second later.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    hook = sys.unraisablehook
    sys.unraisablehook = lambda lost: None if isinstance(lost.exc_value, Stopped) else hook(lost)
    _answer_with(_stop)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if signal.getsignal(signal.SIGINT) is _stop:
            # All that is left is the interpreter's own end, which Ctrl-C may cut short without a traceback.
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def stop_listening() -> None:
    """Ignore every further Ctrl-C: what ends now must end whole."""
    _answer_with(signal.SIG_IGN)


def _answer_with(answer: object) -> None:
    signal.signal(signal.SIGINT, answer)  # type: ignore[arg-type]
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, answer)  # type: ignore[arg-type]


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    raise Stopped
