"""What kind of column it is: the words the rest of HAVOC uses, and how they are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from havoc_pipeline.tables.cells import Floats
from havoc_pipeline.tables.levels import scale_of

Kind = Literal[
    "numeric",
    "integer",
    "two-level",
    "categorical",
    "ordered",
    "date",
    "order",
    "identifier",
    "constant",
    "text",
    "empty",
]

FEW_LEVELS = 10
LONG_TEXT = 30
SAFE_INTEGER = 2.0**53

ORDER_LIKE = re.compile(
    r"(?:^|[\W_])(?:run|order|seq\w*|std|standard|obs\w*|nr|no|num\w*|idx|index|#|sample|subgroup|"
    r"shot|cycle|day|week|month|year|hour|time|trial|row|piece|part|versuch\w*|lauf\w*|lfd\w*|"
    r"stichprobe\w*|teil|tag|woche|jahr|ensayo|corrida|orden|d[ií]a|essai|ordre|jour|column \d+|"
    r"unnamed.*|period|wafer|unit|cavity)(?:$|[\W_\d])",
    re.IGNORECASE,
)
ID_LIKE = re.compile(
    r"(?:^|[\W_])(?:id|ids|uid|uuid|guid|serial\w*|sn|s/n|ser\w*nr|barcode|qr|dmc|code|vin|"
    r"lots?|lot[ _]?no|batch\w*|chargen\w*|charge[ _-]?(?:nr|no|nummer)|lote|patient\w*|specimen\w*|"
    r"article|artikel\w*|sku|ticket\w*|invoice\w*|asset\w*)(?:$|[\W_\d])|ID$|Id$",
    re.IGNORECASE,
)
GRADED = re.compile(r"grade|rating|note|class|klasse|güte|rank|score", re.IGNORECASE)
GRADE = re.compile(r"[A-F][+-]?")
CAMEL = re.compile(r"(?<=[a-zäöü])(?=[A-Z])")


def number_kind(header: str, numbers: Floats, whole: bool) -> Kind:
    """Name the kind of a column of numbers.

    Args:
        header: the column's header.
        numbers: float64 (n,), NaN for missing.
        whole: whether every number is written as an integer.

    Returns:
        `constant`, `order`, `identifier`, `integer` or `numeric`.
    """
    present = numbers[~np.isnan(numbers)]
    if len(present) > 1 and present.min() == present.max():
        return "constant"
    if not whole:
        return "numeric"
    words = CAMEL.sub(" ", header)
    if ID_LIKE.search(words) and _all_distinct(present):
        return "identifier"
    if np.abs(present).max() > SAFE_INTEGER and _all_distinct(present):
        return "identifier"
    return "order" if _is_order(words, present, len(numbers)) else "integer"


def _all_distinct(present: Floats) -> bool:
    return len(present) > 2 and len(np.unique(present)) == len(present)


def _is_order(words: str, present: Floats, rows: int) -> bool:
    if len(present) != rows or rows < 3:
        return False
    steps = np.diff(present)
    if rows >= 5 and present[0] in (0.0, 1.0) and bool((steps == 1).all()):
        return True
    if not ORDER_LIKE.search(words):
        return False
    return bool((steps > 0).all()) or _is_permutation(present)


def _is_permutation(present: Floats) -> bool:
    return present.min() == 1 and present.max() == len(present) and _all_distinct(present)


def label_kind(header: str, distinct: Sequence[str], present: int) -> Kind:
    """Name the kind of a column of labels.

    Args:
        header: the column's header.
        distinct: the distinct trimmed labels.
        present: how many cells are not missing.

    Returns:
        `empty`, `constant`, `two-level`, `ordered`, `text`, `identifier` or `categorical`.
    """
    if not distinct:
        return "empty"
    if len(distinct) == 1 and present > 1:
        return "constant"
    if len(distinct) == 2:
        return "two-level"
    graded = GRADED.search(header) and all(GRADE.fullmatch(level) for level in distinct)
    if len(distinct) <= 50 and (scale_of(distinct) or graded):
        return "ordered"
    if _is_long(distinct, present):
        return "text"
    return "identifier" if len(distinct) == present and present > 2 else "categorical"


def _is_long(distinct: Sequence[str], present: int) -> bool:
    mean = sum(map(len, distinct)) / len(distinct)
    return mean > LONG_TEXT and len(distinct) * 2 > present


def mixed_kind(distinct: Sequence[str], present: int) -> Kind:
    """Name the kind of a column that is mostly but not wholly numbers.

    Args:
        distinct: the distinct trimmed labels.
        present: how many cells are not missing.

    Returns:
        `categorical` for a few codes that come back again and again (`1`, `2`, `X`), else `text`.
    """
    codes = all(len(level) <= 4 and "." not in level and "<" not in level for level in distinct)
    few = 2 < len(distinct) <= FEW_LEVELS and present >= 3 * len(distinct)
    return "categorical" if codes and few else "text"
