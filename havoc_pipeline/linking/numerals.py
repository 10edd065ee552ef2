"""Digits as people write them, and which of `,` and `.` is the decimal mark in one question.

A comma or point that only one reading allows (`18,5`, `1.200,5`, `1,200.5`, `0,125`) settles the
mark for the whole question. Where nothing settles it, a point is decimal and a comma with three
digits after it parts thousands (`1,200` is 1200, `1.200` is 1.2).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

Mark = Literal[".", ","]

_GAP = "\u00a0\u202f\u2009'’"
_SPACED = (
    r"[1-9] [0-9]{3}(?![0-9 ]? ?[0-9])(?:[.,][0-9]{1,30})?"
    r"|[1-9][0-9]{0,2}(?: [0-9]{3}){0,3} 000(?![0-9])(?:[.,][0-9]{1,30})?"
)
SOLID = (
    rf"(?:[0-9]{{1,3}}(?:[{_GAP}][0-9]{{3}})+(?![0-9])(?:[.,][0-9]{{1,30}})?"
    r"|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,30}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,30}"
    r"|[0-9]{1,3}(?:,[0-9]{3}){2,10}|[0-9]{1,3}(?:\.[0-9]{3}){2,10}"
    r"|[0-9]{1,60}(?:[.,][0-9]{1,60})?|[.,][0-9]{1,60})"
)
"""One unsigned number without exponent and without plain spaces."""
DIGITS = rf"(?:{_SPACED}|{SOLID})"
"""One unsigned number without exponent; a plain space may part its thousands."""
NUMERAL = rf"{DIGITS}(?:[eE][+\-−]?[0-9]{{1,2}}(?![0-9A-Za-z]))?"
SIGN = r"[-−+]"
_OPEN = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_MARKED = re.compile(rf"(?<![\w.,]){DIGITS}(?![\w]|[.,][0-9])")


def decimal_mark(question: str) -> Mark:
    """The decimal mark that the question's numbers prove; a point when they prove nothing.

    Parameters
    ----------
    question : str

    Returns
    -------
    {".", ","}
    """
    votes = {".": 0, ",": 0}
    for found in _MARKED.finditer(question):
        text = found.group()
        last = max(text.rfind("."), text.rfind(","))
        if last < 0 or _OPEN.fullmatch(text) or text.count(text[last]) > 1:
            continue
        votes[text[last]] += 1
    return "," if votes[","] > votes["."] else "."


def read_numeral(text: str, mark: Mark = ".") -> Decimal:
    """The exact value of a number as written.

    Parameters
    ----------
    text : str
        What `NUMERAL` matches, with or without a sign.
    mark : {".", ","}
        The question's decimal mark, for forms that both readings allow.

    Returns
    -------
    Decimal
    """
    sign = -1 if text[:1] in "-−" else 1
    digits, _, power = text.lstrip("-−+").lower().replace("−", "-").partition("e")
    digits = re.sub(rf"[ {_GAP}]", "", digits)
    return sign * Decimal(f"{_plain(digits, mark)}e{power or '0'}")


def _plain(digits: str, mark: Mark) -> str:
    """Digits with a decimal point and no thousands' marks."""
    last = digits[max(digits.rfind("."), digits.rfind(","))] if re.search("[.,]", digits) else "."
    other = "," if last == "." else "."
    if other in digits:
        return digits.replace(other, "").replace(last, ".")
    thousands = digits.count(last) > 1
    if _OPEN.fullmatch(digits):
        thousands = last != mark
    return digits.replace(last, "" if thousands else ".")
