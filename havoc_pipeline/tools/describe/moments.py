"""Mean, standard deviation, skewness, kurtosis and autocorrelation, exactly from decimals or in doubles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np

from havoc_pipeline.tools.samples import Floats

MOST_EXACT = 20_000
"""Values up to which decimals are summed exactly."""
MOST_DIGITS = 40
"""Digits between the first and the last decimal place beyond which doubles must do."""


@dataclass(frozen=True)
class Moments:
    """Moments of n values; NaN where too few or all equal.

    Attributes
    ----------
    sd : float
        Divisor n - 1.
    skewness, kurtosis : float
        Adjusted (SAS, SPSS, Minitab, Excel), kurtosis in excess of the normal distribution's.
    autocorrelation : float
        At lag 1, about the common mean.
    """

    n: int
    mean: float
    sd: float
    skewness: float
    kurtosis: float
    autocorrelation: float

    @property
    def skewness_se(self) -> float:
        """Standard error of the skewness of a normal sample."""
        n = self.n
        return math.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))) if n > 2 else math.nan

    @property
    def kurtosis_se(self) -> float:
        """Standard error of the kurtosis of a normal sample."""
        n = self.n
        return 2 * self.skewness_se * math.sqrt((n * n - 1) / ((n - 3) * (n + 5))) if n > 3 else math.nan


def moments(values: Floats) -> Moments:
    """Moments in doubles: the mean in extended precision, then powers of scaled deviations.

    Parameters
    ----------
    values : float array, shape (n,)
        At least one, without NaN.

    References
    ----------
    Chan, Golub and LeVeque (1983), Am. Stat. 37, 242-247; Joanes and Gill (1998), The Statistician
    47, 183-189 (G1, G2).
    """
    n, mean = values.size, float(np.sum(values, dtype=np.longdouble) / values.size)
    deviation = values - mean
    deviation = deviation - deviation.mean()
    scale = float(np.abs(deviation).max())
    if scale == 0 or float(np.ptp(values)) == 0:
        return Moments(n, mean, 0.0 if n > 1 else math.nan, math.nan, math.nan, math.nan)
    unit = deviation / scale
    squares = unit * unit
    q2, q3, q4 = float(squares.sum()), float(squares @ unit), float(squares @ squares)
    sd = scale * math.sqrt(q2 / (n - 1))
    follow = float(unit[:-1] @ unit[1:]) / q2
    return Moments(n, mean, sd, *_shape(n, q3 / q2**1.5 * math.sqrt(n), n * q4 / q2**2), follow)


def exact_moments(decimals: Sequence[Decimal]) -> Moments | None:
    """Moments from the decimals as written, each rounded once at the end.

    Parameters
    ----------
    decimals : sequence of Decimal, length n
        At least one.

    Returns
    -------
    Moments or None
        None where the decimals span too many digits to be worth it.
    """
    if not 1 <= len(decimals) <= MOST_EXACT:
        return None
    last = min(int(value.as_tuple().exponent) for value in decimals)
    if max(value.adjusted() for value in decimals) - last > MOST_DIGITS:
        return None
    whole = [int(value.scaleb(-last)) for value in decimals]
    return _of_integers(whole, last)


def _of_integers(whole: list[int], exponent: int) -> Moments:
    """Moments of `whole` times 10 to the `exponent`."""
    n, total = len(whole), sum(whole)
    unit = Fraction(10) ** exponent
    mean = float(Fraction(total, n) * unit)
    deviation = [n * value - total for value in whole]
    q2 = sum(d * d for d in deviation)
    if q2 == 0:
        return Moments(n, mean, 0.0 if n > 1 else math.nan, math.nan, math.nan, math.nan)
    q3, q4 = sum(d**3 for d in deviation), sum(d**4 for d in deviation)
    skew = math.copysign(math.sqrt(float(Fraction(n * q3 * q3, q2**3))), q3)
    follow = sum(a * b for a, b in pairwise(deviation))
    shape = _shape(n, skew, float(Fraction(n * q4, q2 * q2)))
    return Moments(n, mean, _root(Fraction(q2, n * n * (n - 1)) * unit**2), *shape, float(Fraction(follow, q2)))


def _root(square: Fraction) -> float:
    with localcontext() as context:
        context.prec = MOST_DIGITS
        return float((Decimal(square.numerator) / Decimal(square.denominator)).sqrt())


def _shape(n: int, skew: float, kurtosis: float) -> tuple[float, float]:
    """Adjusted skewness and excess kurtosis from the moment ratios."""
    adjusted = skew * math.sqrt(n * (n - 1)) / (n - 2) if n > 2 else math.nan
    excess = ((n + 1) * (kurtosis - 3) + 6) * (n - 1) / ((n - 2) * (n - 3)) if n > 3 else math.nan
    return adjusted, excess
