"""Tests and intervals of standard deviations and variances, from values without NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import chdtr, chdtrc, chdtri, fdtr, fdtrc, fdtri, stdtr

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.assumptions import one_way_f
from havoc_pipeline.tools.samples import Floats

Samples = Mapping[str, Floats]
Interval = tuple[float, float]


def deviations(samples: Samples, method: str) -> list[Floats]:
    """Distances of each sample's values from its median (`brown_forsythe`) or its mean (`levene`)."""
    centre = np.median if method == "brown_forsythe" else np.mean
    return [np.abs(values - centre(values)) for values in samples.values()]


def spread_f(samples: Samples, method: str) -> tuple[float, float]:
    """Levene's F of the distances from the centres, and its p-value.

    Raises
    ------
    DataError
        When the distances do not vary within any sample.

    References
    ----------
    Levene (1960), in Contributions to Probability and Statistics, 278-292; Brown and Forsythe
    (1974), J. Am. Stat. Assoc. 69, 364-367.
    """
    f, p = one_way_f(deviations(samples, method))
    if math.isnan(p):
        raise DataError(
            f"the distances from the centre do not vary within any of the {len(samples)} samples, so there is nothing "
            "to test against; take at least 3 values a sample"
        )
    return f, p


def spread_t(samples: Samples, method: str) -> float:
    """Signed root of Levene's F for two samples: positive when the first spreads more."""
    first, second = deviations(samples, method)
    gap = float(first.mean() - second.mean())
    return math.copysign(math.sqrt(max(0.0, spread_f(samples, method)[0])), gap)


def t_tail(t: float, df: float, alternative: str) -> float:
    """P-value of a t statistic against an alternative."""
    if alternative == "two-sided":
        return 2 * float(stdtr(df, -abs(t)))
    return float(stdtr(df, t if alternative == "less" else -t))


def bartlett(samples: Samples) -> tuple[float, float]:
    """Bartlett's statistic, chi-square on k - 1 degrees of freedom for normal data, and its p-value.

    References
    ----------
    Bartlett (1937), Proc. R. Soc. A 160, 268-282; NIST/SEMATECH e-Handbook, 1.3.5.7.
    """
    df = np.array([values.size - 1.0 for values in samples.values()])
    variances = np.array([values.var(ddof=1) for values in samples.values()])
    total, k = float(df.sum()), df.size
    pooled = float(df @ variances) / total
    statistic = total * math.log(pooled) - float(df @ np.log(variances))
    statistic /= 1 + (float((1 / df).sum()) - 1 / total) / (3 * (k - 1))
    return max(0.0, statistic), float(chdtrc(k - 1, max(0.0, statistic)))


def variance_f(first: Floats, second: Floats, alternative: str) -> tuple[float, float]:
    """Ratio of two variances and its p-value under normality; two-sided is twice the smaller tail."""
    f, df = float(first.var(ddof=1) / second.var(ddof=1)), (first.size - 1, second.size - 1)
    above, below = float(fdtrc(*df, f)), float(fdtr(*df, f))
    return f, {"greater": above, "less": below}.get(alternative, min(1.0, 2 * min(above, below)))


def f_interval(first: Floats, second: Floats, alpha: float, alternative: str) -> Interval:
    """Interval of the ratio of standard deviations for normal data, by the F distribution.

    References
    ----------
    NIST/SEMATECH e-Handbook, 7.3.1 and 1.3.5.9.
    """
    f, df = float(first.var(ddof=1) / second.var(ddof=1)), (first.size - 1, second.size - 1)
    tail = alpha / 2 if alternative == "two-sided" else alpha
    low = 0.0 if alternative == "less" else math.sqrt(f / float(fdtri(*df, 1 - tail)))
    return low, math.inf if alternative == "greater" else math.sqrt(f / float(fdtri(*df, tail)))


def sd_chi2(values: Floats, sigma: float, alternative: str) -> tuple[float, float]:
    """Chi-square of a variance against `sigma` squared, and its p-value under normality.

    References
    ----------
    NIST/SEMATECH e-Handbook, 1.3.5.8.
    """
    df = values.size - 1
    statistic = df * float(values.var(ddof=1)) / sigma**2
    above, below = float(chdtrc(df, statistic)), float(chdtr(df, statistic))
    tails = {"greater": above, "less": below}
    return statistic, tails.get(alternative, min(1.0, 2 * min(above, below)))


def sd_interval(values: Floats, alpha: float, alternative: str = "two-sided") -> Interval:
    """Interval of the standard deviation of normal data, by the chi-square distribution.

    References
    ----------
    NIST/SEMATECH e-Handbook, 7.2.3.1.
    """
    df, tail = values.size - 1, alpha / 2 if alternative == "two-sided" else alpha
    squares = df * float(values.var(ddof=1))
    low = 0.0 if alternative == "less" else math.sqrt(squares / float(chdtri(df, tail)))
    return low, math.inf if alternative == "greater" else math.sqrt(squares / float(chdtri(df, 1 - tail)))


def detectable_ratio(first: int, second: int, alpha: float, power: float = 0.8) -> float:
    """Ratio of standard deviations that an F test of normal samples finds with probability `power`."""
    df = (first - 1, second - 1)
    return math.sqrt(float(fdtri(*df, 1 - alpha / 2)) * float(fdtri(*df[::-1], power)))
