"""What is added to a question: a filter, a grouping, a scale, a level of significance."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.bank import NO_TABLE, Phrasebook, readings
from training.casting import Cast
from training.meaning import Meanings, Segment, Symbol
from training.mentions import Mentions
from training.plans import filled
from training.slots import SLOTS

UNMODIFIED = (*NO_TABLE, "describe.all", "edoe")
KINDS = (("mod.where", 0.11), ("mod.by", 0.15), ("mod.scale", 0.18), ("mod.alpha", 0.23))
"""Kinds of modifier, each with the share of questions that get it or one before it."""
TESTS = ("RUN_TTEST", "RUN_ANOVA", "RUN_CORRELATION", "RUN_CHI2", "COMPARE_VARIANCES", "TEST_NORMALITY")

Worded = tuple[list[Segment], list[Symbol]]


@dataclass(frozen=True)
class Modifiers:
    """Draws modifiers for one question."""

    cast: Cast
    mentions: Mentions
    meanings: Meanings
    book: Phrasebook
    random_: random.Random

    def modified(self, reading: str, segments: list[Segment], plan: list[Symbol]) -> Worded:
        """The question and its plan, now and then with a modifier before or after."""
        if reading.startswith(UNMODIFIED) or ";" in plan:
            return segments, plan
        draw = self.random_.random()
        kind = next((k for k, limit in KINDS if draw < limit), None)
        added = self._modifier(kind, plan) if kind else None
        if added is None:
            return segments, plan
        words, symbols = added
        if self.random_.random() < 0.2:
            return [*words, Segment(", "), *segments], plan + symbols
        return [*segments, Segment(self.random_.choice((" ", " ", ", "))), *words], plan + symbols

    def _modifier(self, kind: str, plan: list[Symbol]) -> Worded | None:
        if kind == "mod.where":
            test = self.random_.choice(("is",) * 8 + ("not",) * 3 + ("above", "below", "since", "until"))
            return self._added(f"mod.where.{test}") if "where=" not in plan else None
        if kind == "mod.by":
            return self._added("mod.by")
        if kind == "mod.scale":
            fits = any(s in plan for s in ("response=", "x=", "value="))
            return self._added(self.random_.choice(("mod.log", "mod.sqrt", "mod.box_cox"))) if fits else None
        alphas = ("mod.alpha01", "mod.alpha05", "mod.alpha10")
        return self._added(self.random_.choice(alphas)) if plan[0] in TESTS else None

    def _added(self, reading: str) -> Worded | None:
        if not self.book.has(reading):
            return None
        text = self.book.draw(reading).text
        if not self._assign(text, readings()[reading]):
            return None
        words = self.mentions.worded(text)
        if words is None:
            return None
        if reading.startswith(("mod.where", "mod.by")):
            self._note_unsaid()
        symbols = filled(readings()[reading], self.meanings.slots)
        return None if symbols is None else (words, symbols)

    def _assign(self, text: str, command: str) -> bool:
        """Cast the modifier's own slots; False when the table has no column left for one."""
        for slot in ("w", "v", "t", "by"):
            if f"{{{slot}" in text or f"{{{slot}" in command:
                chosen = self.cast.draw(SLOTS[slot])
                if chosen is None:
                    return False
                self.cast.columns[slot] = [chosen]
        return True

    def _note_unsaid(self) -> None:
        """Columns that the modifier's command names and its words do not."""
        for slot in ("w", "v", "t", "by"):
            if slot in self.cast.columns:
                column = self.meanings.column(self.cast.columns[slot][0].headers)
                self.meanings.slots.setdefault(slot, (column,))
