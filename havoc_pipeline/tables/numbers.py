"""A whole column read as numbers: one form, one unit, and every stray cell accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from havoc_pipeline.tables.cells import Cells, Floats, Part, sample
from havoc_pipeline.tables.numerals import FORMS, OPEN, Mark, Numeral, canonical, take_apart, vote

STRAY_SHARE = 0.02
"""The largest share of present cells that may be no number in a numeric column."""


@dataclass(frozen=True)
class Stray:
    """A present cell that is no number; `why` is `word`, `limit`, `infinite` or `unit`."""

    row: int
    text: str
    why: str


@dataclass(frozen=True)
class NumberReading:
    """A column tried as numbers.

    `accepted` says whether the stray share allows it; `numbers` is float64 (n,), NaN for missing
    and stray cells; `open_form` names the cells' mark when nothing in the column decides it.
    """

    numbers: Floats
    mark: Mark
    unit: str | None
    present: int
    strays: tuple[Stray, ...]
    open_form: str = ""

    @property
    def accepted(self) -> bool:
        """Whether few enough present cells are stray."""
        good = self.present - len(self.strays)
        return good > 0 and len(self.strays) <= STRAY_SHARE * self.present

    @property
    def mostly_numbers(self) -> bool:
        """Whether at least half the present cells are numbers, limits or infinities."""
        words = sum(stray.why == "word" for stray in self.strays)
        return self.present > 0 and words * 2 <= self.present


@dataclass
class Tally:
    """What the cells of a column prove about its form and unit."""

    votes: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)

    def mark(self, decimal_comma: bool) -> Mark:
        """Return the decimal mark that the cells prove, or else the table's habit."""
        point, comma = self.votes["point"], self.votes["comma"]
        if point or comma:
            return "." if point >= comma else ","
        return "," if decimal_comma else "."

    @property
    def open_form(self) -> str:
        """`,` or `.` when such cells stand there and nothing in the column decides them."""
        if self.votes["point"] or self.votes["comma"]:
            return ""
        return "," if self.votes["open comma"] else "." if self.votes["open point"] else ""


def looks_numeric(cells: Cells) -> bool:
    """Say from a sample whether reading the column as numbers is worth while."""
    seen = [take_apart(text) for text in sample(cells)]
    good = sum(1 for parts in seen if parts.body or parts.infinite)
    return bool(seen) and good * 3 >= len(seen)


def votes_in(texts: Iterable[str]) -> Counter[str]:
    """Count which decimal mark each text proves."""
    return Counter(vote(take_apart(text).body) for text in texts)


def read_numbers(cells: Cells, decimal_comma: bool) -> NumberReading | None:
    """Read a column as numbers.

    Args:
        cells: the column as read, n cells.
        decimal_comma: the table's habit, used where nothing in the column decides.

    Returns:
        The reading, accepted or not; None when hardly any cell is a number.
    """
    if not looks_numeric(cells):
        return None
    parts = list(cells.parts())
    plain = [part.numbers for part in parts if part.numbers is not None]
    if len(plain) == len(parts) and not (decimal_comma and _all_open(cells)):
        numbers = np.concatenate(plain) if plain else np.empty(0)
        return NumberReading(numbers, ".", None, int(np.isfinite(numbers).sum()), ())
    return _read_mixed(cells, parts, decimal_comma)


def _all_open(cells: Cells) -> bool:
    texts = (text.strip() for part in cells.parts() for text in part.texts if text is not None)
    return all(OPEN.fullmatch(text) or text.lstrip("+-").isdigit() for text in texts)


def _read_mixed(cells: Cells, parts: list[Part], decimal_comma: bool) -> NumberReading:
    tally = _tally(parts)
    mark = tally.mark(decimal_comma)
    unit = tally.units.most_common(1)[0][0] if tally.units else ""
    numbers = np.full(len(cells), np.nan)
    strays: list[Stray] = []
    for part in parts:
        view = numbers[part.start : part.start + part.size]
        if part.numbers is not None and mark == "." and not unit:
            view[:] = part.numbers
        elif part.numbers is None and part.swapped is not None and mark == "," and not unit:
            view[:] = part.swapped[0]
        else:
            strays.extend(_fill(view, part, mark, unit))
    present = len(cells) - int(cells.missing().sum())
    return NumberReading(numbers, mark, unit or None, present, tuple(strays), tally.open_form)


def _tally(parts: list[Part]) -> Tally:
    tally = Tally()
    for part in parts:
        if part.numbers is not None and part.size >= 65536:
            tally.votes["point" if (part.numbers % 1 > 0).any() else "none"] += part.size
            tally.units[""] += part.size
            continue
        if part.numbers is None and part.swapped is not None:
            tally.votes["comma" if part.swapped[1] else "open comma"] += part.size
            tally.units[""] += part.size
            continue
        for _, _, seen in _numerals(part):
            if seen.body and not seen.limit:
                tally.votes[vote(seen.body)] += 1
                tally.units[seen.unit] += 1
    return tally


def _numerals(part: Part) -> Iterator[tuple[int, str, Numeral]]:
    for at, text in enumerate(part.texts):
        if text is not None:
            word = text.strip()
            yield at, word, take_apart(word)


def _fill(view: Floats, part: Part, mark: Mark, unit: str) -> Iterator[Stray]:
    for at, word, seen in _numerals(part):
        number, why = _number(seen, mark, unit)
        view[at] = number
        if why:
            yield Stray(part.start + at, word, why)


def _number(seen: Numeral, mark: Mark, unit: str) -> tuple[float, str]:
    if seen.infinite:
        return np.nan, "infinite"
    digits = canonical(seen.body, mark) if seen.body else None
    if digits is None:
        return np.nan, "word"
    if seen.limit:
        return np.nan, "limit"
    if seen.unit != unit:
        return np.nan, "unit"
    value = float(digits)
    return (np.nan, "infinite") if np.isinf(value) else (value, "")


def is_number(text: str) -> bool:
    """Say whether a trimmed cell is a number in either national form, with or without unit."""
    body = take_apart(text).body
    return bool(body) and any(form.fullmatch(body) for form in FORMS.values())
