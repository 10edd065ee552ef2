"""Several tests at once: Holm's adjustment of p-values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values that keep the chance of any false alarm among the tests at the level.

    Parameters
    ----------
    p_values : sequence of float, length k

    Returns
    -------
    list of float
        In the same order, at most 1.

    References
    ----------
    Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * (p.size - np.arange(p.size)))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, steps)
    return [float(value) for value in adjusted]
