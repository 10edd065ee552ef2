"""How well runs estimate a model: efficiencies, variance inflation, leverage, degrees of freedom."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from havoc_pipeline.tools.doe.model_terms import Model
from havoc_pipeline.tools.regression.least_squares import independent_columns
from havoc_pipeline.tools.samples import Floats

ZERO = 1e-9
"""Correlation below which two coded columns count as orthogonal."""


@dataclass(frozen=True)
class Assessment:
    """Properties of runs for a model; they do not depend on any response.

    Attributes
    ----------
    model : Model
    kept : int array, shape (r,)
        Columns that can be estimated together, the constant first.
    inverse : float array, shape (r, r)
        Inverse of X'X over those columns: covariance of the coefficients in units of sigma squared.
    leverage : float array, shape (n,)
    correlations : float array, shape (p - 1, p - 1)
        Between all columns but the constant; NaN for a column that does not vary.
    vif : float array, shape (r - 1,)
        Variance inflation factors of the estimable columns but the constant.
    distinct : int
        Different runs.
    d_efficiency, a_efficiency, g_efficiency : float
        In percent of an orthogonal design over the same range.
    prediction_variance : float
        Variance of a predicted mean, averaged over the region, in units of sigma squared.
    """

    model: Model
    kept: NDArray[np.intp]
    inverse: Floats
    leverage: Floats
    correlations: Floats
    vif: Floats
    distinct: int
    d_efficiency: float
    a_efficiency: float
    g_efficiency: float
    prediction_variance: float

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.leverage.size)

    @property
    def error_df(self) -> int:
        """Degrees of freedom that the model leaves."""
        return self.runs - int(self.kept.size)

    @property
    def pure_error_df(self) -> int:
        """Degrees of freedom between repeated runs."""
        return self.runs - self.distinct

    @property
    def lack_of_fit_df(self) -> int:
        """Degrees of freedom between different runs that the model leaves."""
        return self.error_df - self.pure_error_df

    @property
    def aliased(self) -> tuple[str, ...]:
        """Columns of the model that cannot be told apart from columns before them."""
        kept = set(self.kept.tolist())
        return tuple(name for place, name in enumerate(self.model.names) if place not in kept)

    @property
    def largest_inflation(self) -> float:
        """Largest variance inflation factor."""
        return float(self.vif.max(initial=1.0))

    @property
    def largest_correlation(self) -> float:
        """Largest absolute correlation between two estimable columns; 0 when there is one column."""
        places = self.kept[1:] - 1
        block = np.abs(self.correlations[np.ix_(places, places)])
        np.fill_diagonal(block, 0.0)
        return float(np.nanmax(block, initial=0.0))


def assess(model: Model, runs: Floats) -> Assessment:
    """Judge runs for a model.

    Parameters
    ----------
    model : Model
    runs : float array, shape (n, c)
        Coded settings, by which repeated runs are recognised.

    Returns
    -------
    Assessment

    References
    ----------
    Atkinson, Donev and Tobias (2007), Optimum Experimental Designs, with SAS, chapters 10 and 11.
    """
    kept = np.array(independent_columns(model.matrix), dtype=np.intp)
    q, r = np.linalg.qr(model.matrix[:, kept])
    root = solve_triangular(r, np.eye(kept.size))
    inverse = np.asarray(root @ root.T, dtype=np.float64)
    leverage = np.minimum((q**2).sum(axis=1), 1.0)
    n, size = model.matrix.shape[0], kept.size
    return Assessment(
        model=model,
        kept=kept,
        inverse=inverse,
        leverage=leverage,
        correlations=correlations(model.matrix[:, 1:]),
        vif=_inflation(model.matrix[:, kept[1:]], inverse),
        distinct=int(np.unique(_rounded(runs), axis=0).shape[0]),
        d_efficiency=100 / n * math.exp(2 * float(np.log(np.abs(np.diagonal(r))).sum()) / size),
        a_efficiency=100 * size / (n * float(np.trace(inverse))),
        g_efficiency=100 * size / (n * float(leverage.max())),
        prediction_variance=float((inverse * model.moments[np.ix_(kept, kept)]).sum()),
    )


def _rounded(runs: Floats) -> Floats:
    return np.round(runs, 9) + 0.0


def correlations(columns: Floats) -> Floats:
    """Correlations between columns (shape (n, c)), exact zeros where they are zero but for rounding."""
    centred = columns - columns.mean(axis=0)
    norms = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = centred / np.where(norms > ZERO, norms, np.nan)
    found = np.clip(scaled.T @ scaled, -1.0, 1.0)
    return np.asarray(np.where(np.abs(found) < ZERO, 0.0, found), dtype=np.float64)


def _inflation(columns: Floats, inverse: Floats) -> Floats:
    """Variance of each coefficient over what it would be if the column stood alone."""
    spread = ((columns - columns.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.maximum(np.diagonal(inverse)[1:] * spread, 1.0), dtype=np.float64)


def alias_matrix(fitted: Assessment, others: Floats) -> Floats:
    """What each estimate picks up from terms that the model leaves out.

    Parameters
    ----------
    fitted : Assessment
    others : float array, shape (n, m)
        Columns of the terms left out.

    Returns
    -------
    float array, shape (r, m)
        Expected change of each estimable coefficient for a unit coefficient of each other term.

    References
    ----------
    Box and Wilson (1951), J. R. Stat. Soc. B 13, 1-45; Montgomery (2019), Design and Analysis of
    Experiments, chapter 8.
    """
    columns = fitted.model.matrix[:, fitted.kept]
    found = fitted.inverse @ (columns.T @ others)
    return np.asarray(np.where(np.abs(found) < ZERO, 0.0, found), dtype=np.float64)
