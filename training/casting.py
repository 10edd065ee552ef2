"""Which column of a made table plays which slot of a phrase."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any

from training.bank import SLOT, Phrase, readings
from training.slots import SLOTS, Test, fits, is_pair, rivals
from training.tables import Made, MadeTable

ORDER = ("ys", "g", "h", "b", "y", "y1", "y2", "x", "xs", "z", "d", "n", "sub", "t", "w", "v")
"""In which order slots choose their columns."""


class Cast:
    """The columns that play a phrase's slots, each column at most once.

    `columns` holds them by slot, one for each but for `xs`. `ambiguous` says that the phrase leaves out a
    slot that several columns could play.
    """

    def __init__(self, made: MadeTable, phrase: Phrase, random_: random.Random) -> None:
        self.made, self._phrase, self._random = made, phrase, random_
        self.columns: dict[str, list[Made]] = {}
        self.ambiguous = False
        self._taken: set[tuple[str, ...]] = set()

    def candidates(self, test: Test) -> list[Made]:
        """Columns that pass the test and play no slot yet."""
        return [m for m in self.made.columns if m.headers not in self._taken and test(m)]

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
        self._taken.add(made.headers)
        return made

    def assign(self, refusal: str | None, foreign: Sequence[Made]) -> bool:
        """Choose a column for every slot of the phrase; False when the table has none for one.

        Parameters
        ----------
        refusal : str or None
            The refusal that the question asks for; then only the slots that the phrase says are cast.
        foreign : sequence of Made
            Columns of other domains, of which `refuse.missing` takes one.
        """
        said = self._phrase.slots
        needed = _needed(readings()[self._phrase.reading]) if refusal is None else set()
        wanted = [slot for slot in ORDER if slot in said | needed]
        if refusal == "refuse.missing":
            return self._assign_missing(wanted, foreign)
        return all(self._assign_one(slot, refusal) for slot in wanted)

    def _assign_missing(self, wanted: list[str], foreign: Sequence[Made]) -> bool:
        """One said slot is played by a column of another domain; the others by the table's own."""
        known = {w for m in self.made.columns for w in _words_of(m)}
        strangers = [m for m in foreign if not (_words_of(m) & known)]
        measured = [s for s in wanted if s in ("y", "x", "g", "d") and s in self._phrase.slots]
        if not measured or not strangers:
            return False
        slot = self._random.choice(measured)
        fitting = [m for m in strangers if SLOTS[slot](m)]
        if not fitting:
            return False
        self.columns[slot] = [self._random.choice(fitting)]
        return all(self._assign_one(s, "refuse.missing") for s in wanted if s != slot)

    def _assign_one(self, slot: str, refusal: str | None) -> bool:
        test, said = fits(slot, self._phrase), slot in self._phrase.slots
        if slot == "b":
            return self._assign_pair()
        if slot == "xs":
            self.columns[slot] = self.several(test, 2, 4)
            return bool(self.columns[slot]) and said
        chosen = self.draw(test) if said else self.only(test)
        if chosen is not None:
            self.columns[slot] = [chosen]
            return True
        return not said and slot in ("y", "d") and refusal is None and self._leave_open(test)

    def _assign_pair(self) -> bool:
        pair = self.draw(is_pair)
        if pair is not None:
            self.columns["b"] = [Made((pair.headers[0],), _side(pair.spec, "before"))]
            self.columns["a"] = [Made((pair.headers[1],), _side(pair.spec, "after"))]
        return pair is not None

    def _leave_open(self, test: Test) -> bool:
        """A question that names no measurement over a table with several cannot be answered."""
        open_to = rivals(self.made, test)
        if len(open_to) >= 2 and self._random.random() < 0.35 and not self._phrase.slots & {"y", "x", "xs", "ys", "d"}:
            self.ambiguous = True
            self.columns["y"] = [open_to[0]]
            return True
        return False


def _needed(command: str) -> set[str]:
    """Slots that a command cannot do without."""
    bare = re.sub(r"\[[a-z_]+=\{[^}]*\}\]", "", command)
    return {m.group(1) for m in SLOT.finditer(bare)}


def _side(spec: dict[str, Any], side: str) -> dict[str, Any]:
    own = {k: v for k, v in spec.items() if k not in ("more", "less", "how", "vague")}
    return own | {"says": spec.get(side) or spec.get("says"), "kind": "number"}


def _words_of(made: Made) -> set[str]:
    texts = [*made.spec.get("says", []), *made.spec.get("vague", []), *map(str, made.headers)]
    return {w for text in texts for w in re.findall(r"[a-z]{3,}", str(text).lower())}
