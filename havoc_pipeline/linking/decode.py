"""From judged pairs to mentions: the surest spans that do not overlap, their rivals kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from havoc_pipeline.linking.mentions import Candidate, ColumnMention
from havoc_pipeline.linking.spans import Span

LEAST = 0.22
"""Probability that a span names any column at all from which it is a mention."""
FLOOR = 0.12
"""Probability that the best reading of a mention needs, when several share the rest."""
RIVAL = 0.04
MOST_RIVALS = 6
WIDER = 0.02
"""How much a further word in a span is worth, so that of two equals the longer one wins."""
ABOUT = 0.65
"""Share of its column's probability from which a level is read rather than the column."""
TAKEN = 0.5
"""How much of its score a reading loses when other words of the question say it more surely."""

Meant = tuple[tuple[str, ...], str | None]


@dataclass(frozen=True)
class Judged:
    """A pair with its probability: a span, and columns or a level of one."""

    span: Span
    headers: tuple[str, ...]
    level: str | None
    chance: float

    @property
    def meant(self) -> Meant:
        """Columns and level."""
        return self.headers, self.level

    @property
    def rank(self) -> float:
        """What the choice among overlapping spans goes by."""
        return self.chance + WIDER * (self.span.last - self.span.first)


def mentions(text: str, pairs: Iterable[Judged], least: float = LEAST) -> list[ColumnMention]:
    """Choose spans that do not overlap, surest first.

    Args:
        text: the question.
        pairs: all judged pairs.
        least: a span whose readings together have less probability names nothing.

    Returns:
        Mentions in order of their place.
    """
    order = sorted(pairs, key=lambda pair: (-pair.rank, pair.span.first))
    whole = _whole(order)
    chosen: list[Judged] = []
    for pair in order:
        likely = pair.chance >= min(FLOOR, least) and whole[pair.span.first, pair.span.last] >= least
        if likely and not any(_overlap(pair, other) for other in chosen):
            chosen.append(pair)
    readings = [_readings(best, order) for best in chosen]
    _settle(chosen, readings)
    found = [_mention(text, best.span, scores) for best, scores in zip(chosen, readings, strict=True)]
    return sorted(found, key=lambda mention: mention.start)


def _whole(pairs: Iterable[Judged]) -> dict[tuple[int, int], float]:
    """How likely each span names something: its readings' probabilities together."""
    whole: dict[tuple[int, int], float] = {}
    for pair in pairs:
        place = (pair.span.first, pair.span.last)
        whole[place] = whole.get(place, 0.0) + (pair.chance if pair.chance >= RIVAL else 0.0)
    return whole


def _overlap(one: Judged, other: Judged) -> int:
    return max(0, min(one.span.last, other.span.last) - max(one.span.first, other.span.first))


def _alike(one: Judged, other: Judged) -> bool:
    shared = _overlap(one, other)
    least = min(one.span.last - one.span.first, other.span.last - other.span.first)
    return shared > 0 and 2 * shared >= least


def _readings(best: Judged, order: Sequence[Judged]) -> dict[Meant, float]:
    scores: dict[Meant, float] = {}
    for pair in order:
        if pair.chance >= RIVAL and _alike(best, pair):
            scores[pair.meant] = max(scores.get(pair.meant, 0.0), min(pair.chance, best.chance))
    return scores


def _settle(chosen: Sequence[Judged], readings: Sequence[dict[Meant, float]]) -> None:
    """Two different names seldom mean one column: the less sure of them loses some of its score."""
    for at, scores in enumerate(readings):
        top = max(scores, key=lambda meant: scores[meant])
        others = [
            other[top]
            for place, other in enumerate(readings)
            if place != at and chosen[place].span.key != chosen[at].span.key
            and max(other, key=lambda meant: other[meant]) == top
        ]  # fmt: skip
        surest = max(others, default=0.0)
        if top[1] is None and surest > scores[top]:
            scores[top] *= 1 - TAKEN * surest


def _levels_first(scores: dict[Meant, float]) -> dict[Meant, float]:
    """A level that is about as likely as its column stands before it: it says the column too, and more."""
    top = max(scores, key=lambda meant: scores[meant])
    own = [meant for meant in scores if meant[0] == top[0] and meant[1] is not None]
    best = max(own, key=lambda meant: scores[meant], default=top)
    if top[1] is not None or scores[best] < ABOUT * scores[top]:
        return scores
    return scores | {best: scores[top], top: scores[best]}


def _mention(text: str, span: Span, scores: dict[Meant, float]) -> ColumnMention:
    ranked = sorted(_levels_first(scores).items(), key=lambda item: -item[1])[: MOST_RIVALS + 1]
    readings = tuple(Candidate(headers, round(score, 4), level) for (headers, level), score in ranked)
    return ColumnMention(span.start, span.end, text[span.start : span.end], readings)
