"""What a column of texts turned out to be: numbers, dates or labels, and what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from havoc_pipeline.tables.cells import Bools, Cells, Floats, sample
from havoc_pipeline.tables.dates import DateReading, Dates, day_first_votes, read_dates
from havoc_pipeline.tables.kinds import SAFE_INTEGER, Kind, label_kind, mixed_kind, number_kind
from havoc_pipeline.tables.numbers import NumberReading, Stray, read_numbers, votes_in
from havoc_pipeline.tables.numerals import Mark

Place = Callable[[int], str]
SHOWN = 5
WHY = {
    "limit": ("is a limit and no measured value", "are limits and no measured values"),
    "infinite": ("is not finite", "are not finite"),
    "unit": ("is in another unit than the rest", "are in another unit than the rest"),
    "word": ("is no number", "are no numbers"),
    "date": ("is no date", "are no dates"),
}


@dataclass(frozen=True)
class Reading:
    """A column understood; `numbers` and `dates` stand for the kinds that have them."""

    kind: Kind
    numbers: Floats | None = None
    mark: Mark = "."
    dates: Dates | None = None
    unit: str | None = None
    set_aside: str = ""
    decisions: tuple[str, ...] = ()

    def take(self, mask: Bools) -> Reading:
        """Return the reading of some rows; kind and remarks stay those of the whole column."""
        numbers = None if self.numbers is None else _frozen(self.numbers[mask])
        dates = None if self.dates is None else self.dates[mask]
        return replace(self, numbers=numbers, dates=dates)


class Habits:
    """How a table writes numbers and dates, learnt from all its columns when first asked."""

    def __init__(self, columns: Sequence[Cells], delimiter: str = ",") -> None:
        self._columns = columns
        self._delimiter = delimiter
        self._decimal_comma: bool | None = None
        self._day_first: bool | None = None

    @property
    def decimal_comma(self) -> bool:
        """Whether the table's numbers are written with a decimal comma."""
        if self._decimal_comma is None:
            self._decimal_comma = self._learn()
        return self._decimal_comma

    @property
    def day_first(self) -> bool:
        """Whether 01/02/2024 is likelier the first of February."""
        if self._day_first is None:
            votes = sum(day_first_votes(sample(cells, 50)) for cells in self._columns)
            self._day_first = votes > 0 if votes else self._delimiter == ";" or self.decimal_comma
        return self._day_first

    def _learn(self) -> bool:
        votes = [votes_in(sample(cells)) for cells in self._columns]
        comma = sum(vote["comma"] > vote["point"] for vote in votes)
        point = sum(vote["point"] > vote["comma"] for vote in votes)
        return comma > point if comma != point else self._delimiter == ";"


def read_cells(header: str, cells: Cells, habits: Habits, place: Place) -> Reading:
    """Find out what a column is.

    Args:
        header: the column's header.
        cells: the column as read, n cells.
        habits: how the table writes numbers and dates.
        place: turns a row index into words such as `line 7`.

    Returns:
        Kind, numbers or dates, and what was decided or set aside on the way.
    """
    numbers = read_numbers(cells, habits.decimal_comma)
    if numbers is not None and numbers.accepted:
        if _is_code(cells, numbers):
            return _of_labels(header, cells, None, place)
        return _of_numbers(header, cells, numbers, place)
    dates = read_dates(cells, habits.day_first)
    if dates is not None:
        return _of_dates(cells, dates, place)
    return _of_labels(header, cells, numbers, place)


def _is_code(cells: Cells, found: NumberReading) -> bool:
    """Tell long codes, such as barcodes, that would lose digits as floats."""
    largest = np.nanmax(np.abs(found.numbers))
    if largest <= SAFE_INTEGER or not _is_whole(cells, found) or cells.contains("e") or cells.contains("E"):
        return False
    return len(cells.distinct()) > len(np.unique(found.numbers[~np.isnan(found.numbers)]))


def _of_numbers(header: str, cells: Cells, found: NumberReading, place: Place) -> Reading:
    kind = number_kind(header, found.numbers, _is_whole(cells, found))
    aside = _aside(found.strays, place)
    values = _frozen(found.numbers)
    return Reading(kind, values, found.mark, None, found.unit, aside, _form_decision(found))


def _is_whole(cells: Cells, found: NumberReading) -> bool:
    known = found.numbers[~np.isnan(found.numbers)]
    if not bool((known == np.floor(known)).all()):
        return False
    if not cells.contains(found.mark):
        return True
    texts = (text for part in cells.parts() for text in part.texts)
    kept = zip(texts, found.numbers == found.numbers, strict=True)
    return not any(found.mark in text for text, good in kept if good and text)


def _form_decision(found: NumberReading) -> tuple[str, ...]:
    if found.open_form == "," or (found.open_form == "." and found.mark == ","):
        role = "the decimal mark" if found.open_form == found.mark else "a thousands separator"
        return (f"`{found.open_form}` is taken for {role}, which no cell of the column decides",)
    return ()


def _of_dates(cells: Cells, found: DateReading, place: Place) -> Reading:
    strays = [Stray(row, str(cells.texts(row, row + 1)[0]), "date") for row in found.strays]
    known = found.dates[~np.isnat(found.dates)]
    constant = len(known) > 1 and bool((known == known[0]).all())
    kind: Kind = "constant" if constant else "date"
    return Reading(kind, None, ".", found.dates, None, _aside(strays, place), (found.note,) if found.note else ())


def _of_labels(header: str, cells: Cells, numbers: NumberReading | None, place: Place) -> Reading:
    distinct = cells.distinct()
    present = len(cells) - int(cells.missing().sum())
    kind = label_kind(header, distinct, present)
    if numbers is None or not numbers.mostly_numbers or not present:
        return Reading(kind)
    reason = (
        f"not numeric: {_listed(numbers.strays, place)}, {len(numbers.strays)} of {present} cells "
        "where 2 % may be set aside; correct or empty them to use the column as numbers"
    )
    mixed = kind if kind == "constant" else mixed_kind(distinct, present)
    return Reading(mixed, decisions=(reason,))


def _listed(strays: Sequence[Stray], place: Place) -> str:
    reasons = dict.fromkeys(stray.why for stray in strays)
    return ", ".join(_listed_one([s for s in strays if s.why == why], place) for why in reasons)


def _listed_one(strays: Sequence[Stray], place: Place) -> str:
    shown = ", ".join(f"`{stray.text[:30]}` ({place(stray.row)})" for stray in strays[:SHOWN])
    more = f" and {len(strays) - SHOWN} more" if len(strays) > SHOWN else ""
    return f"{shown}{more} {WHY[strays[0].why][len(strays) > 1]}"


def _aside(strays: Sequence[Stray], place: Place) -> str:
    return f"{_listed(strays, place)}, taken as missing" if strays else ""


def _frozen(values: Floats) -> Floats:
    values.flags.writeable = False
    return values
