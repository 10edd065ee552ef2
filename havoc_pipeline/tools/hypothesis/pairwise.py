"""Pairwise comparisons of means that keep the error rate of the whole family."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from havoc_pipeline.tools.hypothesis.ranges import studentized_range_quantile, studentized_range_sf
from havoc_pipeline.tools.result import ResultTable
from havoc_pipeline.tools.samples import Floats

TUKEY_REFERENCE = "Kramer (1956), Biometrics 12, 307-310 (Tukey-Kramer)"
GAMES_HOWELL_REFERENCE = "Games and Howell (1976), J. Educ. Stat. 1, 113-125"
MOST_NAMED = 10
"""Means up to which every pairwise difference is a named value."""


@dataclass(frozen=True)
class Pair:
    """Difference of two means, first minus second, with its simultaneous interval."""

    first: str
    second: str
    difference: float
    low: float
    high: float
    p_value: float
    standard_error: float
    df: float


def tukey_kramer(names: Sequence[str], means: Floats, covariance: Floats, df: float, alpha: float) -> list[Pair]:
    """All pairs of means with a common error variance.

    Parameters
    ----------
    names : sequence of str, length k
    means : float array, shape (k,)
    covariance : float array, shape (k, k)
        Covariance of the means: σ²/n on the diagonal for independent groups.
    df : float
        Degrees of freedom of σ².
    alpha : float
        The intervals hold together with level 1 - alpha.

    References
    ----------
    Tukey (1953), The Problem of Multiple Comparisons; Kramer (1956), Biometrics 12, 307-310.
    """
    own = np.diagonal(covariance)
    errors = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * covariance, 0.0))
    return _pairs(names, means, errors, np.full(errors.shape, df), alpha)


def games_howell(names: Sequence[str], means: Floats, variances: Floats, sizes: Floats, alpha: float) -> list[Pair]:
    """All pairs of means, each with its own variances and Welch's degrees of freedom.

    Parameters
    ----------
    names : sequence of str, length k
    means, variances, sizes : float array, shape (k,)
        Sizes at least 2; variances are those of the values, not of the means.
    alpha : float

    References
    ----------
    Games and Howell (1976), J. Educ. Stat. 1, 113-125.
    """
    share = variances / sizes
    total = share[:, None] + share[None, :]
    part = share**2 / (sizes - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        df = total**2 / (part[:, None] + part[None, :])
    return _pairs(names, means, np.sqrt(total), df, alpha)


def _pairs(names: Sequence[str], means: Floats, errors: Floats, df: Floats, alpha: float) -> list[Pair]:
    k = len(names)
    quantile = cache(lambda v: studentized_range_quantile(1 - alpha, k, v) / math.sqrt(2))
    made = []
    for i, j in combinations(range(k), 2):
        difference, error, own_df = float(means[i] - means[j]), float(errors[i, j]), float(df[i, j])
        if error > 0:
            p = studentized_range_sf(abs(difference) / error * math.sqrt(2), k, own_df)
            reach = quantile(own_df) * error
        else:
            p, reach = (0.0 if difference else 1.0), 0.0
        made.append(Pair(names[i], names[j], difference, difference - reach, difference + reach,
                         p, error, own_df))  # fmt: skip
    return made


def pairs_table(title: str, pairs: Sequence[Pair]) -> ResultTable:
    """The pairs as a table to show."""
    rows = tuple((f"{p.first} - {p.second}", p.difference, p.standard_error, p.low, p.high, p.p_value)
                 for p in pairs)  # fmt: skip
    head = ("pair", "difference", "standard error", "low", "high", "p-value")
    return ResultTable(title, head, rows)
