"""One categorical column against equal shares: chi-square goodness of fit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis.contingency import DRAWS, SEED, Counts, codes, noncentrality, pearson, tail, tally
from havoc_pipeline.tools.hypothesis.count_findings import (
    coding_findings,
    expected_finding,
    is_sparse,
    repeated_counts,
    size_finding,
)
from havoc_pipeline.tools.hypothesis.proportions import REFERENCES as SHARES
from havoc_pipeline.tools.hypothesis.proportions import wilson
from havoc_pipeline.tools.result import Finding, Result, ResultTable, literal, slugs
from havoc_pipeline.tools.samples import Factor, Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCES = (
    "Pearson (1900), Phil. Mag. 50, 157-175 (goodness of fit)",
    "Cohen (1988), Statistical Power Analysis, ch. 7 (effect size w)",
    SHARES[0],
)


@dataclass(frozen=True, kw_only=True)
class GoodnessOfFit(Result):
    """Chi-square test that the levels of one column have equal shares.

    `confidence_interval(0.99)` gives the interval of the effect size w at another level.
    """

    n: int
    levels: int
    chi2: float
    df: int
    p_value: float
    p_value_pearson: float
    expected: float
    expected_percent: float
    effect_size: float
    ci_low: float
    ci_high: float
    alpha: float
    method: str
    column: str
    counts: dict[str, int] = field(default_factory=dict)

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the effect size w at `level`.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
        """
        return w_interval(self.chi2, self.df, self.n, 1 - level)

    def figure(self) -> Figure:
        """Counts of the levels with their intervals, and the count that equal shares give."""
        from havoc_pipeline.reports.figures import bars

        ends = {name: wilson(count, self.n, self.alpha) for name, count in self.counts.items()}
        intervals = {name: (low * self.n, high * self.n) for name, (low, high) in ends.items()}
        return bars(self.counts, label=f"count by {self.column}", reference=self.expected, intervals=intervals)


def goodness_of_fit(factor: Factor, weights: Floats, alpha: float) -> GoodnessOfFit:
    """Hold the counts of a factor's levels against equal shares.

    Parameters
    ----------
    factor : Factor
    weights : float array, shape (n,)
        What each row counts for.
    alpha : float
        Significance level.

    Raises
    ------
    DataError
        With fewer than two levels, or nothing counted.
    """
    counts = tally(factor, weights)
    total, k = int(counts.sum()), len(factor.levels)
    if k < 2 or total == 0:
        raise DataError(
            f"`{factor.name}` has {k} level{'s' * (k != 1)} and {total} items among the rows in use; comparing shares "
            "needs at least 2 levels and 1 item: name column= for an association, or use more rows"
        )
    expected = np.full(k, total / k)
    chi2 = pearson(counts, expected)
    p, method = exact_p(counts) if is_sparse(expected) else (tail(chi2, k - 1), "chi-square test")
    low, high = w_interval(chi2, k - 1, total, alpha)
    return GoodnessOfFit(
        decision="supported" if p < alpha else "not supported", statement=_sentence(factor, counts, p < alpha),
        findings=tuple(_findings(factor, weights, chi2, (p, method), alpha)), tables=(_table(factor, counts, alpha),),
        conventions={"null hypothesis": "equal shares", "p-value": method, "effect size": "Cohen's w",
                     "interval of a share": "Wilson score"},
        references=REFERENCES, extra=_extra(factor, counts), n=total, levels=k, chi2=chi2, df=k - 1, p_value=p,
        p_value_pearson=tail(chi2, k - 1), expected=total / k, expected_percent=100 / k,
        effect_size=math.sqrt(chi2 / total), ci_low=low, ci_high=high, alpha=alpha, method=method, column=factor.name,
        counts=dict(zip(factor.levels, counts.tolist(), strict=True)),
    )  # fmt: skip


def w_interval(chi2: float, df: int, n: int, alpha: float) -> tuple[float, float]:
    """Interval of Cohen's w through the noncentral chi-square distribution (Smithson 2003, ch. 4)."""
    low, high = (math.sqrt(noncentrality(chi2, df, p) / n) for p in (1 - alpha / 2, alpha / 2))
    return low, high


def exact_p(counts: Counts) -> tuple[float, str]:
    """Exact binomial p for two levels; for more, the share of random counts at least as uneven.

    References
    ----------
    Hope (1968), J. R. Stat. Soc. B 30, 582-598.
    """
    total, k = int(counts.sum()), counts.size
    if k == 2:
        return min(1.0, 2 * float(bdtr(float(counts.min()), total, 0.5))), "the exact binomial test"
    drawn = np.random.default_rng(SEED).multinomial(total, np.full(k, 1 / k), size=DRAWS)
    squares = (drawn.astype(np.float64) ** 2).sum(axis=1)
    reached = int((squares >= float((counts.astype(np.float64) ** 2).sum()) - 0.5).sum())
    return (1 + reached) / (1 + DRAWS), f"{DRAWS} random samples (seed {SEED})"


def _findings(factor: Factor, weights: Floats, chi2: float, p: tuple[float, str], alpha: float) -> Iterator[Finding]:
    keep = ~(factor.missing | np.isnan(weights))
    total, k = int(weights[keep].sum()), len(factor.levels)
    yield expected_finding(np.full(k, total / k), p[1])
    yield _chances(factor, weights, keep)
    repeated = repeated_counts(codes(factor, keep), weights[keep])
    yield from [repeated] if repeated else []
    yield size_finding(chi2, k - 1, total, alpha, p[0] < alpha)
    yield from coding_findings(factor)


def _chances(factor: Factor, weights: Floats, keep: NDArray[np.bool_]) -> Finding:
    rows = np.bincount(codes(factor, keep), minlength=len(factor.levels))
    mend = "where the numbers inspected differ, compare the rates: RUN_CHI2 row= column= count="
    if (weights[keep] != 1).any() and rows.max() > rows.min():
        return Finding(
            "equal chances", "warn",
            f"the levels stand in {rows.min()} to {rows.max()} rows each, so unequal totals may only reflect that",
            float(rows.max() / rows.min()), None, 1.0, REFERENCES[0], mend,
        )  # fmt: skip
    text = "equal shares are the right comparison only when every level had the same number of chances"
    return Finding("equal chances", "note", text, reference=REFERENCES[0], mend=mend)


def _sentence(factor: Factor, counts: Counts, clear: bool) -> str:
    marks = slugs(factor.levels)
    most, least = int(counts.argmax()), int(counts.argmin())
    ends = (f"`{literal(factor.levels[most])}` {{share_{marks[most]}_percent}} and "
            f"`{literal(factor.levels[least])}` {{share_{marks[least]}_percent}}")  # fmt: skip
    name = literal(factor.name)
    if clear:
        return (f"The {{levels}} levels of {name} do not occur equally often: between {ends}, where equal shares "
                "would give {expected_percent} each (p {p_value}).")  # fmt: skip
    return (f"The data do not show that the {{levels}} levels of {name} occur unequally often: the shares lie "
            f"between {ends} (p {{p_value}}).")  # fmt: skip


def _extra(factor: Factor, counts: Counts) -> dict[str, float]:
    total = int(counts.sum())
    extra: dict[str, float] = {}
    for mark, count in zip(slugs(factor.levels), counts.tolist(), strict=True):
        extra |= {f"count_{mark}": count, f"share_{mark}_percent": 100 * count / total}
    return extra


def _table(factor: Factor, counts: Counts, alpha: float) -> ResultTable:
    total, k = int(counts.sum()), counts.size
    spread = math.sqrt(total / k * (1 - 1 / k))
    rows = []
    for level, count in zip(factor.levels, counts.tolist(), strict=True):
        low, high = wilson(count, total, alpha)
        rows.append((level, count, total / k, 100 * count / total, 100 * low, 100 * high, (count - total / k) / spread))
    columns = (factor.name, "count", "expected", "share %", "CI low %", "CI high %", "adjusted residual")
    return ResultTable("Counts", columns, tuple(rows))
