"""Spreads of three or more samples: whether they differ, and which pairs do."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from havoc_pipeline.tools.hypothesis.bonett import bonett_ratio
from havoc_pipeline.tools.hypothesis.multiplicity import holm
from havoc_pipeline.tools.hypothesis.spread_findings import spread_findings
from havoc_pipeline.tools.hypothesis.spread_tables import REFERENCES, TESTS, sd_figure, sd_table, sd_values
from havoc_pipeline.tools.hypothesis.spreads import Samples, bartlett, spread_f
from havoc_pipeline.tools.result import Result, ResultTable, literal, slugs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from havoc_pipeline.tools.samples import Floats

MOST_IN_PAIRS = 12
"""Samples up to which every pair is compared."""


@dataclass(frozen=True, kw_only=True)
class SpreadComparison(Result):
    """Several spreads: `ratio` is the largest standard deviation over the smallest, with its interval.

    The interval allows for having picked the most different pair among all (Bonferroni).
    """

    groups: int
    ratio: float
    ci_low: float
    ci_high: float
    statistic: float
    df: float
    df_second: float
    p_value: float
    alpha: float
    method: str
    label: str
    samples: dict[str, Floats] = field(repr=False)

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the largest over the smallest standard deviation at `level`.

        Parameters
        ----------
        level : float
            Confidence level of all pairs together, 0 < level < 1.

        Returns
        -------
        low, high : float
        """
        return extreme_interval(self.samples, 1 - level)

    def figure(self) -> Figure:
        """All standard deviations with intervals that hold together (Bonferroni)."""
        return sd_figure(self.samples, self.label, self.alpha)


def extremes(samples: Samples) -> tuple[str, str]:
    """Names of the samples with the smallest and the largest standard deviation."""
    spreads = {name: float(values.std(ddof=1)) for name, values in samples.items()}
    return min(spreads, key=lambda name: spreads[name]), max(spreads, key=lambda name: spreads[name])


def extreme_interval(samples: Samples, alpha: float) -> tuple[float, float]:
    """Bonett's interval of the largest over the smallest, at the level that covers every pair."""
    least, most = extremes(samples)
    k = len(samples)
    return bonett_ratio(samples[most], samples[least], alpha / (k * (k - 1) / 2))


def spread_comparison(samples: dict[str, Floats], label: str, method: str, alpha: float) -> SpreadComparison:
    """Compare three or more spreads.

    Parameters
    ----------
    samples : dict of str to float array
        Samples of at least 2 values that are not all equal.
    label : str
        What was measured, with its unit.
    method : {"brown_forsythe", "levene", "bartlett"}
    alpha : float
        Significance level.
    """
    statistic, p = bartlett(samples) if method == "bartlett" else spread_f(samples, method)
    least, most = extremes(samples)
    low, high = extreme_interval(samples, alpha)
    n, k = sum(values.size for values in samples.values()), len(samples)
    return SpreadComparison(
        decision="supported" if p < alpha else "not supported",
        statement=_sentence(samples, label, p < alpha), findings=spread_findings(samples, method, p, alpha),
        tables=(sd_table(samples, alpha), *([pair_table(samples, alpha)] if k <= MOST_IN_PAIRS else [])),
        conventions={"test": TESTS[method], "statistic": "chi-square" if method == "bartlett" else "F",
                     "interval of the ratio": "Bonett, inverted after Banga and Fox, Bonferroni over all pairs",
                     "pairs": "Brown-Forsythe, p-values after Holm", "standard deviation": "divisor n - 1"},
        references=(*REFERENCES, "Holm (1979), Scand. J. Stat. 6, 65-70"), extra=sd_values(samples), groups=k,
        ratio=float(samples[most].std(ddof=1) / samples[least].std(ddof=1)), ci_low=low, ci_high=high,
        statistic=statistic, df=k - 1.0, df_second=float("nan") if method == "bartlett" else float(n - k), p_value=p,
        alpha=alpha, method=method, label=label, samples=samples,
    )  # fmt: skip


def pair_table(samples: Samples, alpha: float) -> ResultTable:
    """Every pair's ratio of standard deviations, its interval and its p-value among all pairs."""
    pairs = list(combinations(samples, 2))
    tests = [spread_f({a: samples[a], b: samples[b]}, "brown_forsythe")[1] for a, b in pairs]
    rows = []
    for (a, b), p in zip(pairs, holm(tests), strict=True):
        ratio = float(samples[a].std(ddof=1) / samples[b].std(ddof=1))
        rows.append((f"{a} / {b}", ratio, *bonett_ratio(samples[a], samples[b], alpha / len(pairs)), p))
    return ResultTable("Ratios of standard deviations", ("pair", "ratio", "CI low", "CI high", "p (Holm)"), tuple(rows))


def _sentence(samples: Samples, label: str, clear: bool) -> str:
    marks = dict(zip(samples, slugs(samples), strict=True))
    least, most = extremes(samples)
    found = (f"standard deviations from {{sd_{marks[least]}}} ({literal(least)}) to {{sd_{marks[most]}}} "
             f"({literal(most)}), a ratio of {{ratio}}, p {{p_value}}")  # fmt: skip
    if clear:
        return f"The spread of {literal(label)} differs among the {{groups}} groups: {found}."
    return f"The data do not show that the spread of {literal(label)} differs among the {{groups}} groups: {found}."
