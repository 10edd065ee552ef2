"""Spreads of two samples: the ratio of their standard deviations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havoc_pipeline.tools.hypothesis.bonett import LEAST, bonett_ratio
from havoc_pipeline.tools.hypothesis.spread_findings import NORMAL_THEORY, spread_findings
from havoc_pipeline.tools.hypothesis.spread_tables import (
    REFERENCES,
    TESTS,
    sd_figure,
    sd_table,
    sd_values,
)
from havoc_pipeline.tools.hypothesis.spreads import Samples, bartlett, f_interval, spread_t, t_tail, variance_f
from havoc_pipeline.tools.result import Result, literal, slugs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from havoc_pipeline.tools.samples import Floats


@dataclass(frozen=True, kw_only=True)
class SpreadRatio(Result):
    """Two spreads: `ratio` is the first standard deviation over the second.

    `ci_low` to `ci_high` is Bonett's interval for the robust methods and the F interval for the others;
    `confidence_interval(0.99)` gives it at another level.
    """

    ratio: float
    ci_low: float
    ci_high: float
    variance_ratio: float
    f_ci_low: float
    f_ci_high: float
    statistic: float
    df: float
    df_second: float
    p_value: float
    alpha: float
    method: str
    alternative: str
    label: str
    samples: dict[str, Floats] = field(repr=False)

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the ratio of standard deviations at `level`, one-sided when the alternative is.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
        """
        return ratio_interval(self.samples, self.method, 1 - level, self.alternative)

    def figure(self) -> Figure:
        """Both standard deviations with their intervals."""
        return sd_figure(self.samples, self.label, self.alpha)


def ratio_interval(samples: Samples, method: str, alpha: float, alternative: str) -> tuple[float, float]:
    """Interval of the ratio of standard deviations that goes with `method`."""
    first, second = samples.values()
    if method in NORMAL_THEORY or min(first.size, second.size) < LEAST:
        return f_interval(first, second, alpha, alternative)
    return bonett_ratio(first, second, alpha, alternative)


def tested(samples: Samples, method: str, alternative: str) -> tuple[float, float, tuple[float, float]]:
    """Statistic, p-value and degrees of freedom of the test of two spreads."""
    first, second = samples.values()
    if method == "f":
        return *variance_f(first, second, alternative), (first.size - 1.0, second.size - 1.0)
    if method == "bartlett":
        return *bartlett(samples), (1.0, float("nan"))
    t, df = spread_t(samples, method), first.size + second.size - 2.0
    p = t_tail(t, df, alternative)
    return (t * t if alternative == "two-sided" else t), p, (1.0, df)


def spread_ratio(samples: dict[str, Floats], label: str, method: str, alternative: str, alpha: float) -> SpreadRatio:
    """Compare two spreads.

    Parameters
    ----------
    samples : dict of str to float array
        Two samples of at least 2 values that are not all equal, the first on top.
    label : str
        What was measured, with its unit.
    method : {"brown_forsythe", "levene", "bartlett", "f"}
    alternative : {"two-sided", "less", "greater"}
    alpha : float
        Significance level.
    """
    first, second = samples.values()
    statistic, p, df = tested(samples, method, alternative)
    low, high = ratio_interval(samples, method, alpha, alternative)
    f_low, f_high = f_interval(first, second, alpha, alternative)
    ratio = float(first.std(ddof=1) / second.std(ddof=1))
    return SpreadRatio(
        decision="supported" if p < alpha else "not supported",
        statement=_sentence(list(samples), label, ratio, p < alpha, alternative),
        findings=spread_findings(samples, method, p, alpha), tables=(sd_table(samples, alpha),),
        conventions=_conventions(samples, method, alternative), references=REFERENCES, extra=sd_values(samples),
        ratio=ratio, ci_low=low, ci_high=high, variance_ratio=ratio**2, f_ci_low=f_low, f_ci_high=f_high,
        statistic=statistic, df=df[0], df_second=df[1], p_value=p, alpha=alpha, method=method,
        alternative=alternative, label=label, samples=samples,
    )  # fmt: skip


def _conventions(samples: Samples, method: str, alternative: str) -> dict[str, str]:
    robust = method not in NORMAL_THEORY and min(values.size for values in samples.values()) >= LEAST
    statistic = {"f": "ratio of variances F", "bartlett": "chi-square"}.get(
        method, "F" if alternative == "two-sided" else "signed root of F, as t"
    )
    return {
        "test": TESTS[method], "statistic": statistic, "ratio": " over ".join(samples),
        "interval of the ratio": "Bonett, inverted after Banga and Fox" if robust else "F distribution",
        "standard deviation": "divisor n - 1",
    }  # fmt: skip


def _sentence(names: list[str], label: str, ratio: float, clear: bool, alternative: str) -> str:
    marks, (a, b) = slugs(names), (literal(name) for name in names)
    found = f"(standard deviations {{sd_{marks[0]}}} and {{sd_{marks[1]}}}, ratio {{ratio}}, "
    found += "confidence interval {ci_low} to {ci_high}, p {p_value})"
    if clear:
        way = "larger" if ratio > 1 else "smaller"
        return f"The spread of {literal(label)} is {way} for {a} than for {b} {found}."
    asked = {"two-sided": "differs between", "greater": "is larger for", "less": "is smaller for"}[alternative]
    joint = "and" if alternative == "two-sided" else "than for"
    return f"The data do not show that the spread of {literal(label)} {asked} {a} {joint} {b} {found}."
