"""How sure HAVOC is of a plan: a few features of the search and the links, put through a logistic curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.named_columns import named_columns
from havoc_pipeline.linking.mentions import ColumnMention, Links
from havoc_pipeline.tables import Table

if TYPE_CHECKING:
    from havoc_pipeline.lm.planner import Proposal

NEAREST_THING = 0.45
"""Most confidence that such a plan may carry; below the threshold from which HAVOC answers."""
FEATURES = ("log_odds", "margin", "weakest_decision", "weakest_link", "unmentioned", "unused", "refusal", "words",
            "unplaced", "unplaced_refusal")  # fmt: skip


def features(links: Links, table: Table | None, proposals: Sequence[Proposal]) -> dict[str, float]:
    """What tells a right plan from a wrong one.

    Returns
    -------
    dict
        `log_odds` and `margin` of the best plan, its weakest decision, the weakest link of a column
        it uses, how many of its columns nobody mentioned, how many strong mentions it leaves unused,
        whether it declines, the length of the question, and how many things that it names found no
        column (apart for plans that decline and plans that do not). `unsettled`, no feature of the curve, is how
        many places may well name something without a column.
    """
    best = proposals[0]
    second = proposals[1].probability if len(proposals) > 1 else 0.0
    p = min(max(best.probability, 1e-4), 1 - 1e-4)
    used = {h for step in best.steps if isinstance(step, Command) for h in named_columns(step)}
    scores: dict[str, float] = {}
    for mention in links.mentions:
        if isinstance(mention, ColumnMention) and mention.candidates:
            for header in mention.best.headers:
                scores[header] = max(scores.get(header, 0.0), mention.best.score)
    linked = [scores[h] for h in used if h in scores]
    lost = min(2.0, float(len(links.unplaced)))
    declines = float(best.refusal is not None)
    return {
        "log_odds": math.log(p / (1 - p)), "margin": best.probability - second,
        "weakest_decision": min(best.decisions, default=0.0), "weakest_link": min(linked, default=0.7),
        "unmentioned": float(sum(h not in scores for h in used)) / 3,
        "unused": float(sum(s > 0.5 and h not in used for h, s in scores.items())),
        "unsettled": float(len(links.unsettled)),
        "unplaced": lost * (1 - declines), "unplaced_refusal": lost * declines,
        "refusal": declines, "words": math.log1p(len(links.question.split())) / 3,
    }  # fmt: skip


def held_back(confidence: float, values: Mapping[str, float]) -> float:
    """Confidence in a plan about columns that nobody named, when the question may well name what has no column.

    Such a plan answers with the nearest thing; it may be offered, never given as the answer.
    """
    return (
        min(confidence, NEAREST_THING)
        if (values["unplaced"] or values["unsettled"]) and values["unmentioned"]
        else confidence
    )


def calibrated(values: Mapping[str, float], weights: Mapping[str, Any] | None) -> float:
    """The features' logistic score; the plain probability when no weights were fitted."""
    if not weights:
        return 1 / (1 + math.exp(-values["log_odds"]))
    score = float(weights["bias"]) + sum(float(weights.get(name, 0.0)) * values[name] for name in FEATURES)
    return 1 / (1 + math.exp(-score))
