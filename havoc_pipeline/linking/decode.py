"""From judged pairs to mentions: the surest spans that do not overlap, their rivals kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from havoc_pipeline.linking.mentions import Candidate, ColumnMention
from havoc_pipeline.linking.spans import Span

LEAST = 0.25
RIVAL = 0.04
MOST_RIVALS = 6
WIDER = 0.02
"""How much a further word in a span is worth, so that of two equals the longer one wins."""


@dataclass(frozen=True)
class Judged:
    """A pair with its probability: a span, and columns or a level of one."""

    span: Span
    headers: tuple[str, ...]
    level: str | None
    chance: float

    @property
    def rank(self) -> float:
        """What the choice among overlapping spans goes by."""
        return self.chance + WIDER * (self.span.last - self.span.first)


def mentions(text: str, pairs: Iterable[Judged], least: float = LEAST) -> list[ColumnMention]:
    """Choose spans that do not overlap, surest first.

    Args:
        text: the question.
        pairs: all judged pairs.
        least: probability below which a span is taken to name nothing.

    Returns:
        Mentions in order of their place.
    """
    order = sorted(pairs, key=lambda pair: (-pair.rank, pair.span.first))
    chosen: list[Judged] = []
    for pair in order:
        if pair.chance >= least and not any(_overlap(pair, other) for other in chosen):
            chosen.append(pair)
    found = [_mention(text, best, order) for best in chosen]
    return sorted(found, key=lambda mention: mention.start)


def _overlap(one: Judged, other: Judged) -> int:
    return max(0, min(one.span.last, other.span.last) - max(one.span.first, other.span.first))


def _alike(one: Judged, other: Judged) -> bool:
    shared = _overlap(one, other)
    least = min(one.span.last - one.span.first, other.span.last - other.span.first)
    return shared > 0 and 2 * shared >= least


def _mention(text: str, best: Judged, order: Sequence[Judged]) -> ColumnMention:
    scores: dict[tuple[tuple[str, ...], str | None], float] = {}
    for pair in order:
        if pair.chance >= RIVAL and _alike(best, pair):
            meant = (pair.headers, pair.level)
            scores[meant] = max(scores.get(meant, 0.0), min(pair.chance, best.chance))
    ranked = sorted(scores.items(), key=lambda item: (item[0] != (best.headers, best.level), -item[1]))
    readings = [Candidate(headers, round(score, 4), level) for (headers, level), score in ranked]
    start, end = best.span.start, best.span.end
    return ColumnMention(start, end, text[start:end], tuple(readings[: MOST_RIVALS + 1]))
