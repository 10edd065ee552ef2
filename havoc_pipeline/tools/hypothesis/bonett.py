"""Bonett's intervals of standard deviations, which take the tails of the distribution into account."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from havoc_pipeline.tools.samples import Floats

LEAST = 5
"""Values in a sample from which the intervals are computed."""


def bonett_sd(values: Floats, alpha: float, alternative: str = "two-sided") -> tuple[float, float]:
    """Approximate interval of a standard deviation without assuming normality.

    Parameters
    ----------
    values : float array, shape (n,)
        Without NaN; fewer than 5 give NaN.
    alpha : float
        The interval has level 1 - alpha.
    alternative : {"two-sided", "less", "greater"}

    Returns
    -------
    low, high : float

    References
    ----------
    Bonett (2006), Comput. Stat. Data Anal. 50, 775-782.
    """
    n, z = values.size, _z(alpha, alternative)
    if n < LEAST or n <= z:
        return math.nan, math.nan
    variance = float(values.var(ddof=1))
    kurtosis = n * _fourth(values) / ((n - 1) * variance) ** 2
    c = n / (n - z)
    reach = z * c * math.sqrt(max(0.0, kurtosis - (n - 3) / n) / (n - 1))
    middle = math.log(c * variance)
    low = 0.0 if alternative == "less" else math.exp((middle - reach) / 2)
    return low, math.inf if alternative == "greater" else math.exp((middle + reach) / 2)


def bonett_ratio(first: Floats, second: Floats, alpha: float, alternative: str = "two-sided") -> tuple[float, float]:
    """Approximate interval of a ratio of standard deviations without assuming normality.

    The ratios that the test of the same name does not reject; under each, the kurtosis is pooled
    over samples of equal spread.

    Parameters
    ----------
    first, second : float arrays, shapes (n,) and (m,)
        Without NaN; fewer than 5 in either give NaN.
    alpha : float
        The interval has level 1 - alpha.
    alternative : {"two-sided", "less", "greater"}

    Returns
    -------
    low, high : float

    References
    ----------
    Bonett (2006), Appl. Psychol. Meas. 30, 432-439; Banga and Fox (2013), On Bonett's Robust
    Confidence Interval for a Ratio of Standard Deviations, Minitab (inversion of the test).
    """
    z = _z(alpha, alternative)
    if min(first.size, second.size) < LEAST:
        return math.nan, math.nan
    score = _score(first, second, z)
    middle = math.log(float(first.std(ddof=1) / second.std(ddof=1)))
    low = 0.0 if alternative == "less" else math.exp(_crossing(lambda t: score(t) - z, middle, -1.0))
    return low, math.inf if alternative == "greater" else math.exp(_crossing(lambda t: -z - score(t), middle, 1.0))


def _score(first: Floats, second: Floats, z: float) -> Callable[[float], float]:
    """The standardised log ratio as a function of the log ratio that is tested."""
    n, m = first.size, second.size
    v, w = float(first.var(ddof=1)), float(second.var(ddof=1))
    fourth, other = _fourth(first), _fourth(second)
    equaliser = (n / (n - z)) / (m / (m - z))

    def score(t: float) -> float:
        scale = math.exp(2 * t)
        kurtosis = (n + m) * (fourth + scale**2 * other) / ((n - 1) * v + scale * (m - 1) * w) ** 2
        square = (kurtosis - (n - 3) / n) / (n - 1) + (kurtosis - (m - 3) / m) / (m - 1)
        return (math.log(equaliser * v / w) - 2 * t) / math.sqrt(max(square, 1e-12))

    return score


def _crossing(outside: Callable[[float], float], start: float, way: float) -> float:
    """Where `outside` turns positive on the way from `start`, by widening and then halving."""
    inner, step = start, 0.05
    while outside(inner + way * step) < 0 and step < 50:
        inner, step = inner + way * step, 1.3 * step
    outer = inner + way * step
    for _ in range(60):
        middle = (inner + outer) / 2
        inner, outer = (middle, outer) if outside(middle) < 0 else (inner, middle)
    return (inner + outer) / 2


def _fourth(values: Floats) -> float:
    """Sum of fourth powers about the trimmed mean."""
    n = values.size
    cut = int(n / (2 * math.sqrt(n - 4)))
    ordered = np.sort(values)
    return float(((values - ordered[cut : n - cut].mean()) ** 4).sum())


def _z(alpha: float, alternative: str) -> float:
    return float(ndtri(1 - (alpha / 2 if alternative == "two-sided" else alpha)))
