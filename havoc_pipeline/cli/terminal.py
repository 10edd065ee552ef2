"""What the terminal can show: its width, colours, characters; and writing to it without a failure."""

from __future__ import annotations

import codecs
import json
import os
import shutil
import sys
from typing import Any, TextIO

from havoc_pipeline.errors import CommandError
from havoc_pipeline.reports.style import Style

NARROWEST, WIDEST = 40, 110
PLAIN = {
    "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "–": "-", "—": "-", "−": "-", "…": "...",
    "·": "-", "✓": "+", "✗": "x", "─": "-", "α": "alpha", "β": "beta", "λ": "lambda", "μ": "mu", "σ": "sigma",
    "φ": "phi", "χ": "chi", "ρ": "rho", "η": "eta", "ω": "omega", "ε": "epsilon", "τ": "tau", "δ": "delta",
    "×": "x", "±": "+/-", "²": "^2", "³": "^3", "“": '"', "”": '"', "’": "'", "‘": "'", "\u0304": "bar", "√": "sqrt",
}  # fmt: skip


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in text), error.end


def prepare() -> None:
    """Let both streams write a plain stand-in for what their encoding lacks."""
    codecs.register_error("plain", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plain")


def style(stream: TextIO | None = None) -> Style:
    """How text is set on a stream, standard output by default."""
    stream = stream or sys.stdout
    width = shutil.get_terminal_size((80, 24)).columns
    return Style(min(max(width, NARROWEST), WIDEST), _colour(stream), _can_write(stream, "✓✗·!─"))


def _colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in ("dumb", "")


def _can_write(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class ReaderGoneError(Exception):
    """Raise when whoever reads standard output closed it; typer would make a failure of the OSError."""


def show(text: str) -> None:
    """Write a line or several to standard output."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def say(text: str) -> None:
    """Write a line to standard error: what is not the result."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")


def piped(most: int) -> str:
    """What stands on standard input, up to `most` characters and one more.

    Raises
    ------
    CommandError
        When it is no text.
    """
    try:
        return sys.stdin.read(most + 1)
    except UnicodeDecodeError as error:
        raise CommandError(
            f"standard input is no {error.encoding} text (byte {error.start + 1}); write it in UTF-8"
        ) from None


def show_json(value: Any, *, indent: int | None = 2) -> None:
    """Write a value as JSON that any encoding carries."""
    show(json_text(value, indent=indent, ascii_only=not _can_write(sys.stdout, "✓漢")))


def json_text(value: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """A value as JSON; not-a-number and infinity must have been made null before."""
    return json.dumps(value, indent=indent, ensure_ascii=ascii_only, allow_nan=False, default=str)
