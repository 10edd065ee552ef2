"""How several ranked lists become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from havoc_pipeline.retrieval.shelf import Row

RANK_CONSTANT = 5
"""Constant k of 1 / (k + rank). The paper takes 60 for lists of a thousand; ours hold 40, and on the handbook's
sample questions left out in turn 5 found the right page among the first four more often (benchmarks/retrieval.py)."""


def fused(lists: Sequence[Sequence[Row]]) -> list[tuple[Row, float]]:
    """Join ranked lists by reciprocal ranks; the score is 1 for a row that stands first in all of them.

    References
    ----------
    Cormack, Clarke, Büttcher (2009), Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods, SIGIR, equation 1.
    """
    rows = {row["id"]: row for ranked in lists for row in ranked}
    return [(rows[name], score) for name, score in reciprocal([[row["id"] for row in ranked] for ranked in lists])]


def reciprocal(lists: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Join ranked lists of names, the best first; a name counts where it first stands in a list."""
    best = len(lists) / (RANK_CONSTANT + 1)
    scores: dict[str, float] = {}
    for ranked in lists:
        for rank, name in enumerate(dict.fromkeys(ranked), 1):
            scores[name] = scores.get(name, 0.0) + 1 / (RANK_CONSTANT + rank) / best
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def spread(
    ranked: Iterable[tuple[Row, float]], limit: int, most: int, of: Callable[[Row], object]
) -> list[tuple[Row, float]]:
    """Take the first `limit`, but no more than `most` of the same kind while others are there."""
    taken: list[tuple[Row, float]] = []
    over: list[tuple[Row, float]] = []
    seen: dict[object, int] = {}
    for pair in ranked:
        kind = of(pair[0])
        seen[kind] = seen.get(kind, 0) + 1
        (taken if seen[kind] <= most else over).append(pair)
    return [*taken, *over][:limit]
