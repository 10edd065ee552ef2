"""Numbers as people write them: decimal commas, thousands, percent signs, units, limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from havoc_pipeline.tables.units import is_unit

Mark = Literal[".", ","]
Vote = Literal["point", "comma", "open comma", "open point", "none"]

CELL = re.compile(
    r"(?P<limit>[<>≤≥]=?|[≤≥])?\s*(?P<money>[$€£])?\s*"
    r"(?P<body>[+\-\u2212\u2013]?[\d.,][\d.,'\u2019\u00a0\u202f\u2009 ]*"
    r"(?:(?<=[\d.,])[eE][+\-\u2212]?\d+)?)"
    r"\s*(?P<unit>[^\d\s.,+\-\u2212<>][^<>]*)?",
    re.ASCII,
)
EXPONENT = r"(?:[eE][+-]?\d+)?"
FORMS: dict[Mark, re.Pattern[str]] = {
    ".": re.compile(
        rf"[+-]?(?:(?:[1-9]\d{{0,2}}(?:(?P<g>[,' ])\d{{3}})(?:(?P=g)\d{{3}})*|\d+)"
        rf"(?:\.\d*)?|\.\d+){EXPONENT}",
        re.ASCII,
    ),
    ",": re.compile(
        rf"[+-]?(?:(?:[1-9]\d{{0,2}}(?:(?P<g>[.' ])\d{{3}})(?:(?P=g)\d{{3}})*|\d+)"
        rf"(?:,\d*)?|,\d+){EXPONENT}",
        re.ASCII,
    ),
}
OPEN = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
FAR = re.compile(r"[+\-\u2212]?(?:inf(?:inity)?|\u221e)", re.IGNORECASE)
SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2019": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


@dataclass(frozen=True)
class Numeral:
    """One cell taken apart: a limit sign, the digits, a unit; `body` is "" for no number."""

    limit: str
    body: str
    unit: str
    infinite: bool = False


NO_NUMBER = Numeral("", "", "")


def take_apart(text: str) -> Numeral:
    """Split a trimmed cell into limit sign, digits and unit.

    Args:
        text: such as `12,3 mm`, `<0.01`, `€ 1'234.50`, `45 %`.

    Returns:
        The parts; an empty body when the cell is no number.
    """
    found = CELL.fullmatch(text)
    if found is None:
        return Numeral("", "", "", infinite=FAR.fullmatch(text) is not None)
    unit = (found["money"] or "") + (found["unit"] or "").strip()
    if unit and not is_unit(unit):
        return NO_NUMBER
    body = found["body"].strip().translate(SIGNS)
    return Numeral(found["limit"] or "", body, unit)


def vote(body: str) -> Vote:
    """Say which decimal mark the digits of one cell prove.

    Args:
        body: digits and marks, such as `1.234,5`.

    Returns:
        `point` or `comma` when only one reading is possible, `open comma` and `open point` when
        three digits after one mark may be decimals or thousands, `none` for a plain integer or
        no number.
    """
    point, comma = (FORMS[mark].fullmatch(body) is not None for mark in (".", ","))
    if point and comma:
        if OPEN.fullmatch(body):
            return "open comma" if "," in body else "open point"
        return "none"
    return "point" if point else "comma" if comma else "none"


def canonical(body: str, mark: Mark) -> str | None:
    """Return digits as a programming language writes them.

    Args:
        body: digits and marks, such as `1.234,5`.
        mark: the decimal mark in force.

    Returns:
        Such as `1234.5`; None when the digits are no number in this form.
    """
    found = FORMS[mark].fullmatch(body)
    if found is None:
        return None
    group = found["g"]
    return (body.replace(group, "") if group else body).replace(mark, ".")


def exact(text: str, mark: Mark) -> Decimal | None:
    """Return a cell's number without rounding to binary.

    Args:
        text: a trimmed cell.
        mark: the decimal mark in force.

    Returns:
        The decimal as written, or None when the cell is no finite number.
    """
    parts = take_apart(text)
    digits = canonical(parts.body, mark)
    return None if digits is None or parts.limit else Decimal(digits)
