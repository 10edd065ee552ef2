"""Questions over made tables: a phrase, cast, worded, framed and now and then mistyped."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

from training.bank import NO_TABLE, Phrase, Phrasebook
from training.casting import Cast
from training.meaning import Episode, Meanings, Segment, Symbol, join
from training.mentions import Mentions
from training.modifiers import Modifiers
from training.plans import plan, refusal
from training.tables import Made, MadeTable
from training.typos import mistype

FRAMED = 0.4
"""Share of questions in a frame, as "quick one: … thanks"."""
WITHOUT_TABLE = 0.6
"""Share of the questions that need no table that get none."""
PIECES = ("mod.", "derive.", "frame")
"""Readings of what is no question by itself begin so."""


class Writer:
    """Draws episodes from a phrase bank; one writer holds the phrases of one set of authors."""

    def __init__(self, bank: Sequence[Phrase], random_: random.Random) -> None:
        self._random = random_
        self._book = Phrasebook(bank, random_)
        self.core_readings = [r for r in self._book.readings() if not r.startswith((*PIECES, "refuse."))]
        self._over_tables = [r for r in self.core_readings if not r.startswith(NO_TABLE)]

    def episode(self, made: MadeTable, reading: str, foreign: Iterable[Made] = ()) -> Episode | None:
        """One question of this reading over the table, or None when it cannot be cast.

        Parameters
        ----------
        made : MadeTable
        reading : str
            Identifier of the reading, `refuse.missing` included.
        foreign : iterable of Made
            Columns of other domains, for questions about what is not there.
        """
        phrased = self._random.choice(self._over_tables) if reading == "refuse.missing" else reading
        if not self._book.has(phrased):
            return None
        phrase = self._book.draw(phrased)
        refused = reading if reading.startswith("refuse.") else None
        cast = Cast(made, phrase, self._random)
        if not cast.assign(refused, list(foreign)):
            return None
        meanings = Meanings()
        written = self._written(cast, phrase, meanings, refused)
        if written is None:
            return None
        segments, symbols = written
        question = join(self._as_typed(segments))
        needs_none = phrase.reading.startswith(NO_TABLE) or refused == "refuse.off_topic"
        table = None if needs_none and self._random.random() < WITHOUT_TABLE else made.table
        named = "refuse.ambiguous" if cast.ambiguous else reading
        return Episode(question, table, tuple(symbols), named, tuple(meanings.all))

    def _written(
        self, cast: Cast, phrase: Phrase, meanings: Meanings, refused: str | None
    ) -> tuple[list[Segment], list[Symbol]] | None:
        """The phrase in words with its modifiers, and its plan."""
        derive = refused is None and not cast.ambiguous
        mentions = Mentions(cast, phrase, self._book, meanings, self._random, derive=derive)
        segments = mentions.worded(phrase.text)
        if segments is None:
            return None
        if refused is not None:
            return segments, refusal(refused)
        symbols = plan(phrase, cast, meanings)
        if symbols is None:
            return None
        modifiers = Modifiers(cast, mentions, meanings, self._book, self._random)
        segments, modified = modifiers.modified(phrase.reading, segments, symbols)
        return segments, symbols if symbols[0] == "REFUSE" else modified

    def _as_typed(self, segments: list[Segment]) -> list[Segment]:
        """In a frame now and then, the author's own words with slips of the keyboard."""
        framed = self._framed(segments)
        return _tidy([s if s.meaning else Segment(mistype(s.text, self._random)) for s in framed])

    def _framed(self, segments: list[Segment]) -> list[Segment]:
        if self._random.random() > FRAMED or not self._book.has("frame"):
            return segments
        before, _, after = self._book.draw("frame").text.partition("{q}")
        return [Segment(before), *segments, Segment(after)]


def _tidy(segments: list[Segment]) -> list[Segment]:
    """No doubled articles where the author and the mention both brought one."""
    tidied: list[Segment] = []
    for segment in segments:
        last = tidied[-1].text.rstrip().lower() if tidied else ""
        text = segment.text
        if segment.meaning and re.search(r"\b(the|a|an|our|their|this)$", last):
            text = re.sub(r"^(the|a|an|our)\s+", "", text, flags=re.IGNORECASE)
        tidied.append(Segment(text, segment.meaning))
    return tidied
