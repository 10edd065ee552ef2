"""Control-chart constants d2, d3 and c4, computed from their definitions for any subgroup size."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, log_ndtr, ndtr

from havoc_pipeline.tools.samples import Floats

REFERENCE = "Tippett (1925), Biometrika 17, 364-387; ASTM E2587-16, table 3"
_GRID = np.linspace(-9.0, 9.0, 901)
_STEP = 0.02
_ASYMPTOTIC_FROM = 1000


@lru_cache(maxsize=256)
def d2(n: int) -> float:
    """Mean range of `n` independent standard normal values.

    Parameters
    ----------
    n : int
        Subgroup size, at least 2.

    Returns
    -------
    float
        The integral over the real line of 1 - F^n - (1 - F)^n, F the normal distribution function.

    References
    ----------
    Tippett (1925), Biometrika 17, 364-387.
    """
    below, above = n * log_ndtr(_GRID), n * log_ndtr(-_GRID)
    return float((-np.expm1(below) - np.exp(above)).sum() * _STEP)


@lru_cache(maxsize=256)
def d3(n: int) -> float:
    """Standard deviation of the range of `n` independent standard normal values.

    Parameters
    ----------
    n : int
        Subgroup size, at least 2.

    Returns
    -------
    float
        From the range's second moment, the integral of 2 w (1 - H(w)) over w > 0, where H is the
        distribution function of the range.

    References
    ----------
    Hartley (1942), Biometrika 32, 334-348.
    """
    node, weight = np.polynomial.legendre.leggauss(160)
    width = 7.5 * (node + 1)
    density = np.exp(-0.5 * _GRID**2) / math.sqrt(2 * math.pi)
    inside = ndtr(_GRID[:, None] + width) - ndtr(_GRID)[:, None]
    reached = n * _STEP * (density[:, None] * inside ** (n - 1)).sum(axis=0)
    second = float(7.5 * (weight * 2 * width * (1 - reached)).sum())
    return math.sqrt(second - d2(n) ** 2)


@lru_cache(maxsize=4096)
def c4(n: int) -> float:
    """Mean of the sample standard deviation of `n` independent standard normal values.

    Parameters
    ----------
    n : int
        Number of values, at least 2.

    Returns
    -------
    float
        sqrt(2 / (n - 1)) G(n / 2) / G((n - 1) / 2); its asymptotic series from n = 1000 on.

    References
    ----------
    Montgomery (2020), Introduction to Statistical Quality Control, 8th ed., section 6.3.
    """
    if n >= _ASYMPTOTIC_FROM:
        return 1 - 1 / (4 * n) - 7 / (32 * n**2) - 19 / (128 * n**3)
    return math.sqrt(2 / (n - 1)) * math.exp(float(gammaln(n / 2) - gammaln((n - 1) / 2)))


def by_size(constant: Callable[[int], float], sizes: Floats | NDArray[np.intp]) -> Floats:
    """A constant for each subgroup size, shape as `sizes`; NaN where a subgroup has one value."""
    distinct, place = np.unique(sizes.astype(int), return_inverse=True)
    known = [constant(int(n)) if n > 1 else math.nan for n in distinct]
    return np.array(known)[place]
