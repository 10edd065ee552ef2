"""Sums and products of doubles with their rounding errors kept: twice the digits, in numpy.

A value is a pair `high + low` of doubles whose sum carries about 32 digits. Least squares uses it for
the residuals of its own solution, where plain doubles would cancel.
"""

from __future__ import annotations

import numpy as np

from havoc_pipeline.tools.samples import Floats

_SPLITTER = 134217729.0  # 2**27 + 1


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Sum of `a` and `b` and its rounding error, each of their broadcast shape.

    References
    ----------
    Knuth (1997), The Art of Computer Programming 2, section 4.2.2, theorem B.
    """
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Product of `a` and `b` and its rounding error, each of their broadcast shape.

    References
    ----------
    Dekker (1971), Numer. Math. 18, 224-242.
    """
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def _split(a: Floats) -> tuple[Floats, Floats]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def multiply(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Product of two pairs, as a pair."""
    high, error = two_product(a[0], b[0])
    return two_sum(high, error + (a[0] * b[1] + a[1] * b[0]))


def dot(high: Floats, low: Floats, vector: Floats) -> tuple[Floats, Floats]:
    """Matrix-vector product in twice the digits.

    Parameters
    ----------
    high, low : float array, shape (m, k)
        The matrix as a pair.
    vector : float array, shape (k,)

    Returns
    -------
    high, low : float array, shape (m,)

    References
    ----------
    Ogita, Rump and Oishi (2005), SIAM J. Sci. Comput. 26, 1955-1988.
    """
    product, error = two_product(high, vector)
    return accurate_sum(product.T, (error + low * vector).T)


def accurate_sum(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Sum of pairs over the first axis, shape (k, m), by pairwise reduction; pair of shape (m,)."""
    if high.shape[0] == 0:
        return np.zeros(high.shape[1:]), np.zeros(high.shape[1:])
    while high.shape[0] > 1:
        if high.shape[0] % 2:
            gap = np.zeros((1, *high.shape[1:]))
            high, low = np.concatenate([high, gap]), np.concatenate([low, gap])
        half = high.shape[0] // 2
        total, error = two_sum(high[:half], high[half:])
        high, low = two_sum(total, error + low[:half] + low[half:])
    return high[0], low[0]
