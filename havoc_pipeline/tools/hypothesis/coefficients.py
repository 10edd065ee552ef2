"""Coefficients of association of two variables: Pearson, Spearman, Kendall; tests and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis.ranks import (
    kendall_counts,
    kendall_exact_p,
    midranks,
    spearman_exact_p,
    tie_sizes,
)
from havoc_pipeline.tools.regression.least_squares import least_squares
from havoc_pipeline.tools.samples import Floats

DETERMINED = 1e-20
"""Share of a variable's variation, left by the controls, below which there is none left."""
MOST_EXACT_SPEARMAN = 10
MOST_EXACT_KENDALL = 50


@dataclass(frozen=True)
class Association:
    """A coefficient with its test.

    Attributes
    ----------
    coefficient : float
        Between -1 and 1.
    statistic, df : float
        t and its degrees of freedom; for Kendall z, with NaN df. NaN when the p-value is exact.
    p_value : float
        Two-sided.
    standard_error : float
        Of the Fisher transform; infinite when n is too small.
    n : int
        Rows.
    test : str
        How the p-value came about.
    """

    coefficient: float
    statistic: float
    df: float
    p_value: float
    standard_error: float
    n: int
    test: str

    def interval(self, level: float) -> tuple[float, float]:
        """Confidence interval at `level` through Fisher's transform; -1 to 1 when n is too small.

        References
        ----------
        Fisher (1921), Metron 1, 3-32; Bonett and Wright (2000), Psychometrika 65, 23-28.
        """
        if math.isinf(self.standard_error):
            return -1.0, 1.0
        if abs(self.coefficient) >= 1:
            return self.coefficient, self.coefficient
        centre, reach = math.atanh(self.coefficient), float(ndtri((1 + level) / 2)) * self.standard_error
        return math.tanh(centre - reach), math.tanh(centre + reach)


def pearson(x: Floats, y: Floats, controls: Floats | None = None) -> Association:
    """Pearson's correlation, or the partial one given control columns of shape (n, k).

    References
    ----------
    Fisher (1924), Metron 3, 329-332 (partial correlation); Fisher (1921), Metron 1, 3-32.
    """
    r, k = _product_moment(x, y, controls)
    return _with_t(r, x.size, k, 1.0, "t" if k == 0 else "t of the partial correlation")


def spearman(x: Floats, y: Floats, controls: Floats | None = None) -> Association:
    """Spearman's rank correlation (midranks), or the partial one of ranks.

    The p-value is exact for at most 10 rows without ties, else that of t.

    References
    ----------
    Spearman (1904), Am. J. Psychol. 15, 72-101; Bonett and Wright (2000), Psychometrika 65, 23-28.
    """
    u, v = midranks(x), midranks(y)
    ranked = None if controls is None else np.column_stack([midranks(column) for column in controls.T])
    r, k = _product_moment(u, v, ranked)
    found = _with_t(r, x.size, k, math.sqrt(1 + r * r / 2), "t approximation")
    tied = tie_sizes(x).size + tie_sizes(y).size
    if k or tied or x.size > MOST_EXACT_SPEARMAN:
        return found
    p = spearman_exact_p(u, v)
    return Association(r, math.nan, math.nan, p, found.standard_error, x.size, "exact permutation distribution")


def kendall(x: Floats, y: Floats, controls: Floats | None = None) -> Association:
    """Kendall's tau-b, or the partial one; exact p-value for at most 50 rows without ties.

    References
    ----------
    Kendall (1970), Rank Correlation Methods, ch. 3-5 and 8; Fieller, Hartley and Pearson (1957),
    Biometrika 44, 470-481 (variance of the transform).
    """
    n = x.size
    if controls is not None:
        return _partial_kendall(x, y, controls)
    counts = kendall_counts(x, y)
    tau = counts.tau_b
    error = math.sqrt(0.437 / (n - 4)) if n > 4 else math.inf
    tied = tie_sizes(x).size + tie_sizes(y).size
    if not tied and n <= MOST_EXACT_KENDALL:
        p = kendall_exact_p(counts.score, n)
        return Association(tau, math.nan, math.nan, p, error, n, "exact permutation distribution")
    z = counts.score / math.sqrt(counts.variance)
    return Association(tau, z, math.nan, 2 * float(ndtr(-abs(z))), error, n, "normal approximation, corrected for ties")


def _partial_kendall(x: Floats, y: Floats, controls: Floats) -> Association:
    """Partial tau-b; its p-value is that of tau without ties on n - k rows, an approximation.

    References
    ----------
    Kendall (1942), Biometrika 32, 277-283; Kim (2015), Commun. Stat. Appl. Methods 22, 665-674.
    """
    columns = [x, y, *controls.T]
    taus = np.eye(len(columns))
    for i in range(len(columns)):
        for j in range(i):
            taus[i, j] = taus[j, i] = kendall_counts(columns[i], columns[j]).tau_b
    inverse = np.linalg.inv(taus)
    tau = float(-inverse[0, 1] / math.sqrt(inverse[0, 0] * inverse[1, 1]))
    left = x.size - controls.shape[1]
    z = tau / math.sqrt(2 * (2 * left + 5) / (9 * left * (left - 1)))
    error = math.sqrt(0.437 / (left - 4)) if left > 4 else math.inf
    p = 2 * float(ndtr(-abs(z)))
    return Association(tau, z, math.nan, p, error, x.size, "normal approximation for the partial coefficient")


def _with_t(r: float, n: int, k: int, widening: float, test: str) -> Association:
    df = n - 2.0 - k
    room = (1 - r) * (1 + r)
    t = r * math.sqrt(df / room) if room > 0 else math.copysign(math.inf, r)
    p = 2 * float(stdtr(df, -abs(t))) if math.isfinite(t) else 0.0
    error = widening / math.sqrt(n - 3 - k) if n - k > 3 else math.inf
    return Association(r, t, df, p, error, n, test)


def _product_moment(x: Floats, y: Floats, controls: Floats | None) -> tuple[float, int]:
    """Correlation of x and y, each less its regression on the controls, and how many controls count."""
    if controls is None:
        a, b, k = x - x.mean(), y - y.mean(), 0
    else:
        matrix = np.column_stack([np.ones_like(x), controls])
        left, right = (least_squares(matrix, v - v.mean()) for v in (x, y))
        a, b, k = left.residuals, right.residuals, len(left.kept) - 1
    for left_over, whole in ((a, x), (b, y)):
        if float(left_over @ left_over) <= DETERMINED * float(((whole - whole.mean()) ** 2).sum()):
            raise DataError(
                "a variable is determined by the control columns, so nothing is left to correlate; drop a control"
            )
    a, b = a / np.abs(a).max(), b / np.abs(b).max()
    r = float(a @ b) / math.sqrt(float(a @ a) * float(b @ b))
    return min(1.0, max(-1.0, r)), k
