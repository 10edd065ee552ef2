"""A table of counts by two factors: chi-square statistics, residuals, Cramér's V."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chndtrinc, xlogy

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.samples import Factor, Floats, Numeric

Counts = NDArray[np.int64]
DRAWS, SEED = 9999, 1900
"""Random tables of the permutation test, and where their stream starts."""
SMALL = 5.0
"""Expected count below which the chi-square distribution is doubted."""
LARGEST = 2**53


@dataclass(frozen=True)
class Contingency:
    """Counts of `rows` by `columns`, int (r, c), no margin empty.

    Attributes
    ----------
    row_name, column_name : str
        Headers of the two factors.
    """

    row_name: str
    column_name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Counts

    @property
    def n(self) -> int:
        """Items in all."""
        return int(self.counts.sum())

    @property
    def df(self) -> int:
        """(r - 1)(c - 1)."""
        return (len(self.rows) - 1) * (len(self.columns) - 1)

    @property
    def expected(self) -> Floats:
        """Counts expected without association, float (r, c)."""
        return expected_counts(self.counts)

    @property
    def shape(self) -> int:
        """The smaller of r - 1 and c - 1, by which Cramér's V is scaled."""
        return min(len(self.rows), len(self.columns)) - 1

    @property
    def residuals(self) -> Floats:
        """Adjusted residuals, float (r, c): standard normal without association (Haberman 1973)."""
        row = 1 - self.counts.sum(axis=1, keepdims=True) / self.n
        column = 1 - self.counts.sum(axis=0, keepdims=True) / self.n
        return np.asarray((self.counts - self.expected) / np.sqrt(self.expected * row * column))

    def transposed(self) -> Contingency:
        """The same table with rows and columns exchanged."""
        return Contingency(self.column_name, self.row_name, self.columns, self.rows, self.counts.T)


def expected_counts(counts: Counts) -> Floats:
    """Products of the margins over the total, float (r, c)."""
    total = float(counts.sum())
    return np.asarray(np.outer(counts.sum(axis=1) / total, counts.sum(axis=0)))


def frequencies(count: Numeric | None, rows: int) -> Floats:
    """What each row counts for, float (n,): 1, or the number in the column of frequencies.

    Raises
    ------
    DataError
        When a frequency is negative or not whole.
    """
    if count is None:
        return np.ones(rows)
    values = count.values
    known = values[~np.isnan(values)]
    bad = known[(known < 0) | (known != np.floor(known)) | (known > LARGEST)]
    if bad.size:
        raise DataError(
            f"`{count.name}` holds {bad[0]:g}; count= takes whole numbers of items, 0 or more: give counts, "
            "not shares, percentages or measurements"
        )
    return values


def tally(factor: Factor, weights: Floats, other: Factor | None = None) -> Counts:
    """Sums of `weights` (float (n,), NaN for rows without one) by level, int (r,) or (r, c)."""
    keep = ~(factor.missing | np.isnan(weights))
    keep &= ~other.missing if other is not None else True
    size = len(other.levels) if other is not None else 1
    place = codes(factor, keep) * size
    place = place + (codes(other, keep) if other is not None else 0)
    sums = np.bincount(place, weights[keep], len(factor.levels) * size).astype(np.int64)
    return sums.reshape(len(factor.levels), size) if other is not None else sums


def codes(factor: Factor, keep: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Position of each kept row's label among the levels, int (m,)."""
    place = {level: at for at, level in enumerate(factor.levels)}
    return np.array([place[label] for label in factor.labels[keep]], dtype=np.intp)


def pearson(counts: Counts | Floats, expected: Floats, *, yates: bool = False) -> float:
    """Pearson's chi-square; with Yates's correction each deviation is cut by half a count.

    References
    ----------
    Pearson (1900), Phil. Mag. 50, 157-175; Yates (1934), Suppl. J. R. Stat. Soc. 1, 217-235.
    """
    gap = np.abs(counts - expected)
    if yates:
        gap = gap - np.minimum(0.5, gap)
    return float((gap**2 / expected).sum())


def likelihood_ratio(counts: Counts, expected: Floats) -> float:
    """The likelihood-ratio statistic G squared (Wilks 1935, Ann. Math. Stat. 6, 190-196)."""
    return float(2 * xlogy(counts, counts / expected).sum())


def tail(statistic: float, df: int) -> float:
    """Upper tail of the chi-square distribution."""
    return float(chdtrc(df, max(0.0, statistic)))


def permutation_p(counts: Counts) -> float:
    """Share of random tables with the same margins whose Pearson statistic is at least as large.

    Parameters
    ----------
    counts : int array, shape (r, c)

    Returns
    -------
    float
        (1 + exceedances) / (1 + 9999), the same at every call.

    References
    ----------
    Hope (1968), J. R. Stat. Soc. B 30, 582-598; Patefield (1981), Appl. Stat. 30, 91-97.
    """
    expected = expected_counts(counts)
    drawn = random_tables(counts)
    statistics = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    reached = statistics >= pearson(counts, expected) * (1 - 1e-9)
    return (1 + int(reached.sum())) / (1 + DRAWS)


def random_tables(counts: Counts) -> Floats:
    """Tables with the margins of `counts` (r, c) under independence, float (9999, r, c)."""
    random = np.random.default_rng(SEED)
    drawn = np.zeros((DRAWS, *counts.shape))
    left = np.tile(counts.sum(axis=0), (DRAWS, 1))
    for row, total in enumerate(counts.sum(axis=1)):
        need = np.full(DRAWS, total)
        for column in range(counts.shape[1]):
            others = left[:, column + 1 :].sum(axis=1)
            cell = random.hypergeometric(left[:, column], others, need) if column + 1 < counts.shape[1] else need
            drawn[:, row, column] = cell
            need = need - cell
            left[:, column] -= cell
    return drawn


def cramers_v(chi2: float, n: int, shape: int) -> float:
    """Cramér's V: the root of chi-square over its largest possible value."""
    return math.sqrt(chi2 / (n * shape))


def corrected_v(table: Contingency, chi2: float) -> float:
    """Cramér's V nearly without bias (Bergsma 2013, J. Korean Stat. Soc. 42, 323-328)."""
    n, r, c = table.n, len(table.rows), len(table.columns)
    if n < 2:
        return 0.0
    phi2 = max(0.0, chi2 / n - table.df / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return math.sqrt(phi2 / smaller) if smaller > 0 else 0.0


def v_interval(chi2: float, df: int, n: int, shape: int, alpha: float) -> tuple[float, float]:
    """Interval of the population's Cramér's V, through the noncentral chi-square distribution.

    Parameters
    ----------
    chi2 : float
    df, n, shape : int
        Degrees of freedom, items, and the smaller of r - 1 and c - 1.
    alpha : float
        The interval has level 1 - alpha.

    Returns
    -------
    low, high : float
        Between 0 and 1.

    References
    ----------
    Smithson (2003), Confidence Intervals, ch. 4: V squared is the noncentrality over n times shape.
    """
    low, high = (noncentrality(chi2, df, p) for p in (1 - alpha / 2, alpha / 2))
    return min(1.0, cramers_v(low, n, shape)), min(1.0, cramers_v(high, n, shape))


def noncentrality(chi2: float, df: int, probability: float) -> float:
    """Noncentrality at which chi-square falls below `chi2` with `probability`; 0 when there is none."""
    if chi2 <= 0 or 1 - tail(chi2, df) <= probability:
        return 0.0
    found = float(chndtrinc(chi2, df, probability))
    return found if math.isfinite(found) else chi2
