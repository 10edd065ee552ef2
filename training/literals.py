"""What a question gives itself, in its own characters: numbers, dates, formulas, lists of names."""

from __future__ import annotations

import random

from training import wording
from training.amounts import Amounts
from training.bank import Phrase
from training.casting import Cast
from training.meaning import Meanings, Segment
from training.tables import Made

FORMULAS = ("expr", "eq", "eqs")
WITH_UNIT = ("usl", "mu", "c")


class Literals:
    """Says the slots of one question that no column plays, and notes their meanings.

    Parameters
    ----------
    cast : Cast
        Its measurement bounds the numbers.
    phrase : Phrase
        The question's own phrase.
    meanings : Meanings
        Where to note what is said.
    random_ : Random
    """

    def __init__(self, cast: Cast, phrase: Phrase, meanings: Meanings, random_: random.Random) -> None:
        self._cast, self._reading, self._meanings, self._random = cast, phrase.reading, meanings, random_
        self._amounts = Amounts(random_)
        self._symbol = ""

    def has(self, slot: str) -> bool:
        """Whether the slot is said here: no column plays it."""
        unknown = slot == "v" and self._reading.startswith(("eval.", "solve."))
        return slot in Amounts.SLOTS or slot in FORMULAS or slot == "names" or unknown

    def say(self, slot: str) -> list[Segment]:
        """The slot in words."""
        if slot in Amounts.SLOTS:
            return self._number(slot)
        if slot in FORMULAS:
            return [Segment(self._formula(slot), self._meanings.literal("formula", slot))]
        return self._names() if slot == "names" else [Segment(self._variable())]

    def _number(self, slot: str) -> list[Segment]:
        made = self._measured()
        text = self._amounts.text(slot, made)
        meaning = self._meanings.literal("date" if slot == "date" else "number", slot)
        unit = str(made.spec.get("unit") or "") if made else ""
        with_unit = slot in (*WITH_UNIT, "target", "sigma") and unit and self._random.random() < 0.4
        tail = [Segment(self._random.choice((" ", "")) + unit)] if with_unit and slot in WITH_UNIT else []
        return [Segment(text, meaning), *tail]

    def _measured(self) -> Made | None:
        columns = self._cast.columns
        measured = columns.get("y") or columns.get("x") or columns.get("ys") or columns.get("v")
        return measured[0] if measured else None

    def _formula(self, slot: str) -> str:
        variable = self._variable()
        if slot == "eq":
            return wording.equation(self._random, variable)
        if slot == "eqs":
            return wording.equations(self._random)
        plain = self._reading == "eval.value"
        return wording.arithmetic(self._random) if plain else wording.formula(self._random, variable)

    def _variable(self) -> str:
        drawn = self._random.choice("xxxxtzyuw")
        self._symbol = self._symbol or drawn
        return self._symbol

    def _names(self) -> list[Segment]:
        names = self._random.sample(wording.FACTOR_NAMES, self._random.randint(2, 6))
        meaning = self._meanings.literal("names", "names")
        return [Segment(wording.say_names(self._random, names), meaning)]
