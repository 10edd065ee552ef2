"""Where a table came from, and where in its file a row stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Origin:
    """The source of a table: file, fingerprint, and the place of each row in it.

    `lines` holds the 1-based line or row number of each data row; `word` says which of the two.
    """

    name: str
    path: Path | None = None
    fingerprint: str = ""
    word: str = "row"
    lines: Sequence[int] = field(default_factory=tuple, repr=False)
    delimiter: str = ","

    def place(self, row: int) -> str:
        """Return words for a 0-based data row, such as `line 7`."""
        if row < len(self.lines):
            return f"{self.word} {self.lines[row]}"
        return f"row {row + 1}"


@dataclass(frozen=True)
class Grid:
    """A rectangle of raw cells below a header, as a reader hands it on.

    `columns` holds one raw column each: a list of texts, a numeric array or an Arrow string array.
    `units` and `descriptions` go by the headers as read and may be empty.
    """

    headers: Sequence[str]
    columns: Sequence[object]
    lines: Sequence[int]
    notes: tuple[str, ...] = ()
    word: str = "row"
    delimiter: str = ","
    units: Sequence[str | None] = ()
    meanings: Sequence[tuple[str, str, str | None]] = ()
