"""Effect sizes of analysis of variance, with intervals through the noncentral F distribution."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import fdtrc, ncfdtr

from havoc_pipeline.tools.hypothesis.ranges import root_of

LARGEST = 1e8
"""Noncentrality beyond which the share is 1 to all digits shown."""
REFERENCE = "Steiger (2004), Psychol. Methods 9, 164-182 (intervals through the noncentral F)"


@dataclass(frozen=True)
class Effect:
    """Shares of variance that a term explains.

    Attributes
    ----------
    eta : float
        Share in the sample (eta squared, or partial eta squared beside other terms).
    omega : float
        The share in the population, nearly without bias (omega squared), cut off at 0.
    low, high : float
        Interval of the population's share.
    """

    eta: float
    omega: float
    low: float
    high: float


def effect(f: float, df: float, df_error: float, n: int, alpha: float) -> Effect:
    """Effect sizes of a term from its F.

    Parameters
    ----------
    f : float
        F of the term; may be infinite.
    df, df_error : float
    n : int
        Number of values.
    alpha : float
        The interval has level 1 - alpha.

    References
    ----------
    Hays (1963), Statistics for Psychologists, ch. 12 (omega squared); Steiger (2004), Psychol.
    Methods 9, 164-182.
    """
    if f == float("inf"):
        return Effect(1.0, 1.0, 1.0, 1.0)
    eta = df * f / (df * f + df_error)
    omega = max(0.0, df * (f - 1) / (df * (f - 1) + n))
    low, high = (noncentrality(f, df, df_error, tail) for tail in (1 - alpha / 2, alpha / 2))
    return Effect(eta, omega, low / (low + n), high / (high + n))


def noncentrality(f: float, df: float, df_error: float, probability: float) -> float:
    """Noncentrality at which F falls below `f` with `probability`; 0 when there is none."""
    if 1 - float(fdtrc(df, df_error, f)) <= probability:
        return 0.0
    if df * f > LARGEST:
        return df * f
    return root_of(lambda nc: probability - float(ncfdtr(df, df_error, nc, f)), 0.0, df * f + 10)
