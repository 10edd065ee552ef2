"""The spread of one sample against a required standard deviation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from havoc_pipeline.tools.hypothesis.bonett import bonett_sd
from havoc_pipeline.tools.hypothesis.spread_findings import single_findings
from havoc_pipeline.tools.hypothesis.spread_tables import REFERENCES, sd_figure, sd_table
from havoc_pipeline.tools.hypothesis.spreads import sd_chi2, sd_interval
from havoc_pipeline.tools.result import Finding, Result, literal
from havoc_pipeline.tools.samples import Floats, Numeric

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True)
class SpreadAgainstValue(Result):
    """One spread held against `sigma`; `confidence_interval(0.99)` is of the standard deviation."""

    n: int
    sd: float
    sigma: float
    ratio: float
    ci_low: float
    ci_high: float
    robust_ci_low: float
    robust_ci_high: float
    chi2: float
    df: int
    p_value: float
    alpha: float
    alternative: str
    label: str
    sample: Floats = field(repr=False)

    def confidence_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the standard deviation at `level`, one-sided when the alternative is.

        Parameters
        ----------
        level : float
            Confidence level, 0 < level < 1.

        Returns
        -------
        low, high : float
            In the response's unit.
        """
        return sd_interval(self.sample, 1 - level, self.alternative)

    def figure(self) -> Figure:
        """The standard deviation with its interval, and the value it is held against."""
        return sd_figure({self.label: self.sample}, self.label, self.alpha, reference=self.sigma)


def spread_against_value(response: Numeric, sigma: float, alternative: str, alpha: float) -> SpreadAgainstValue:
    """Hold a standard deviation against `sigma` by the chi-square test.

    Parameters
    ----------
    response : Numeric
        At least 2 values that are not all equal, besides missing ones.
    sigma : float
        Required standard deviation, above 0, in the response's unit.
    alternative : {"two-sided", "less", "greater"}
    alpha : float
        Significance level.
    """
    values, name = response.values[~response.missing], response.name
    chi2, p = sd_chi2(values, sigma, alternative)
    low, high = sd_interval(values, alpha, alternative)
    robust = bonett_sd(values, alpha, alternative)
    sd = float(values.std(ddof=1))
    return SpreadAgainstValue(
        decision="supported" if p < alpha else "not supported",
        statement=_sentence(name, response.unit, sd > sigma, p < alpha, alternative),
        findings=(*single_findings(values, name), _agreement(robust, sigma, p < alpha)),
        tables=(sd_table({name: values}, alpha),),
        conventions={"test": "chi-square test of a variance, two-sided p twice the smaller tail",
                     "interval": "chi-square; the robust one is Bonett's", "standard deviation": "divisor n - 1"},
        references=REFERENCES, n=values.size, sd=sd, sigma=sigma, ratio=sd / sigma, ci_low=low, ci_high=high,
        robust_ci_low=robust[0], robust_ci_high=robust[1], chi2=chi2, df=values.size - 1, p_value=p, alpha=alpha,
        alternative=alternative, label=response.with_unit, sample=values,
    )  # fmt: skip


def _agreement(robust: tuple[float, float], sigma: float, clear: bool) -> Finding:
    reference = "Bonett (2006), Comput. Stat. Data Anal. 50, 775-782"
    low, high = robust
    if math.isnan(low):
        text = "too few values for an interval that does not assume normality"
        return Finding("sensitivity", "note", text, reference=reference)
    text = f"the interval that does not assume normality runs from {low:.4g} to {high:.4g}"
    if (sigma < low or sigma > high) == clear:
        return Finding(
            "sensitivity", "pass", f"{text} and gives the same verdict", threshold=sigma, reference=reference
        )
    return Finding(
        "sensitivity", "warn", f"{text} and gives the opposite verdict; the answer hangs on normality",
        threshold=sigma, reference=reference, mend="see the normality finding, and trust the robust interval in doubt",
    )  # fmt: skip


def _sentence(name: str, unit: str | None, above: bool, clear: bool, alternative: str) -> str:
    measure = f" {literal(unit)}" if unit else ""
    found = f"({{sd}}{measure}, confidence interval {{ci_low}} to {{ci_high}}{measure}, p {{p_value}})"
    if clear:
        way = "above" if above else "below"
        return f"The standard deviation of {literal(name)} {found} is {way} {{sigma}}{measure}."
    asked = {"two-sided": "differs from", "greater": "is above", "less": "is below"}[alternative]
    return f"The data do not show that the standard deviation of {literal(name)} {found} {asked} {{sigma}}{measure}."
