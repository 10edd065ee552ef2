"""Numbers that judge a fit: prediction error, influence, autocorrelation, lack of fit, collinearity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, chdtrc, fdtrc, stdtr

from havoc_pipeline.tools.regression.least_squares import Fit
from havoc_pipeline.tools.samples import Floats

FULL_LEVERAGE = 1 - 1e-9
"""Leverage from which a row is fitted exactly whatever its value."""


@dataclass(frozen=True)
class Test:
    """A statistic with its degrees of freedom and p-value."""

    statistic: float
    df: float
    df_error: float
    p_value: float


def press(fit: Fit) -> float:
    """Sum of squares of the errors with which each row is predicted from the others.

    NaN when a row is fitted exactly whatever its value.

    References
    ----------
    Allen (1974), Technometrics 16, 125-127.
    """
    if (fit.leverage > FULL_LEVERAGE).any():
        return math.nan
    return float(((fit.residuals / (1 - fit.leverage)) ** 2).sum())


def studentized(fit: Fit) -> Floats:
    """Residuals over their standard deviations estimated without the row itself, shape (n,).

    References
    ----------
    Belsley, Kuh and Welsch (1980), Regression Diagnostics, section 2.1 (RSTUDENT).
    """
    room = np.where(fit.leverage > FULL_LEVERAGE, np.nan, 1 - fit.leverage)
    if fit.df < 2:
        return np.full(fit.residuals.shape, np.nan)
    without = np.maximum((fit.rss - fit.residuals**2 / room) / (fit.df - 1), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(fit.residuals / np.sqrt(without * room), dtype=np.float64)


def cooks_distance(fit: Fit) -> Floats:
    """How far leaving a row out would move all fitted values, shape (n,).

    NaN at full leverage, and where the fit is exact.

    References
    ----------
    Cook (1977), Technometrics 19, 15-18.
    """
    room = np.where(fit.leverage > FULL_LEVERAGE, np.nan, 1 - fit.leverage)
    if fit.rss == 0:
        return np.full(fit.residuals.shape, np.nan)
    scaled = fit.residuals**2 / (len(fit.kept) * fit.sigma**2)
    return np.asarray(scaled * fit.leverage / room**2, dtype=np.float64)


def outlier_p(t: Floats, df: int) -> Floats:
    """Bonferroni p-values of studentised residuals, shape (n,), for `df` error degrees of freedom."""
    return np.asarray(np.minimum(1.0, t.size * 2 * stdtr(df - 1, -np.abs(t))), dtype=np.float64)


def durbin_watson(fit: Fit) -> Test:
    """Durbin and Watson's d and its two-sided p-value, by the beta law with d's exact moments.

    References
    ----------
    Durbin and Watson (1951), Biometrika 38, 159-178, section 4 (the moments and the beta law).
    """
    d = float((np.diff(fit.residuals) ** 2).sum()) / fit.rss
    q = fit.basis
    second = _second_difference(q)
    inner = q.T @ second
    n, df = q.shape[0], fit.df
    trace = 2.0 * (n - 1) - float(np.trace(inner))
    whole = 6.0 * n - 8.0
    square = whole - 2 * float((second**2).sum()) + float((inner**2).sum())
    mean = trace / df
    variance = 2 * (df * square - trace**2) / (df**2 * (df + 2))
    share = mean * (4 - mean) / variance - 1 if variance > 0 else math.nan
    if not share > 0:
        return Test(d, df, math.nan, math.nan)
    below = float(betainc(mean / 4 * share, (1 - mean / 4) * share, d / 4))
    return Test(d, df, math.nan, min(1.0, 2 * min(below, 1 - below)))


def _second_difference(q: Floats) -> Floats:
    """The matrix of sum (e_t - e_{t-1})² times the columns of `q`, shape (n, r)."""
    steps = np.diff(q, axis=0)
    found = np.zeros_like(q)
    found[:-1] -= steps
    found[1:] += steps
    return found


def breusch_pagan(fit: Fit) -> Test:
    """Koenker's studentised test of whether the error variance changes with the model's columns.

    References
    ----------
    Koenker (1981), J. Econometrics 17, 107-112.
    """
    squares = fit.residuals**2
    centred = squares - squares.mean()
    total = float(centred @ centred)
    df = len(fit.kept) - 1
    if total <= 0 or df < 1:
        return Test(math.nan, df, math.nan, math.nan)
    share = float(((fit.basis.T @ centred) ** 2).sum()) / total
    statistic = squares.size * share
    return Test(statistic, df, math.nan, float(chdtrc(df, statistic)))


def lack_of_fit(fit: Fit, y: Floats, points: Sequence[NDArray[np.generic]]) -> Test | None:
    """F of what the model misses against the scatter of repeats at the same predictor values.

    None when nothing is repeated or the model has as many columns as there are points.

    References
    ----------
    Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis, section 4.5.
    """
    codes = np.column_stack([np.unique(column, return_inverse=True)[1] for column in points])
    _, which, sizes = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    df_pure, df_lack = y.size - sizes.size, sizes.size - len(fit.kept)
    if df_pure < 1 or df_lack < 1:
        return None
    centred = y - y.mean()
    means = np.bincount(which.ravel(), weights=centred) / sizes
    pure = float(((centred - means[which.ravel()]) ** 2).sum())
    if pure <= 1e-24 * float(centred @ centred):
        return None
    f = max(0.0, fit.rss - pure) / df_lack / (pure / df_pure)
    return Test(f, df_lack, df_pure, float(fdtrc(df_lack, df_pure, f)))


def added_columns(fit: Fit, columns: Floats) -> Test | None:
    """F of adding columns, shape (n, q), to the model; None when they add nothing new."""
    new = columns - fit.basis @ (fit.basis.T @ columns)
    left, sizes, _ = np.linalg.svd(new, full_matrices=False)
    left = left[:, sizes > 1e-8 * np.linalg.norm(columns)]
    df, df_error = left.shape[1], fit.df - left.shape[1]
    if df == 0 or df_error < 1:
        return None
    gain = float(((left.T @ fit.residuals) ** 2).sum())
    f = gain / df / ((fit.rss - gain) / df_error) if fit.rss > gain else math.inf
    return Test(f, df, df_error, float(fdtrc(df, df_error, f)))


def term_test(fit: Fit, columns: Sequence[int]) -> tuple[Test, float]:
    """F of leaving out columns of the model, and their adjusted sum of squares; NaN when none is kept."""
    kept = [j for j in columns if j in fit.kept]
    if not kept:
        return Test(math.nan, 0, fit.df, math.nan), math.nan
    root = np.linalg.cholesky(fit.inverse[np.ix_(kept, kept)])
    part = np.linalg.solve(root, fit.coefficients[kept])
    ss = float(part @ part)
    f = ss / len(kept) / fit.sigma**2 if fit.rss > 0 else math.inf
    return Test(f, len(kept), fit.df, float(fdtrc(len(kept), fit.df, f))), ss


def variance_inflation(fit: Fit, matrix: Floats) -> Floats:
    """How many times collinearity multiplies each coefficient's variance, shape (p,); NaN for the constant.

    References
    ----------
    Marquardt (1970), Technometrics 12, 591-612.
    """
    centred = matrix - matrix.mean(axis=0)
    found = np.diagonal(fit.inverse) * (centred**2).sum(axis=0)
    return np.asarray(np.where((centred**2).sum(axis=0) > 0, found, np.nan), dtype=np.float64)


def generalized_inflation(fit: Fit, matrix: Floats, columns: Sequence[int]) -> float:
    """The same for a term of several columns, per degree of freedom, so that it reads like one column's.

    References
    ----------
    Fox and Monette (1992), J. Am. Stat. Assoc. 87, 178-183.
    """
    kept = [j for j in columns if j in fit.kept]
    if not kept:
        return math.nan
    part = matrix[:, kept] - matrix[:, kept].mean(axis=0)
    _, own = np.linalg.slogdet(part.T @ part)
    _, shared = np.linalg.slogdet(fit.inverse[np.ix_(kept, kept)])
    return math.exp((own + shared) / len(kept))
