"""The error seen in a response: between repeated runs, or about the model."""

from __future__ import annotations

import math

import numpy as np

from havoc_pipeline.tools.doe.assessment import Assessment
from havoc_pipeline.tools.doe.precision_checks import degrees
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Floats

ENOUGH = 3
"""Degrees of freedom of pure error from which it is preferred to the residual error."""


def error_sigma(fitted: Assessment, settings: Floats, response: Floats) -> tuple[float, int, str]:
    """Standard deviation of the error, in the response's unit.

    Parameters
    ----------
    fitted : Assessment
    settings : float array, shape (n, c)
        Coded settings, by which repeated runs are recognised.
    response : float array, shape (n,)

    Returns
    -------
    sigma : float
        NaN when there is nothing to estimate it from.
    df : int
    source : str
        `repeated runs`, `residuals of the model` or `nothing`.

    References
    ----------
    Draper and Smith (1998), Applied Regression Analysis, section 2.1 (pure error).
    """
    if fitted.pure_error_df >= ENOUGH or fitted.error_df == fitted.pure_error_df > 0:
        return math.sqrt(_within(settings, response) / fitted.pure_error_df), fitted.pure_error_df, "repeated runs"
    if fitted.error_df == 0:
        return math.nan, 0, "nothing"
    basis, _ = np.linalg.qr(fitted.model.matrix[:, fitted.kept])
    rest = response - response.mean()
    rest = rest - basis @ (basis.T @ rest)
    return math.sqrt(float(rest @ rest) / fitted.error_df), fitted.error_df, "residuals of the model"


def _within(settings: Floats, response: Floats) -> float:
    """Sum of squares within repeated runs."""
    _, group = np.unique(np.round(settings, 9) + 0.0, axis=0, return_inverse=True)
    group = group.ravel()
    means = np.bincount(group, response) / np.bincount(group)
    return float(((response - means[group]) ** 2).sum())


def error_finding(name: str, sigma: float, df: int, source: str, without: int) -> Finding:
    """What the response says about the error, and how many runs have no value.

    Parameters
    ----------
    name : str
        Of the response.
    sigma : float
    df : int
    source : str
    without : int
        Runs that lack a value of the response.
    """
    reference = "Draper and Smith (1998), Applied Regression Analysis, section 2.1"
    lost = f"; {without} run{'s' * (without != 1)} without a value do not enter" if without else ""
    if math.isnan(sigma):
        text, mend = "neither repeated runs nor degrees of freedom to estimate the error from", "repeat some runs"
    elif sigma == 0:
        text, mend = f"no error at all in {source}", "check that repeated runs were really run again, not copied"
    else:
        text = f"standard deviation of the error {sigma:.4g} from {source} ({degrees(df)})"
        mend = "repeat the runs that were lost" if without else ""
    value = None if math.isnan(sigma) else sigma
    return Finding(
        "error of the response", "warn" if mend else "note", f"{name}: {text}{lost}", value, None, None, reference, mend
    )
