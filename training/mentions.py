"""A phrase in words: each of its slots becomes a piece of text that mentions what plays the slot."""

from __future__ import annotations

import random
from collections.abc import Callable

from training import wording
from training.bank import SLOT, Phrase, Phrasebook, readings
from training.casting import Cast
from training.literals import Literals
from training.meaning import Meanings, Segment, Symbol
from training.plans import filled
from training.slots import SLOTS, is_measure, is_number, rivals
from training.tables import Made

DERIVED = 0.07
"""Share of mentioned measurements that are computed from other columns."""

Say = Callable[[str, str], list[Segment] | None]


class Mentions:
    """Says the slots of one question and notes their meanings.

    Parameters
    ----------
    cast : Cast
        Who plays which slot.
    phrase : Phrase
        The question's own phrase.
    book : Phrasebook
        Words for derived columns.
    meanings : Meanings
        Where to note what is mentioned.
    random_ : Random
    derive : bool
        Whether derived columns are wanted.
    """

    def __init__(
        self, cast: Cast, phrase: Phrase, book: Phrasebook, meanings: Meanings, random_: random.Random, *, derive: bool
    ) -> None:
        self._cast, self._book, self._meanings, self._random = cast, book, meanings, random_
        self._derive = derive
        self._literals = Literals(cast, phrase, meanings, random_)
        self._levels: dict[str, str] = {}
        self._terse = len(phrase.text.split()) <= 6

    def worded(self, text: str) -> list[Segment] | None:
        """The text with its slots said; None when one of them cannot be said."""
        return _worded(text, self._say)

    def _say(self, slot: str, form: str) -> list[Segment] | None:
        if self._literals.has(slot):
            return self._literals.say(slot)
        columns = self._cast.columns.get(slot)
        if columns is None:
            return None
        if slot == "xs":
            return self._several(columns)
        return self._level(slot, columns[0], form) if form in ("a", "b") else self._column(slot, columns[0], form)

    def _column(self, slot: str, made: Made, form: str) -> list[Segment]:
        meaning = self._meanings.column(made.headers)
        self._meanings.slots.setdefault(slot, (meaning,))
        if form == "s":
            return [Segment(wording.say_plural(made, self._random), meaning)]
        if form:
            return [Segment(wording.say_degree(made, form, self._random), meaning)]
        if slot in ("y", "x") and self._random.random() < DERIVED and self._derive:
            derived = self._derived(slot)
            if derived is not None:
                return derived
        alone = len(rivals(self._cast.made, SLOTS.get(slot, is_measure))) == 1
        return [Segment(wording.say_column(made, self._random, vague=alone), meaning)]

    def _several(self, columns: list[Made]) -> list[Segment]:
        segments, symbols = [], list[Symbol]()
        for i, made in enumerate(columns):
            meaning = self._meanings.column(made.headers)
            symbols += [meaning, ","]
            last = i == len(columns) - 1
            joiner = "" if i == 0 else self._random.choice((" and ", ", and ", " & ")) if last else ", "
            segments += [Segment(joiner), Segment(wording.say_column(made, self._random, vague=False), meaning)]
        self._meanings.slots["xs"] = ("[", *symbols[:-1], "]")
        return [s for s in segments if s.text]

    def _level(self, slot: str, made: Made, form: str) -> list[Segment] | None:
        level = self._chosen_level(slot, made, form)
        if level is None:
            return None
        self._meanings.slots.setdefault(slot, (self._meanings.column(made.headers),))
        meaning = self._meanings.level(made.headers, level)
        self._meanings.slots[f"{slot}.{form}"] = (meaning,)
        return [Segment(wording.say_level(made, level, self._random, terse=self._terse), meaning)]

    def _chosen_level(self, slot: str, made: Made, form: str) -> str | None:
        key, other = f"{slot}.{form}", f"{slot}.{'b' if form == 'a' else 'a'}"
        if key not in self._levels:
            free = [level for level in made.levels if level != self._levels.get(other)]
            if not free:
                return None
            self._levels[key] = self._random.choice(free)
        return self._levels[key]

    def _derived(self, slot: str) -> list[Segment] | None:
        """A column computed from others in the slot's place, as "the gap between inlet and outlet"."""
        kind = self._random.choice(("difference", "ratio", "product", "sum", "log", "mean", "range"))
        names = self._parts(kind)
        if not names or not self._book.has(f"derive.{kind}"):
            return None
        own = {key: self._meanings.column(made.headers) for key, made in names.items()}

        def say(part: str, _: str) -> list[Segment] | None:
            if part not in own:
                return None
            return [Segment(wording.say_column(names[part], self._random, vague=False), own[part])]

        segments = _worded(self._book.draw(f"derive.{kind}").text, say)
        symbols = filled(readings()[f"derive.{kind}"], {key: (meaning,) for key, meaning in own.items()})
        if segments is None or symbols is None:
            return None
        self._meanings.slots[slot] = tuple(symbols)
        return segments

    def _parts(self, kind: str) -> dict[str, Made]:
        """Columns to compute from, by the names of `derive.` readings; none where there are too few."""
        wide = kind in ("mean", "range")
        parts = self._cast.several(SLOTS["ys"] if wide else is_number, 1 if wide or kind == "log" else 2, 2)
        return {"ys": parts[0]} if wide and parts else dict(zip("ab", parts, strict=False))


def _worded(text: str, say: Say) -> list[Segment] | None:
    segments, at = [], 0
    for match in SLOT.finditer(text):
        segments.append(Segment(text[at : match.start()]))
        said = say(match.group(1), match.group(2) or "")
        if said is None:
            return None
        segments += said
        at = match.end()
    return [s for s in [*segments, Segment(text[at:])] if s.text]
