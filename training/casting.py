"""Which column of a made table plays which slot of a phrase."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from training.tables import Made, MadeTable

CATEGORIES = ("category", "ordered")
GROUPS = ("group", "outcome", "operator", "part", "machine", "supplier", "batch", "subgroup", "setting")
NUMBERS = ("number", "count")

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


class Cast:
    """Assigns columns to slots, each column at most once."""

    def __init__(self, made: MadeTable, random_: random.Random) -> None:
        self._made, self._random = made, random_
        self.taken: set[tuple[str, ...]] = set()

    def candidates(self, test: Test) -> list[Made]:
        """Columns that pass the test and play no slot yet."""
        return [m for m in self._made.columns if m.headers not in self.taken and test(m)]

    def draw(self, test: Test) -> Made | None:
        """One of the candidates, or None."""
        found = self.candidates(test)
        return self._take(self._random.choice(found)) if found else None

    def only(self, test: Test) -> Made | None:
        """The single candidate; None when there is none or several."""
        found = self.candidates(test)
        return self._take(found[0]) if len(found) == 1 else None

    def several(self, test: Test, least: int, most: int) -> list[Made]:
        """Some of the candidates in random order; empty when there are too few."""
        found = self.candidates(test)
        self._random.shuffle(found)
        count = self._random.randint(least, most)
        return [self._take(m) for m in found[:count]] if len(found) >= least else []

    def _take(self, made: Made) -> Made:
        self.taken.add(made.headers)
        return made


def group_test(levels: Callable[[int], bool]) -> Test:
    """A group whose number of levels passes `levels`."""
    return lambda made: is_group(made) and levels(len(made.levels))


def rivals(made: MadeTable, test: Test) -> Iterable[Made]:
    """All columns that could play a slot."""
    return [m for m in made.columns if test(m)]
