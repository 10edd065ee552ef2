"""Dates of a question.

Day comes before month (`01/03/2024` is 1 March) unless that is impossible (`03/25/2024`) or the year
comes first (`2024-03-01`). Years of two digits belong to this century. Without a year there is no
date: `since March` or `3 March` gives no mention, and their digits are no numbers either
(`undated_spans`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from havoc_pipeline.linking.mentions import DateMention
from havoc_pipeline.linking.taken import Taken

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_MONTH = (
    r"(?P<name>jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz?|apr(?:il)?|may|mai|june?|juni|july?|juli"
    r"|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\b\.?"
)  # fmt: skip
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th|\.)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
_TIME = re.compile(
    r"(?:T|,?\s(?:at\s)?)(?P<hour>[0-2]?[0-9]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?(?![0-9:])",
    re.IGNORECASE,
)
_START, _END = r"(?<![\w.,:/])(?<![0-9]-)", r"(?![0-9])"
_FORMS = tuple(
    re.compile(_START + form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}(?P<mark>[-/.])(?P<month>[01]?[0-9])(?P=mark)(?P<day>[0-3]?[0-9]){_END}",
        rf"(?P<day>[0-3]?[0-9])(?P<mark>[-/.])(?P<month>[0-3]?[0-9])(?P=mark){_YEAR}",
        r"(?P<day>[0-3]?[0-9])(?P<mark>[/.])(?P<month>[0-3]?[0-9])(?P=mark)(?P<short>[0-9]{2})(?![\w.,/]*[0-9])",
        rf"{_DAY}\s?(?:of\s)?[-\s]?{_MONTH},?[-\s]?{_YEAR}",
        rf"{_MONTH}\s?{_DAY},?\s{_YEAR}",
        rf"{_MONTH},?[-\s/]?{_YEAR}",
        rf"{_YEAR}[-\s]{_MONTH}",
        rf"{_YEAR}-(?P<month>0[1-9]|1[0-2])(?![0-9-])",
        rf"(?P<month>0?[1-9]|1[0-2])/{_YEAR}",
        rf"{_YEAR}-?W(?P<week>[0-5][0-9]){_END}",
        rf"Q(?P<quarter>[1-4])[\s/-]?{_YEAR}",
        rf"{_YEAR}[\s/-]?Q(?P<quarter>[1-4])\b",
    )
)
_UNDATED = re.compile(
    rf"{_START}(?:{_DAY}\s(?:of\s)?{_MONTH}|{_MONTH.replace('name', 'name2')}\s{_DAY.replace('day', 'day2')}\b)"
    rf"|{_START}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?:\s?[ap]m\b)?(?![0-9:])",
    re.IGNORECASE,
)


def find_dates(question: str) -> list[DateMention]:
    """Dates with a year, with the time of day where it is written.

    Parameters
    ----------
    question : str

    Returns
    -------
    list of DateMention
        In order; `2024-03` and `March 2024` are the first day of the month.
    """
    found, taken = list[DateMention](), Taken(question)
    for form in _FORMS:
        for date in _dates(question, form):
            if taken.free(date.start, date.end):
                taken.take(date.start, date.end)
                found.append(date)
    return sorted(found, key=lambda date: date.start)


def undated_spans(question: str) -> list[tuple[int, int]]:
    """Spans of days without a year and of bare times of day; their digits are no numbers."""
    return [match.span() for match in _UNDATED.finditer(question)]


def _dates(question: str, form: re.Pattern[str]) -> Iterator[DateMention]:
    for match in form.finditer(question):
        day = _day_of(match.groupdict())
        if day is None:
            continue
        moment, end = datetime.datetime.combine(day, datetime.time()), match.end()
        clock = _TIME.match(question, end)
        time = _time_of(clock) if clock else None
        if clock and time is not None:
            moment, end = datetime.datetime.combine(day, time), clock.end()
        yield DateMention(match.start(), end, question[match.start() : end], moment)


def _day_of(parts: dict[str, str | None]) -> datetime.date | None:
    year = int(parts.get("year") or f"20{parts.get('short')}")
    if parts.get("week"):
        return _valid_week(year, int(parts["week"] or 0))
    if parts.get("quarter"):
        return datetime.date(year, 3 * int(parts["quarter"] or 1) - 2, 1)
    name = (parts.get("name") or "")[:3].lower()
    month = _MONTHS[name] if name else int(parts.get("month") or 1)
    day = int(parts.get("day") or 1)
    return _valid(year, month, day) or (None if name else _valid(year, day, month))


def _valid(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


def _valid_week(year: int, week: int) -> datetime.date | None:
    try:
        return datetime.date.fromisocalendar(year, week, 1)
    except ValueError:
        return None


def _time_of(clock: re.Match[str]) -> datetime.time | None:
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    second = int(clock["second"] or 0)
    return datetime.time(hour, int(clock["minute"]), second) if hour < 24 else None
