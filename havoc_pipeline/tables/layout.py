"""Where the header stands, which lines above and below are no data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.dates import is_date
from havoc_pipeline.tables.missing import MARKERS
from havoc_pipeline.tables.numbers import is_number
from havoc_pipeline.tables.units import is_unit

Record = tuple[int, list[str]]
"""The 1-based line or row where a record begins, and its cells."""

TOTAL = re.compile(
    r"(?:grand |sub)?(?:totals?|sum|summe|gesamt\w*|zwischensumme|mean|average|avg|mittelwert|"
    r"durchschnitt|min(?:imum)?|max(?:imum)?|st(?:an)?d\.?\s?(?:dev\w*|abw\w*)?|stdev|stabw|"
    r"sd|sigma|count|anzahl|median|range|suma|promedio|moyenne|somme|totale)\s*[:=.]?",
    re.IGNORECASE,
)
TITLE_LINES = 20
FOOT_LINES = 6


@dataclass(frozen=True)
class Layout:
    """The head of a table: header cells, index of the first data record, units, notes."""

    headers: list[str]
    first: int
    units: list[str | None]
    notes: tuple[str, ...]


def filled(cells: Sequence[str]) -> int:
    """Return how many cells are left when the empty ones at the end are cut off."""
    count = len(cells)
    while count and not cells[count - 1].strip():
        count -= 1
    return count


def find_layout(head: Sequence[Record], where: str, word: str) -> Layout:
    """Find the header among the first records.

    Args:
        head: the first records, blank ones included.
        where: the file, for errors.
        word: `line` or `row`, for notes.

    Returns:
        The layout; titles above the header are noted.

    Raises:
        TableError: there is no record with content.
    """
    rows = [at for at, (_, cells) in enumerate(head) if filled(cells)]
    if not rows:
        raise TableError(f"{where} is empty; it needs a header and rows of data")
    top = _header_at(head, rows)
    titles = tuple(
        f"{word} {head[at][0]} above the header is a title and no data: "
        f"`{' '.join(filter(None, map(str.strip, head[at][1])))[:60]}`"
        for at in rows
        if at < top
    )
    if _is_data(head[top][1]):
        names = [f"column {at}" for at in range(1, len(head[top][1]) + 1)]
        note = f"there is no header: {word} {head[top][0]} is data; columns are called by number"
        return Layout(names, top, [None] * len(names), (*titles, note))
    return _with_units(head, rows, top, titles, word)


def _header_at(head: Sequence[Record], rows: Sequence[int]) -> int:
    width = _usual_width(head, rows)
    for at, following in zip(rows[:TITLE_LINES], [*rows[1:], rows[-1]], strict=False):
        count = filled(head[at][1])
        if count >= width:
            return at
        if count > 1 and not _is_full_text(head[following][1], width):
            return at
    return rows[0]


def _usual_width(head: Sequence[Record], rows: Sequence[int]) -> int:
    usual = Counter(len(head[at][1]) for at in rows).most_common(1)[0][0]
    return max(filled(head[at][1]) for at in rows if len(head[at][1]) == usual)


def _is_full_text(cells: Sequence[str], width: int) -> bool:
    words = [cell.strip() for cell in cells]
    return filled(cells) == width and not any(is_number(w) or is_date(w) for w in words)


def _is_data(cells: Sequence[str]) -> bool:
    words = [cell.strip() for cell in cells]
    if not all(is_number(w) or is_date(w) or w in MARKERS for w in words):
        return False
    numbers = [int(w) for w in words if w.isdecimal()]
    counted = len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return any(is_number(w) for w in words) and not (counted and len(numbers) >= len(words) - 1)


def _with_units(head: Sequence[Record], rows: Sequence[int], top: int, notes: tuple[str, ...], word: str) -> Layout:
    headers = head[top][1]
    units: list[str | None] = [None] * len(headers)
    below = [head[at][1] for at in rows if at > top][:2]
    if len(below) == 2 and _is_units_row(*below):
        named = [cell.strip(" ()[]") for cell in below[0]]
        units = [unit if unit not in {"", "-"} else None for unit in named[: len(headers)]]
        units += [None] * (len(headers) - len(units))
        at = next(at for at in rows if at > top)
        notes = (*notes, f"{word} {head[at][0]} below the header gives the units")
        return Layout(headers, at + 1, units, notes)
    return Layout(headers, top + 1, units, notes)


def _is_units_row(cells: Sequence[str], following: Sequence[str]) -> bool:
    named = [cell.strip(" ()[]") for cell in cells]
    if not all(unit in {"", "-"} or is_unit(unit) for unit in named):
        return False
    measured = zip(named, following, strict=False)
    return any(unit not in {"", "-"} and is_number(cell.strip()) for unit, cell in measured)


def split_foot(tail: Sequence[Record], earlier: Sequence[Record]) -> tuple[int, list[Record]]:
    """Tell data from total lines and footnotes at the end of a table.

    Args:
        tail: the last records.
        earlier: records before them, in which a label such as `total` would be a common level.

    Returns:
        How many records of the tail are data, and the records that are not (blank ones too).
    """
    keep = len(tail)
    width = max((len(cells) for _, cells in (*earlier, *tail)), default=0)
    while keep and _is_foot(tail[keep - 1][1], width):
        keep -= 1
    above = [cells for _, cells in (*earlier, *tail[:keep])]
    if any(_is_total(cells, width) for cells in above):
        keep = 1 + max((at for at, (_, cells) in enumerate(tail) if filled(cells)), default=-1)
    return keep, [record for record in tail[keep:] if filled(record[1])]


def _is_foot(cells: Sequence[str], width: int) -> bool:
    return not filled(cells) or _is_total(cells, width) or _is_footnote(cells, width)


def _is_total(cells: Sequence[str], width: int) -> bool:
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return width > 1 and TOTAL.fullmatch(first) is not None


def _is_footnote(cells: Sequence[str], width: int) -> bool:
    first = next(iter(cells), "").strip()
    sentence = " " in first and any(letter.isalpha() for letter in first)
    return width > 2 and filled(cells) == 1 and sentence and not is_number(first)
