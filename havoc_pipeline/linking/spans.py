"""The spans of a question that might name something, and what stands around them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.words import ARTICLES, Token, key, tokens

LONGEST = 7
FACTOR_WORDS = frozenset("by per each between across among every within different versus vs split grouped".split())
PARTING = frozenset(
    "and or vs versus than by for with between across because is are was were be does do did has "
    "have had if when while but then so that which who whether can could will would should not no "
    "only against over under without within each every all any please i we you he she they it "
    "more most both either where why".split()
)
"""Words that end a name, unless the lexicon knows the whole."""
NEVER_INSIDE = frozenset("than vs versus is are was were does did do because between than".split())
NUMBER_WORDS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
ABOUT_WORDS = frozenset("of in on is are does for affect affects the has have".split())
COMPARING = frozenset("than vs versus and or against to with from compared".split())
DEGREE = frozenset("how more less too as".split())
BEFORE_WORDS = frozenset("before initial start baseline beforehand pre initially incoming start first".split())
AFTER_WORDS = frozenset("after final end afterwards post later outgoing finally second last".split())


@dataclass(frozen=True)
class Span:
    """Words `first` to `last` (exclusive) of a question."""

    first: int
    last: int
    words: tuple[Token, ...]

    @cached_property
    def telling(self) -> tuple[Token, ...]:
        """Its words that are no function words, or all when there are no others."""
        return tuple(word for word in self.words if not word.is_stop) or self.words

    @cached_property
    def key(self) -> str:
        """Its form in the lexicon."""
        return key([word.lower for word in self.words])

    @property
    def start(self) -> int:
        """Where it begins in the question."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where it ends in the question."""
        return self.words[-1].end

    @cached_property
    def joined(self) -> str:
        """Its telling words without spaces."""
        return "".join(word.lower for word in self.telling)


@dataclass(frozen=True)
class QuestionWords:
    """A question cut into words, those in blocked places marked."""

    text: str
    words: tuple[Token, ...]
    blocked: tuple[bool, ...]

    @classmethod
    def of(cls, text: str, blocked: Sequence[tuple[int, int]] = ()) -> QuestionWords:
        """Cut a question into words.

        Args:
            text: the question.
            blocked: places (start, end) that are numbers, dates or formulas already.

        Returns:
            Its words.
        """
        words = tuple(tokens(text))
        held = tuple(any(w.start < end and start < w.end for start, end in blocked) for w in words)
        return cls(text, words, held)

    def literal_spans(self, headers: Sequence[str]) -> dict[tuple[int, int], list[int]]:
        """Return where headers stand in the question letter by letter, but for their case.

        Args:
            headers: the headers of all columns; single letters must agree in case.

        Returns:
            (first word, last word exclusive) -> numbers of the headers.
        """
        found: dict[tuple[int, int], list[int]] = {}
        lower = self.text.lower()
        for number, header in enumerate(headers):
            text, wanted = (self.text, header) if len(header) < 3 else (lower, header.lower())
            at = text.find(wanted) if wanted else -1
            while at >= 0:
                place = self.words_at(at, at + len(wanted))
                if place is not None:
                    found.setdefault(place, []).append(number)
                at = text.find(wanted, at + 1)
        return found

    def words_at(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the words (first, last exclusive) that a place covers, None when it cuts through one."""
        inside = [at for at, w in enumerate(self.words) if w.start < end and start < w.end]
        if not inside or self.words[inside[0]].start < start or self.words[inside[-1]].end > end:
            return None
        return inside[0], inside[-1] + 1

    def span(self, first: int, last: int) -> Span:
        """Return the span of words `first` to `last` (exclusive)."""
        return Span(first, last, self.words[first:last])

    def spans(self, starters: Sequence[bool], parting: Sequence[bool], known: Container[str]) -> list[Span]:
        """Return all spans of up to seven words that begin and end with a word that may.

        Args:
            starters: which words may begin and end a span.
            parting: which words end a name.
            known: phrases in lexicon form; only these may hold a parting word.

        Returns:
            Spans in order of their place; none holds a blocked word or crosses a clause.
        """
        found = []
        for first in range(len(self.words)):
            if not starters[first] or self.blocked[first]:
                continue
            parted = False
            for last in range(first + 1, min(len(self.words), first + LONGEST) + 1):
                if self.blocked[last - 1] or (last > first + 1 and self.breaks(last - 1)):
                    break
                if last > first + 1 and self.words[last - 1].lower in NEVER_INSIDE:
                    break
                parted = parted or (last > first + 1 and parting[last - 1])
                span = self.span(first, last)
                if starters[last - 1] and (not parted or span.key in known):
                    found.append(span)
        return found

    def breaks(self, at: int) -> bool:
        """Say whether a clause ends before word `at`."""
        between = self.text[self.words[at - 1].end : self.words[at].start]
        return any(sign in between for sign in ",;:?!()[]~=") or ". " in between

    def context(self, span: Span) -> Floats:
        """Return what stands around a span, shape (9,)."""
        before = self.words[span.first - 1].lower if span.first else ""
        earlier = self.words[span.first - 2].lower if span.first > 1 else ""
        after = self.words[span.last].lower if span.last < len(self.words) else ""
        if before in ARTICLES:
            before, article = earlier, 1.0
        else:
            article = 0.0
        right = self.text[span.end : span.end + 2].strip()
        number = span.last < len(self.words) and self.blocked[span.last]
        return np.array(
            [
                article,
                float(before in FACTOR_WORDS),
                float(before in ABOUT_WORDS),
                float(before in COMPARING or after in COMPARING),
                float(before in DEGREE),
                float(number or right[:1] in ("<", ">", "=")),
                float(after in {"than", "values", "value", "data", "readings", "levels"}),
                float(not before),
                float(not after),
            ],
            np.float32,
        )
