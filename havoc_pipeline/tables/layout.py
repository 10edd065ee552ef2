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
from havoc_pipeline.tables.numerals import take_apart
from havoc_pipeline.tables.units import is_unit

Record = tuple[int, list[str]]
"""The 1-based line or row where a record begins, and its cells."""

TOTAL = re.compile(
    r"(?:(?P<sure>(?:grand |sub)?totals?|sum|summe|gesamt\w*|zwischensumme|mean|average|avg|mittelwert|"
    r"durchschnitt|st(?:an)?d\.?\s?(?:dev\w*|abw\w*)|stdev|stabw|suma|promedio|moyenne|somme|totale)|"
    r"min(?:imum)?|max(?:imum)?|sd|sigma|count|anzahl|median|range)\s*[:=.]?",
    re.IGNORECASE,
)
FOOTNOTE = re.compile(
    r"\*|source|notes?\b|remark|legend|created|exported|printed|generated|report|end of|quelle|"
    r"anmerkung|erstellt|fuente|nota",
    re.IGNORECASE,
)
TITLE_LINES = 20
LONGEST_COUNT = 15
"""Digits beyond which a header is no count; Python refuses to turn thousands of digits into a number."""
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
    below = next((head[at][1] for at in rows if at > top), [])
    if _is_data(head[top][1], below):
        names = [f"column {at}" for at in range(1, len(head[top][1]) + 1)]
        note = f"there is no header: {word} {head[top][0]} is data; columns are called by number"
        return Layout(names, top, [None] * len(names), (*titles, note))
    return _with_units(head, rows, top, titles, word)


def _header_at(head: Sequence[Record], rows: Sequence[int]) -> int:
    width = _usual_width(head, rows)
    for place, at in enumerate(rows[:TITLE_LINES]):
        count = filled(head[at][1])
        below = [head[row][1] for row in rows[place + 1 : place + 3]]
        if count >= width or (count > 1 and not _are_header_and_data(below, width)):
            return at
    return rows[0]


def _usual_width(head: Sequence[Record], rows: Sequence[int]) -> int:
    usual = Counter(len(head[at][1]) for at in rows[len(rows) // 2 :]).most_common(1)[0][0]
    return max(filled(head[at][1]) for at in rows if len(head[at][1]) == usual)


def _are_header_and_data(below: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a full row of words stands above a row with a measured value."""
    measured = [any(map(_is_value, cells)) for cells in below]
    return measured == [False, True] and filled(below[0]) == width


def _is_value(cell: str) -> bool:
    word = cell.strip()
    return is_number(word) or is_date(word)


def _is_data(cells: Sequence[str], following: Sequence[str]) -> bool:
    """Whether the would-be header is a row of numbers, and no counted or whole-number headers."""
    words = [cell.strip() for cell in cells]
    bare = [word for word in words if is_number(word) and not take_apart(word).unit]
    if not bare or not all(word in bare or is_date(word) or word in MARKERS for word in words):
        return False
    numbers = [int(word) for word in bare if word.isdecimal() and len(word) <= LONGEST_COUNT]
    if len(numbers) < max(2, len(words) - 1):
        return True
    counted = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    measured = any(is_number(cell.strip()) and not cell.strip().isdecimal() for cell in following)
    return not (counted or (measured and len(set(numbers)) == len(numbers)))


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
    width = max((len(cells) for _, cells in (*earlier, *tail)), default=0)
    keep = len(tail)
    while keep and _is_foot(tail[keep - 1][1], width):
        keep -= 1
    above = [cells for _, cells in (*earlier, *tail[:keep])]
    if not _are_totals([cells for _, cells in tail[keep:]], above, width):
        keep = 1 + max((at for at, (_, cells) in enumerate(tail) if filled(cells)), default=-1)
    return keep, [record for record in tail[keep:] if filled(record[1])]


def _are_totals(feet: Sequence[Sequence[str]], above: Sequence[Sequence[str]], width: int) -> bool:
    """Whether labels such as `total` stand only below data, each once, and are no common level."""
    labels = [_first(cells) for cells in feet if _is_total(cells, width)]
    if not labels:
        return True
    level = any(_is_total(cells, width) for cells in above) or len(set(labels)) < len(labels)
    sure = any(found and found["sure"] for found in map(TOTAL.fullmatch, labels))
    return sure and not level and any(map(filled, above))


def _is_foot(cells: Sequence[str], width: int) -> bool:
    return not filled(cells) or _is_total(cells, width) or _is_footnote(cells, width)


def _is_total(cells: Sequence[str], width: int) -> bool:
    return width > 1 and TOTAL.fullmatch(_first(cells)) is not None


def _first(cells: Sequence[str]) -> str:
    return next((cell.strip() for cell in cells if cell.strip()), "")


def _is_footnote(cells: Sequence[str], width: int) -> bool:
    first = next(iter(cells), "").strip()
    sentence = " " in first and any(letter.isalpha() for letter in first) and not is_number(first)
    alone = len(cells) == 1 or FOOTNOTE.match(first) is not None
    return width > 2 and filled(cells) == 1 and sentence and alone
