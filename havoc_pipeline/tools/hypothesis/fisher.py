"""Fisher's exact test of a 2x2 table, with the conditional odds ratio and its exact interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

from havoc_pipeline.tools.samples import Floats

MOST_TABLES = 20_000
"""Tables with the same margins up to which the odds ratio is exact; beyond, Woolf's normal interval."""
TIE = 1e-7
"""Relative tolerance within which two tables count as equally probable."""
LARGEST_LOG = 40.0


@dataclass(frozen=True)
class Margins:
    """All 2x2 tables with the same margins: `support` is the upper left count, float (m,)."""

    support: Floats
    log_weight: Floats

    @classmethod
    def of(cls, counts: NDArray[np.int64]) -> Margins:
        """Margins of `counts`, shape (2, 2)."""
        (a, b), (c, d) = counts.tolist()
        row, other, column = a + b, c + d, a + c
        x = np.arange(max(0, column - other), min(row, column) + 1, dtype=np.float64)
        return cls(x, _log_choose(row, x) + _log_choose(other, column - x))

    def probabilities(self, log_odds: float = 0.0) -> Floats:
        """Probability of each table when the log odds ratio is `log_odds`."""
        raised = self.log_weight + log_odds * self.support
        weights = np.exp(raised - raised.max())
        return np.asarray(weights / weights.sum())


def fisher_exact(counts: NDArray[np.int64]) -> float:
    """Two-sided p-value: the tables that are no more probable than the observed one.

    Parameters
    ----------
    counts : int array, shape (2, 2)

    Returns
    -------
    float

    References
    ----------
    Fisher (1935), J. R. Stat. Soc. 98, 39-82; Agresti (2013), Categorical Data Analysis, 3.5.
    """
    margins = Margins.of(counts)
    p = margins.probabilities()
    observed = p[int(counts[0, 0] - margins.support[0])]
    return min(1.0, float(p[p <= observed * (1 + TIE)].sum()))


def odds_ratio(counts: NDArray[np.int64], alpha: float) -> tuple[float, float, float]:
    """Conditional maximum-likelihood odds ratio with its exact interval.

    Parameters
    ----------
    counts : int array, shape (2, 2)
    alpha : float
        The interval has level 1 - alpha.

    Returns
    -------
    estimate, low, high : float
        Odds of the first column in the first row over those in the second; 0 or infinity where
        a cell is empty.

    References
    ----------
    Cornfield (1956), Proc. Third Berkeley Symp. 4, 135-148; Woolf (1955), Ann. Hum. Genet. 19,
    251-253, beyond 20 000 tables.
    """
    margins = Margins.of(counts)
    if margins.support.size > MOST_TABLES:
        return woolf(counts, alpha)
    x, support = float(counts[0, 0]), margins.support
    below = x == support[0]
    above = x == support[-1]

    def tail(log_odds: float) -> float:
        return float(margins.probabilities(log_odds)[support >= x].sum())

    def other_tail(log_odds: float) -> float:
        return float(margins.probabilities(log_odds)[support <= x].sum())

    estimate = _root(lambda t: float(margins.probabilities(t) @ support) - x)
    low = 0.0 if below else _root(lambda t: tail(t) - alpha / 2)
    high = math.inf if above else _root(lambda t: alpha / 2 - other_tail(t))
    return 0.0 if below else math.inf if above else estimate, low, high


def woolf(counts: NDArray[np.int64], alpha: float) -> tuple[float, float, float]:
    """Sample odds ratio with the normal interval of its logarithm; half a count is added to empty cells."""
    cells = counts + (0.5 if (counts == 0).any() else 0.0)
    (a, b), (c, d) = cells.tolist()
    reach = float(ndtri(1 - alpha / 2)) * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    estimate = a * d / (b * c)
    return estimate, estimate * math.exp(-reach), estimate * math.exp(reach)


def _root(increasing: Callable[[float], float]) -> float:
    """Odds ratio at which an increasing function of its logarithm is zero, by bisection."""
    low, high = -LARGEST_LOG, LARGEST_LOG
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if increasing(middle) < 0 else (low, middle)
    return math.exp((low + high) / 2)


def _log_choose(n: float, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
