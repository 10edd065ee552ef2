"""From what each word means to mentions: neighbouring words of one meaning, rivals kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.mentions import Candidate, ColumnMention
from havoc_pipeline.linking.spans import QuestionWords

LEAST = 0.35
"""Probability that a word names a column or level at all from which it is part of a mention."""
RIVAL = 0.04
"""Probability from which a reading is kept beside the likeliest."""
MOST_RIVALS = 6
LOST = 0.5
"""Probability from which a word names something that the table lacks."""
UNSETTLED = 0.3
"""Probability of naming anything, in the table or not, from which a word that is no mention leaves something open."""

Meant = tuple[tuple[str, ...], str | None]


@dataclass(frozen=True)
class Read:
    """A question's words and what each may mean.

    Attributes:
        words: n words.
        meant: k columns, blocks and levels.
        shares: float32 (n, k + 2); the last two are nothing, and something the table lacks.
    """

    words: QuestionWords
    meant: Sequence[Meant]
    shares: Floats


def mentions(read: Read, least: float = LEAST) -> list[ColumnMention]:
    """Return the mentions of columns, blocks and levels, in order of their place.

    Args:
        read: the question.
        least: probability of naming anything from which a word counts.
    """
    return [_mention(read, first, last) for first, last in _runs(read, least)]


def lost(read: Read) -> tuple[tuple[int, int], ...]:
    """Return the places (start, end) of things that the question names and the table lacks.

    Args:
        read: the question.
    """
    words = read.words.words
    said = [bool(share >= LOST) and not word.is_stop for share, word in zip(read.shares[:, -1], words, strict=True)]
    return tuple((words[first].start, words[last - 1].end) for first, last in _together(said, read))


def unsettled(read: Read, least: float = LEAST) -> tuple[tuple[int, int], ...]:
    """Return the places (start, end) of words that may well name something and for which no column was found.

    Args:
        read: the question.
        least: as `mentions` takes it.
    """
    count = len(read.meant)
    found, naming = read.shares[:, :count].sum(1), 1 - read.shares[:, count]
    open_ = (naming >= UNSETTLED) & (found < least)
    said = [bool(one) and not word.is_stop for one, word in zip(open_, read.words.words, strict=True)]
    return tuple(
        (read.words.words[first].start, read.words.words[last - 1].end) for first, last in _together(said, read)
    )


def _runs(read: Read, least: float) -> Iterator[tuple[int, int]]:
    """Neighbouring words that name something, cut where they name another thing."""
    count = len(read.meant)
    naming = read.shares[:, :count].sum(1) if count else np.zeros(len(read.shares))
    top = read.shares[:, :count].argmax(1) if count else np.zeros(len(read.shares), int)
    for first, last in _together([bool(share >= least) for share in naming], read):
        begin = first
        for at in range(first + 1, last + 1):
            if at == last or not _same(read.meant[top[at]], read.meant[top[begin]]):
                if any(not word.is_stop for word in read.words.words[begin:at]) or at - begin == 1:
                    yield begin, at
                begin = at


def _same(one: Meant, other: Meant) -> bool:
    """Whether two readings are one column, or a level and its column."""
    return one == other or (one[0] == other[0] and (one[1] is None or other[1] is None))


def _together(said: Sequence[bool], read: Read) -> Iterator[tuple[int, int]]:
    first = None
    for at in range(len(said) + 1):
        parted = first is not None and at < len(said) and read.words.breaks(at)
        if first is not None and (at == len(said) or not said[at] or parted):
            yield first, at
            first = None
        if at < len(said) and said[at] and first is None:
            first = at


def _mention(read: Read, first: int, last: int) -> ColumnMention:
    words = read.words.words[first:last]
    telling = [at for at in range(first, last) if not read.words.words[at].is_stop] or list(range(first, last))
    shares = _shares(read, telling)
    ranked = sorted(shares.items(), key=lambda item: -item[1])[: MOST_RIVALS + 1]
    candidates = tuple(Candidate(headers, round(share, 4), level) for (headers, level), share in ranked)
    start, end = words[0].start, words[-1].end
    return ColumnMention(start, end, read.words.text[start:end], candidates)


def _shares(read: Read, telling: Sequence[int]) -> dict[Meant, float]:
    """Mean over the telling words; a word that names the column counts for its level too."""
    mean = read.shares[telling].mean(0)
    best = read.shares[telling].max(0)
    found: dict[Meant, float] = {}
    for at, meant in enumerate(read.meant):
        if mean[at] >= RIVAL or best[at] >= LEAST:
            found[meant] = float(mean[at])
    for meant in [one for one in found if one[1] is not None]:
        at = read.meant.index(meant)
        if best[at] >= 0.5 and (meant[0], None) in found:
            found[meant] += found[meant[0], None]
            found[meant[0], None] *= 0.5
    return found or {read.meant[int(mean[: len(read.meant)].argmax())]: float(mean[: len(read.meant)].max())}
