"""Linear least squares by Householder QR, refined until the coefficients stop changing.

The refinement solves for residuals and coefficients together and computes its own remainders in
twice the digits, so that ill-conditioned data (powers of a year, nearly equal columns) still give
coefficients and standard errors to nearly the last digit of a double.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.regression.double_double import dot, multiply, two_sum
from havoc_pipeline.tools.samples import Floats

TOLERANCE = 1e-11
"""Share of a column's spread that must be new for the column to count as independent."""
REFINED_SIZE = 5e6
"""Products n p (coefficients) or n p² (standard errors) up to which refinement is worth its time."""
MOST_STEPS = 12


@dataclass(frozen=True)
class Fit:
    """A least-squares fit of n values by p columns, of which `kept` (r of them) are independent.

    Attributes
    ----------
    coefficients : float array, shape (p,)
        NaN for a column that is not kept.
    inverse : float array, shape (p, p)
        (X'X)⁻¹ over the kept columns, NaN elsewhere; times σ² it is the coefficients' covariance.
    residuals, fitted, leverage : float array, shape (n,)
    rss : float
        Residual sum of squares.
    df : int
        Error degrees of freedom, n - r.
    kept : tuple of int
        Positions of the independent columns, in order.
    basis : float array, shape (n, r)
        Orthonormal columns that span the model.
    """

    coefficients: Floats
    inverse: Floats
    residuals: Floats
    fitted: Floats
    leverage: Floats
    rss: float
    df: int
    kept: tuple[int, ...]
    basis: Floats

    @property
    def sigma(self) -> float:
        """Residual standard deviation, in the response's unit; NaN without error df."""
        return float(np.sqrt(self.rss / self.df)) if self.df > 0 else float("nan")

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients, shape (p,); NaN where not kept."""
        return np.asarray(self.sigma * np.sqrt(np.diagonal(self.inverse)), dtype=np.float64)


def least_squares(matrix: Floats, y: Floats, low: Floats | None = None, *, tolerance: float = TOLERANCE) -> Fit:
    """Fit `y` by the columns of `matrix`.

    Parameters
    ----------
    matrix : float array, shape (n, p)
        Columns of the model, the constant first when there is one.
    y : float array, shape (n,)
    low : float array, shape (n, p), optional
        What rounding took from `matrix` (its low-order parts), for products and powers.
    tolerance : float
        A column of which no more than this share of its spread is new is left out as dependent on
        the columns before it.

    Returns
    -------
    Fit

    Raises
    ------
    DataError
        When a value is not finite or no column is left.

    References
    ----------
    Björck (1967), BIT 7, 257-278; Higham (2002), Accuracy and Stability of Numerical Algorithms,
    section 20.5.
    """
    if not (np.isfinite(matrix).all() and np.isfinite(y).all()):
        raise DataError("least squares needs finite values; leave rows with infinities out")
    n, p = matrix.shape
    scale = _powers_of_two(matrix)
    high = matrix * scale
    kept = independent_columns(high, tolerance)
    if not kept:
        raise DataError("every column of the model is zero, so there is nothing to fit")
    high = high[:, kept]
    rest = np.zeros_like(high) if low is None else (low * scale)[:, kept]
    system = _System(high, rest, *np.linalg.qr(high))
    residuals, part = system.solve(y, np.zeros(len(kept)), refined=n * len(kept) <= REFINED_SIZE)
    whole, inverse = np.full(p, np.nan), np.full((p, p), np.nan)
    whole[list(kept)] = part * scale[list(kept)]
    block = system.inverse(refined=n * len(kept) ** 2 <= REFINED_SIZE)
    inverse[np.ix_(kept, kept)] = block * np.outer(scale[list(kept)], scale[list(kept)])
    leverage = np.minimum((system.q**2).sum(axis=1), 1.0)
    return Fit(whole, inverse, residuals, y - residuals, leverage, float(residuals @ residuals),
               n - len(kept), tuple(kept), system.q)  # fmt: skip


def polynomial(x: Floats, y: Floats, degree: int) -> Fit:
    """Fit a polynomial of one variable; coefficients from the constant up.

    Parameters
    ----------
    x, y : float array, shape (n,)
    degree : int
        At least 1 and below the number of different values of `x`.

    Returns
    -------
    Fit

    Raises
    ------
    DataError
        When the degree is too high for the data.
    """
    different = np.unique(x).size
    if not 1 <= degree < different:
        raise DataError(f"degree {degree} does not fit {different} different values of x; "
                        f"choose 1 to {different - 1}")  # fmt: skip
    powers = [(np.ones_like(x), np.zeros_like(x))]
    for _ in range(degree):
        powers.append(multiply(powers[-1], (x, np.zeros_like(x))))
    high, low = (np.column_stack([pair[part] for pair in powers]) for part in (0, 1))
    return least_squares(high, y, low, tolerance=1e-14)


def _powers_of_two(matrix: Floats) -> Floats:
    """Exact factors that bring each column's largest value near 1, shape (p,)."""
    largest = np.abs(matrix).max(axis=0, initial=0.0)
    _, exponent = np.frexp(np.where(largest > 0, largest, 1.0))
    return np.ldexp(1.0, -exponent)


def independent_columns(matrix: Floats, tolerance: float = TOLERANCE) -> list[int]:
    """Positions of the columns that are no combination of columns before them.

    Parameters
    ----------
    matrix : float array, shape (n, p)
    tolerance : float
        Share of a column's spread about the first column that must be new.

    Returns
    -------
    list of int
    """
    triangle = np.asarray(np.linalg.qr(matrix, mode="r"), dtype=np.float64)
    whole = np.linalg.norm(triangle, axis=0)
    spread = np.linalg.norm(triangle[1:], axis=0) if np.ptp(matrix[:, 0]) == 0 else whole.copy()
    spread[0] = whole[0]
    limit = np.maximum(tolerance * spread, 32 * np.finfo(float).eps * whole)
    kept = [j for j in range(matrix.shape[1]) if whole[j] > 0]
    while True:
        new = np.abs(np.diagonal(np.linalg.qr(triangle[:, kept], mode="r")))
        new = np.concatenate([new, np.zeros(len(kept) - new.size)])
        dependent = np.flatnonzero(new <= limit[kept])
        if dependent.size == 0:
            return kept
        del kept[int(dependent[0])]


@dataclass(frozen=True)
class _System:
    """The system r + X b = f, X' r = g, by the QR factors of X = high + low."""

    high: Floats
    low: Floats
    q: Floats
    r: Floats

    def solve(self, f: Floats, g: Floats, *, refined: bool) -> tuple[Floats, Floats]:
        """Residuals r, shape (n,), and coefficients b, shape (k,)."""
        residuals, part = self._step(f, g)
        last = np.inf
        for _ in range(MOST_STEPS if refined else 0):
            more_r, more_b = self._step(*self._remainder(f, g, residuals, part))
            size = float(np.max(np.abs(more_b) / np.maximum(np.abs(part), 1e-300)))
            if not size < 0.5 * last:
                break
            residuals, part, last = residuals + more_r, part + more_b, size
        return residuals, part

    def inverse(self, *, refined: bool) -> Floats:
        """(X'X)⁻¹, shape (k, k)."""
        size = self.r.shape[0]
        if not refined:
            root = solve_triangular(self.r, np.eye(size))
            return np.asarray(root @ root.T, dtype=np.float64)
        nothing = np.zeros(self.high.shape[0])
        columns = [self.solve(nothing, -unit, refined=True)[1] for unit in np.eye(size)]
        inverse = np.column_stack(columns)
        return np.asarray((inverse + inverse.T) / 2, dtype=np.float64)

    def _step(self, f: Floats, g: Floats) -> tuple[Floats, Floats]:
        turned = self.q.T @ f - solve_triangular(self.r, g, trans="T")
        return f - self.q @ turned, solve_triangular(self.r, turned)

    def _remainder(self, f: Floats, g: Floats, r: Floats, b: Floats) -> tuple[Floats, Floats]:
        fitted, fitted_low = dot(self.high, self.low, b)
        across, across_low = dot(self.high.T, self.low.T, r)
        first, error = two_sum(f, -r)
        second, more = two_sum(first, -fitted)
        return second + (error + more - fitted_low), (g - across) - across_low
