"""What a question mentions: spans of its text, each with what they are taken to mean."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal

Role = Literal[
    "measurement", "setting", "group", "outcome", "operator", "part", "machine", "supplier", "subgroup", "batch", "time",
    "run_order", "defects", "inspected", "opportunities", "reference", "nominal", "before", "after", "identifier", "comment",
]  # fmt: skip
ROLES: tuple[Role, ...] = Role.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Candidate:
    """A reading of a span: these columns (several for a wide block), at this probability.

    `level` is set when the span names a level of the column rather than the column.
    """

    headers: tuple[str, ...]
    score: float
    level: str | None = None


@dataclass(frozen=True)
class ColumnMention:
    """A span of the question that names a column, a wide block, or a level; best reading first.

    `direction` tells which way a comparing word points in the best reading: `faster` is less of a time.
    """

    start: int
    end: int
    text: str
    candidates: tuple[Candidate, ...]
    direction: Literal["more", "less"] | None = None

    @property
    def best(self) -> Candidate:
        """The likeliest reading."""
        return self.candidates[0]


@dataclass(frozen=True)
class NumberMention:
    """A number of the question: its value as a float and exactly as written, and its unit.

    `part` tells how one written form gave several numbers: `10 ± 0.2` gives the centre, the low and
    the high end; `2^(5-1)` the number of factors and of runs; `half fraction` a share of runs.
    """

    start: int
    end: int
    text: str
    value: float
    unit: str | None = None
    part: Literal["plain", "low", "high", "centre", "percent", "factors", "runs"] = "plain"


@dataclass(frozen=True)
class DateMention:
    """A date of the question, at the resolution that was written (`2024-03` is its first day)."""

    start: int
    end: int
    text: str
    value: datetime.datetime


@dataclass(frozen=True)
class FormulaMention:
    """An expression (`3*x^2 + 1`) or an equation (`x^2 = 4`, also several), as our parser takes it."""

    start: int
    end: int
    text: str
    formulas: tuple[str, ...]
    is_equation: bool


@dataclass(frozen=True)
class ListMention:
    """An enumeration of names that stand in no table: factors of a design to be made."""

    start: int
    end: int
    text: str
    names: tuple[str, ...]


Mention = ColumnMention | NumberMention | DateMention | FormulaMention | ListMention


@dataclass(frozen=True)
class Links:
    """All mentions of a question in order of their place, and each column's roles.

    `roles` gives for every header the probability of each role; they sum to 1. `unplaced` are
    the places of things that the question names and that no column was found for; `unsettled` those
    of words that may well name something, in the table or not, and are no mention.
    """

    question: str
    mentions: tuple[Mention, ...]
    roles: dict[str, dict[Role, float]] = field(default_factory=dict)
    unplaced: tuple[tuple[int, int], ...] = ()
    unsettled: tuple[tuple[int, int], ...] = ()
