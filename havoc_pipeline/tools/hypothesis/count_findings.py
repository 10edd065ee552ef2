"""What bears on an analysis of counts: expected counts, repeated counts, dependence, size, coding."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, chndtrinc

from havoc_pipeline.tools.assumptions import LEVEL, autocorrelation, p_text
from havoc_pipeline.tools.hypothesis.contingency import SMALL, Contingency
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Factor, Floats

COCHRAN = "Cochran (1954), Biometrics 10, 417-451"
MOST_SMALL = 0.2
"""Share of expected counts under 5 that chi-square still bears."""
TRIVIAL = 0.1
"""Cramér's V, or w, below which an association is small (Cohen 1988, ch. 7)."""
POWER = 0.8
MANY_NUMBERS = 10


def is_sparse(expected: Floats) -> bool:
    """Whether more than a fifth of the expected counts are under 5, or any under 1."""
    return float((expected < SMALL).mean()) > MOST_SMALL or float(expected.min()) < 1


def expected_finding(expected: Floats, instead: str) -> Finding:
    """Whether the expected counts bear the chi-square distribution; `instead` is what replaced it."""
    few, least = int((expected < SMALL).sum()), float(expected.min())
    text = f"{few} of {expected.size} expected counts are under {SMALL:g}, the smallest is {least:.3g}"
    if not is_sparse(expected):
        return Finding("expected counts", "pass", f"{text}; chi-square holds", least, None, SMALL, COCHRAN)
    return Finding(
        "expected counts", "warn" if least < 1 else "note", f"{text}; chi-square is rough, so p is from {instead}",
        least, None, SMALL, COCHRAN, "count more items, or join rare categories that belong together",
    )  # fmt: skip


def repeated_counts(place: NDArray[np.intp], counts: Floats) -> Finding | None:
    """Whether counts that several rows give for one cell scatter more than Poisson counts do.

    Parameters
    ----------
    place : int array, shape (n,)
        Cell of each row.
    counts : float array, shape (n,)
        Its frequency.
    """
    if (counts == 1).all():
        return None
    cells = [counts[place == cell] for cell in np.unique(place)]
    cells = [cell for cell in cells if cell.size > 1 and cell.sum() > 0]
    df = sum(cell.size - 1 for cell in cells)
    if df < 5:
        return None
    statistic = float(sum(((cell - cell.mean()) ** 2).sum() / cell.mean() for cell in cells))
    p, factor = float(chdtrc(df, statistic)), statistic / df
    text = f"rows of the same cell scatter {factor:z.2f} times as much as independent counts would (p {p_text(p)})"
    reference = "McCullagh and Nelder (1989), Generalized Linear Models, section 4.5"
    if p >= LEVEL or factor < 1.25:
        return Finding("overdispersion", "pass", text, factor, p, LEVEL, reference)
    return Finding(
        "overdispersion", "warn" if factor < 2 else "fail", f"{text}; items of one row go together, so p is too small",
        factor, p, LEVEL, reference, "compare the rows' shares with RUN_ANOVA, or chart them with CHECK_SPC",
    )  # fmt: skip


def serial_finding(group: Factor, outcome: Factor, event: str) -> Finding | None:
    """Whether items that follow each other share their outcome beyond what the groups explain."""
    keep = ~(group.missing | outcome.missing)
    hit = np.asarray(outcome.labels[keep] == event, dtype=np.float64)
    labels = group.labels[keep]
    for level in group.levels:
        here = labels == level
        hit[here] -= hit[here].mean() if here.any() else 0.0
    if hit.size < 20 or not (hit != 0).any():
        return None
    r1, limit = autocorrelation(hit), 2.576 / math.sqrt(hit.size)
    text = f"successive rows correlate {r1:z.2f} within the groups (limit ±{limit:z.2f})"
    reference = "Box, Jenkins, Reinsel and Ljung (2015), Time Series Analysis, section 2.1.6"
    if abs(r1) <= limit:
        return Finding(
            "independence", "pass", f"{text}; no sign that outcomes come in runs", r1, None, limit, reference
        )
    return Finding(
        "independence", "warn", f"{text}; outcomes come in runs, so p-values and intervals are too sharp",
        r1, None, limit, reference, "see what changed between the runs; chart the share over time with CHECK_SPC",
    )  # fmt: skip


def size_finding(chi2: float, df: int, n: int, alpha: float, clear: bool) -> Finding:
    """Whether the effect is of note, or which effect so many items would have shown."""
    w = math.sqrt(chi2 / n)
    reference = "Cohen (1988), Statistical Power Analysis, ch. 7"
    if clear:
        small = w < TRIVIAL
        text = f"effect w = {w:z.3f} over {n} items"
        tail = "; clear but small, so ask whether it matters" if small else "; not a trivial one"
        return Finding("effect size", "note" if small else "pass", text + tail, w, None, TRIVIAL, reference)
    shown = detectable(df, n, alpha)
    return Finding(
        "sample size", "warn" if shown > 0.3 else "note",
        f"{n} items show an effect of w = {shown:z.2f} or more in four of five studies; smaller ones may be missed",
        shown, None, 0.3, reference, "count more items before calling the groups equal" if shown > 0.3 else "",
    )  # fmt: skip


def detectable(df: int, n: int, alpha: float) -> float:
    """Effect w that a chi-square test on `n` items finds with probability 0.8."""
    return math.sqrt(float(chndtrinc(float(chdtri(df, alpha)), df, 1 - POWER)) / n)


def coding_findings(*factors: Factor) -> Iterator[Finding]:
    """Factors whose levels are many numbers: probably measurements, not categories."""
    for factor in factors:
        if len(factor.levels) > MANY_NUMBERS and factor.numbered:
            yield Finding(
                "coding", "warn",
                f"`{factor.name}` holds {len(factor.levels)} different numbers and each is taken as a category",
                float(len(factor.levels)), None, float(MANY_NUMBERS),
                mend="if it is a measurement, use RUN_ANOVA or RUN_CORRELATION, or form classes first",
            )  # fmt: skip


def balance_finding(table: Contingency) -> Finding | None:
    """A note when groups differ so much in size that the largest rules the result."""
    sizes = table.counts.sum(axis=1)
    if sizes.max() < 20 * sizes.min():
        return None
    small = table.rows[int(sizes.argmin())]
    return Finding(
        "balance", "note",
        f"`{small}` has {sizes.min()} items against {sizes.max()} in the largest group; its share is little known",
        float(sizes.max() / sizes.min()), None, 20.0, mend="count more items of the small group",
    )  # fmt: skip
