"""Dates and times as people write them, decided by the column as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from havoc_pipeline.tables.cells import Cells, sample

Dates = npt.NDArray[np.datetime64]
Order = Literal["ymd", "dmy", "mdy"]

STRAY_SHARE = 0.02
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar enero ene janvier janv jänner gennaio gen",
            "feb february februar febrero février févr fevrier febbraio",
            "mar march märz mär marz marzo mars mrz",
            "apr april abril abr avril avr aprile",
            "may mai mayo maggio mag",
            "jun june juni junio juin giugno giu",
            "jul july juli julio juillet juil luglio lug",
            "aug august agosto ago août aout",
            "sep sept september septiembre septembre settembre set",
            "oct october oktober okt octubre octobre ottobre ott",
            "nov november noviembre novembre",
            "dec december dezember dez diciembre dic décembre déc decembre dicembre",
        ),
        start=1,
    )
    for word in words.split()
}
CLOCK = (
    r"(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?"
)
SHAPES = tuple(
    re.compile(shape + rf"(?:,?[T\s]\s*{CLOCK})?", re.IGNORECASE)
    for shape in (
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})",
        r"(?P<a>\d{1,2})(?P<sep>[-/.])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<y>\d{4}|\d{2})",
        r"(?P<d>\d{1,2})[-/.\s]{1,2}(?P<name>[^\W\d_]{3,10})\.?[-/.,\s]{1,2}(?P<y>\d{4}|\d{2})",
        r"(?P<name>[^\W\d_]{3,10})\.?\s(?P<d>\d{1,2}),?\s(?P<y>\d{4})",
        r"(?P<y>\d{4})-(?P<name>[^\W\d_]{3,10})-(?P<d>\d{1,2})",
        r"(?P<y>\d{4})-(?P<m>\d{2})",
        r"(?P<name>[^\W\d_]{3,10})\.?[-\s](?P<y>\d{4})",
    )
)
TIME = re.compile(CLOCK, re.IGNORECASE)
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?", re.ASCII)


@dataclass(frozen=True)
class DateReading:
    """A column read as dates: datetime64[s] (n,), NaT where missing; stray rows; a note or ""."""

    dates: Dates
    strays: tuple[int, ...]
    note: str


def looks_dated(cells: Cells) -> bool:
    """Say from a sample whether reading the column as dates is worth while."""
    seen = sample(cells, 50)
    return bool(seen) and sum(1 for text in seen if _match(text)) * 2 > len(seen)


def _match(text: str) -> re.Match[str] | None:
    if not any(character.isdigit() for character in text) or len(text) > 40:
        return None
    shapes = (shape.fullmatch(text) for shape in (*SHAPES, TIME))
    return next((found for found in shapes if found), None)


def is_date(text: str) -> bool:
    """Say whether a trimmed cell has the shape of a date or a time of day."""
    return _match(text) is not None


def day_first_votes(texts: Sequence[str]) -> int:
    """Return how many more of the texts prove day before month than month before day."""
    matches = [found for found in map(_match, texts) if found and "a" in found.groupdict()]
    return sum(int(m["a"]) > 12 for m in matches) - sum(int(m["b"]) > 12 for m in matches)


def read_dates(cells: Cells, day_first: bool) -> DateReading | None:
    """Read a column as dates.

    Args:
        cells: the column as read, n cells.
        day_first: the table's habit, used where nothing in the column decides day or month.

    Returns:
        The reading; None when more than 2 % of the present cells are no dates.
    """
    if not looks_dated(cells):
        return None
    texts = [text and text.strip() for part in cells.parts() for text in part.texts]
    iso = _read_iso(texts)
    if iso is not None:
        return DateReading(iso, (), "")
    return _read_matched(texts, day_first)


def _read_iso(texts: Sequence[str | None]) -> Dates | None:
    if not all(text is None or ISO.fullmatch(text) for text in texts):
        return None
    try:
        return np.array([text or "NaT" for text in texts], dtype="datetime64[s]")
    except ValueError:
        return None


def _read_matched(texts: Sequence[str | None], day_first: bool) -> DateReading | None:
    matches = {text: _match(text) for text in set(texts) if text is not None}
    order, note = _order([m for m in matches.values() if m], day_first, texts)
    moments = {text: _moment(found, order) for text, found in matches.items()}
    strays = [r for r, text in enumerate(texts) if text is not None and moments[text] is None]
    present = sum(text is not None for text in texts)
    if len(strays) > STRAY_SHARE * present:
        return None
    found = [moments[text] if text is not None else None for text in texts]
    dates = np.array([np.datetime64("NaT") if m is None else m for m in found], "datetime64[s]")
    return DateReading(dates, tuple(strays), "; ".join(filter(None, [note, *_remarks(matches)])))


def _remarks(matches: dict[str, re.Match[str] | None]) -> list[str]:
    groups = [found.groupdict() for found in matches.values() if found]
    remarks = []
    if all("y" not in parts for parts in groups):
        remarks.append("times without a date stand on 1970-01-01")
    if any(parts["zone"] for parts in groups if "zone" in parts):
        remarks.append("times with a zone were turned to UTC")
    if any(len(parts.get("y") or "0000") == 2 for parts in groups):
        remarks.append("two-digit years 00 to 68 are read as 2000 to 2068")
    return remarks


def _order(matches: list[re.Match[str]], day_first: bool, texts: Sequence[str | None]) -> tuple[Order, str]:
    open_ones = [m for m in matches if "a" in m.groupdict()]
    days_first = sum(int(m["a"]) > 12 for m in open_ones)
    months_first = sum(int(m["b"]) > 12 for m in open_ones)
    if days_first or months_first:
        return ("dmy" if days_first >= months_first else "mdy"), ""
    if all(m["sep"] == "." for m in open_ones):
        return "dmy", ""
    order = _order_by_sequence(texts) or ("dmy" if day_first else "mdy")
    words = "day/month" if order == "dmy" else "month/day"
    return order, f"no cell decides between day and month first; read as {words}, so write " + (
        "dates as 2024-12-31 if that is wrong"
    )


def _order_by_sequence(texts: Sequence[str | None]) -> Order | None:
    orders: tuple[Order, Order] = ("dmy", "mdy")
    rising = [order for order in orders if _rises(texts, order)]
    return rising[0] if len(rising) == 1 else None


def _rises(texts: Sequence[str | None], order: Order) -> bool:
    moments = [_moment(_match(text), order) for text in texts if text is not None]
    known = [moment for moment in moments if moment is not None]
    return all(early <= late for early, late in pairwise(known))


def _moment(found: re.Match[str] | None, order: Order) -> datetime | None:
    if found is None:
        return None
    parts = found.groupdict()
    try:
        return _day(parts, order) + _clock(parts)
    except (ValueError, KeyError, OverflowError):
        return None


def _day(parts: dict[str, str | None], order: Order) -> datetime:
    if "y" not in parts:
        return datetime(1970, 1, 1)
    year = int(parts["y"] or 0)
    if len(parts["y"] or "") == 2:
        year += 2000 if year <= 68 else 1900
    if "a" in parts:
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        name = parts.get("name")
        month = MONTHS[name.casefold()] if name else int(parts.get("m") or 1)
        day = int(parts.get("d") or 1)
    return datetime(year, month, day)


def _clock(parts: dict[str, str | None]) -> timedelta:
    if not parts.get("h"):
        return timedelta(0)
    hour, minute, second = (int(parts[key] or 0) for key in ("h", "min", "s"))
    half = (parts["half"] or "").casefold()[:1]
    if hour > 23 or minute > 59 or second > 59 or (half and not 1 <= hour <= 12):
        raise ValueError("no such time of day")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return timedelta(hours=hour, minutes=minute, seconds=second) - _offset(parts["zone"])


def _offset(zone: str | None) -> timedelta:
    digits = (zone or "").replace(":", "")
    if digits[:1] not in {"+", "-"}:
        return timedelta(0)
    size = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return -size if digits[0] == "-" else size
