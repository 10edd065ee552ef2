"""What a slot of a phrase asks of the column that plays it."""

from __future__ import annotations

import re
from collections.abc import Callable

from training.bank import Phrase
from training.tables import Made, MadeTable

CATEGORIES = ("category", "ordered")
GROUPS = ("group", "outcome", "operator", "part", "machine", "supplier", "batch", "subgroup", "setting")
NUMBERS = ("number", "count")
WIDE_READINGS = ("spc.plain", "cap.plain", "cap.spc", "describe.one")
TWO_WORDS = re.compile(r"\b(two|both|either|t-?test|t\.test|2[- ]sample|pair|halves)\b", re.IGNORECASE)
MANY_WORDS = re.compile(r"\b(three|four|five|all|anova|aov|several|each|any of|which)\b", re.IGNORECASE)

Test = Callable[[Made], bool]


def is_measure(made: Made) -> bool:
    """A number that was measured."""
    return made.kind in NUMBERS and made.role == "measurement"


def is_number(made: Made) -> bool:
    """A number that was measured or set."""
    return made.kind in NUMBERS and made.role in ("measurement", "setting", "opportunities")


def is_group(made: Made) -> bool:
    """Categories to compare."""
    return made.kind in CATEGORIES and made.role in GROUPS and len(made.levels) >= 2


def is_pair(made: Made) -> bool:
    """A measurement before and after."""
    return made.kind == "pair"


def _subgroup(made: Made) -> bool:
    listed = made.kind in (*CATEGORIES, "date", "order", "count", "identifier")
    return listed and made.role in ("subgroup", "batch", "time")


SLOTS: dict[str, Test] = {
    "y": is_measure, "y1": is_measure, "y2": is_measure, "x": is_number, "z": is_number, "v": is_number,
    "g": is_group, "h": is_group, "w": is_group, "by": is_group, "sub": _subgroup,
    "t": lambda m: m.kind in ("date", "order") or (m.role == "time" and m.kind == "date"),
    "d": lambda m: m.role == "defects" and m.kind == "count",
    "n": lambda m: m.role in ("inspected", "opportunities") and m.kind in NUMBERS,
    "ys": lambda m: m.kind == "wide",
}  # fmt: skip


def fits(slot: str, phrase: Phrase) -> Test:
    """What this phrase asks of the column that plays one of its slots."""
    if slot == "y" and phrase.reading in WIDE_READINGS and "k" not in phrase.slots:
        return lambda m: is_measure(m) or m.kind == "wide"
    if slot == "xs":
        return _one_of_several(phrase)
    if slot == "g":
        return _group(phrase)
    return is_pair if slot == "b" else SLOTS[slot]


def _one_of_several(phrase: Phrase) -> Test:
    both = phrase.reading.startswith(("reg.", "edoe", "describe."))
    return lambda m: is_number(m) or (both and is_group(m) and len(m.levels) <= 6)


def _group(phrase: Phrase) -> Test:
    """A group with as many levels as the test compares, or more where the words leave it open or name the two."""
    reading, named = phrase.reading, {"g.a", "g.b"} <= phrase.forms
    if reading.startswith("ttest."):
        unnamed = reading == "ttest.diff" and not phrase.forms & {"g.a", "g.b"}
        free = named or (unnamed and not TWO_WORDS.search(phrase.text))
        return _group_of(lambda k: k == 2 or free)
    if reading.startswith("anova.one"):
        return _group_of(lambda k: k > 2 or not MANY_WORDS.search(phrase.text))
    if reading.startswith("anova.") and reading != "anova.two":
        return _group_of(lambda k: k > 2)
    if reading in ("var.greater", "var.less", "var.f"):
        return _group_of(lambda k: k == 2 or named)
    return is_group


def _group_of(levels: Callable[[int], bool]) -> Test:
    """A group whose number of levels passes `levels`."""
    return lambda made: is_group(made) and levels(len(made.levels))


def rivals(made: MadeTable, test: Test) -> list[Made]:
    """All columns that could play a slot."""
    return [m for m in made.columns if test(m)]
