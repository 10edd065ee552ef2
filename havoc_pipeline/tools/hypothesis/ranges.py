"""The studentised range: distribution and quantiles, by quadrature of its defining integral."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import gammaln, ndtr

from havoc_pipeline.tools.samples import Floats

_REACH = 8.7
"""Standard deviations beyond which the normal density no longer counts in a double."""
_INNER = 81
_FINEST, _SHARE = 0.14, 0.45
"""Step in log s: at most this, and at most this share of the standard deviation of log s."""


def studentized_range_sf(q: float, k: int, df: float) -> float:
    """Probability that the range of `k` normal means over their standard error exceeds `q`.

    Parameters
    ----------
    q : float
        At least 0.
    k : int
        Number of means, at least 2.
    df : float
        Degrees of freedom of the standard error; infinity when it is known.

    Returns
    -------
    float

    References
    ----------
    Copenhaver and Holland (1988), J. Stat. Comput. Simul. 30, 1-15 (the integral; here by the
    trapezoidal rule, which converges geometrically on it).
    """
    if q <= 0:
        return 1.0
    if math.isinf(df):
        return float(np.clip(1 - _range_cdf(np.array([q]), k)[0], 0.0, 1.0))
    log_s, weights = _scale_nodes(df)
    below = float(weights @ _range_cdf(q * np.exp(log_s), k))
    return min(1.0, max(0.0, 1 - below / float(weights.sum())))


def studentized_range_quantile(p: float, k: int, df: float) -> float:
    """Value that the studentised range of `k` means exceeds with probability 1 - `p`.

    Parameters
    ----------
    p : float
        0 < p < 1.
    k : int
    df : float

    Returns
    -------
    float
    """
    return root_of(lambda q: 1 - studentized_range_sf(q, k, df) - p, 0.0, 4.0)


def root_of(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of an increasing function that is negative at `low`; `high` is doubled until above it.

    References
    ----------
    Dowell and Jarratt (1971), BIT 11, 168-174 (the Illinois rule).
    """
    at_low, at_high = function(low), function(high)
    while at_high < 0:
        low, at_low, high = high, at_high, 2 * high
        at_high = function(high)
    for _ in range(100):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = function(middle)
        if value == 0 or abs(middle - high) <= 1e-14 * abs(middle):
            return middle
        if value * at_high < 0:
            low, at_low = high, at_high
        else:
            at_low /= 2
        high, at_high = middle, value
    return high


def _range_cdf(w: Floats, k: int) -> Floats:
    """Probability that the range of k standard normal values is at most each of w, shape (m,)."""
    z = np.linspace(-_REACH, _REACH, _INNER)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    inside = np.clip(ndtr(z)[None, :] - ndtr(z[None, :] - w[:, None]), 0.0, 1.0)
    return np.asarray(k * (inside ** (k - 1)) @ density, dtype=np.float64)


def _scale_nodes(df: float) -> tuple[Floats, Floats]:
    """Nodes in log s and weights of the density of s = sqrt(chi²/df), each shape (m,)."""
    reach = 38 / df
    low = -reach - math.sqrt(reach)
    high = min(math.sqrt(reach), math.log(2 * reach + 8) / 2)
    step = min(_FINEST, _SHARE / math.sqrt(2 * df))
    nodes = np.linspace(low, high, 2 + int((high - low) / step))
    log_density = df * nodes - df * np.exp(2 * nodes) / 2
    scale = math.log(2) * (1 - df / 2) + df / 2 * math.log(df) - float(gammaln(df / 2))
    return nodes, np.exp(log_density + scale) * (nodes[1] - nodes[0])
