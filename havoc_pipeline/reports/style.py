"""How text is set on a terminal: width, colour, marks. Imports nothing that costs time."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

MARKS = {"pass": "✓", "warn": "!", "fail": "✗", "note": "·"}
ASCII_MARKS = {"pass": "+", "warn": "!", "fail": "x", "note": "-"}
COLOURS = {"pass": "32", "warn": "33", "fail": "31", "note": "2", "head": "1"}


@dataclass(frozen=True)
class Style:
    """How text is set: width in characters, whether in colour, whether beyond ASCII."""

    width: int = 80
    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, kind: str) -> str:
        """`text` in the colour of its kind, where there is colour."""
        return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m" if self.colour else text

    def mark(self, status: str) -> str:
        """The mark of a check."""
        return self.paint((MARKS if self.unicode else ASCII_MARKS)[status], status)

    def wrapped(self, text: str, first: str = "", rest: str = "") -> str:
        """`text` within the width, `first` before its first line and `rest` before the others."""
        inner = max(20, self.width - len(rest))
        lines = [line for part in text.split("\n") for line in textwrap.wrap(part, inner) or [""]]
        return "\n".join((first if place == 0 else rest) + line for place, line in enumerate(lines))
