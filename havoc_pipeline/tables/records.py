"""Records to columns: every row checked against the header, blank and total lines noted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.layout import FOOT_LINES, Layout, Record, filled, split_foot

HEAD = 400
SHOWN = 5


@dataclass
class Body:
    """Checked data rows on their way to columns, with what was left out."""

    layout: Layout
    where: str
    word: str
    lines: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    feet: list[Record] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.layout.headers)

    def batches(self, records: Iterable[Record], size: int) -> Iterator[list[list[str]]]:
        """Yield up to `size` rows of equal width at a time.

        Args:
            records: all records below the header.
            size: rows in a batch.

        Yields:
            Rows; their lines are kept in `lines`.

        Raises:
            TableError: a row is wider or narrower than the header.
        """
        rows = self._rows(records)
        while batch := list(islice(rows, size)):
            yield batch

    def _rows(self, records: Iterable[Record]) -> Iterator[list[str]]:
        source = iter(records)
        early = list(islice(source, HEAD))
        held: deque[Record] = deque()
        for record in chain(early, source):
            held.append(record)
            while len(held) > FOOT_LINES and filled(record[1]):
                yield from self._checked((held.popleft(),))
        keep, self.feet = split_foot(list(held), early[: len(early) - len(held)])
        yield from self._checked(list(held)[:keep])

    def _checked(self, records: Sequence[Record]) -> Iterator[list[str]]:
        for line, cells in records:
            if self.width > 1 and not filled(cells):
                self.blank.append(line)
                continue
            self.lines.append(line)
            yield self._fitted(line, cells)

    def _fitted(self, line: int, cells: list[str]) -> list[str]:
        if len(cells) == self.width:
            return cells
        count = filled(cells)
        short = self.width > 1 and len(cells) < filled(self.layout.headers)
        if count > self.width or short:
            raise self._ragged(line, cells)
        return cells[: self.width] + [""] * (self.width - len(cells))

    def _ragged(self, line: int, cells: list[str]) -> TableError:
        return TableError(
            f"{self.where}, {self.word} {line}: found {len(cells)} cells where the header has "
            f"{self.width}; complete the row, or quote a cell that holds the delimiter"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, one sentence each."""
        found = list(self.layout.notes)
        if self.blank:
            shown = ", ".join(str(line) for line in self.blank[:SHOWN])
            more = ", …" if len(self.blank) > SHOWN else ""
            found.append(f"{len(self.blank)} empty rows were left out ({self.word} {shown}{more})")
        for line, cells in self.feet:
            text = " ".join(filter(None, map(str.strip, cells)))[:60]
            found.append(f"{self.word} {line} below the data was left out: `{text}`")
        return tuple(found)


def compact(lines: Sequence[int]) -> Sequence[int]:
    """Return line numbers as a range where they run without a gap."""
    if lines and lines[-1] - lines[0] == len(lines) - 1:
        return range(lines[0], lines[-1] + 1)
    return lines


def no_rows(where: str) -> TableError:
    """Return the error for a table with a header and nothing below."""
    return TableError(f"{where} has a header but no rows of data; add at least one row")
