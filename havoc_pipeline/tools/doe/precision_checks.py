"""Findings on how sure a design's answers are: replication, curvature, leverage, power."""

from __future__ import annotations

import math

from havoc_pipeline.tools.doe.assessment import ZERO, Assessment
from havoc_pipeline.tools.doe.checks import MONTGOMERY
from havoc_pipeline.tools.doe.power import ENOUGH
from havoc_pipeline.tools.result import Finding

ENOUGH_PURE_ERROR = 3
"""Degrees of freedom from which repeated runs give a usable error."""


def replication_finding(fitted: Assessment) -> Finding:
    """Whether repeated runs give an estimate of the error that is free of the model."""
    df, reference = fitted.pure_error_df, f"{MONTGOMERY}, section 6.5 (single replicates)"
    mend = "repeat some runs, or add three to five centre points"
    if df == 0:
        text = "no run is repeated, so there is no pure error to judge effects by"
        text += ", and the model leaves no degrees of freedom at all" if fitted.error_df == 0 else ""
        return Finding("replication", "warn", text, 0.0, None, float(ENOUGH_PURE_ERROR), reference, mend)
    few = df < ENOUGH_PURE_ERROR
    text = f"repeated runs give {degrees(df)} of pure error{', which is little' if few else ''}; "
    text += f"{degrees(fitted.lack_of_fit_df)} are left to see lack of fit"
    limit = float(ENOUGH_PURE_ERROR)
    return Finding(
        "replication", "note" if few else "pass", text, float(df), None, limit, reference, mend if few else ""
    )


def degrees(df: int) -> str:
    """A number of degrees of freedom in words."""
    return f"{df} degree{'s' * (df != 1)} of freedom"


def curvature_finding(center_points: int, *, two_level: bool) -> Finding:
    """Whether bending between the low and the high settings would be seen."""
    reference = f"{MONTGOMERY}, section 6.8 (centre points)"
    if not two_level:
        text = "a factor has three or more settings, so that curvature can be seen"
        return Finding("curvature", "pass", text, reference=reference)
    if center_points:
        text = "centre points show whether the response bends, though not along which factor"
        return Finding("curvature", "pass", f"{center_points} {text}", float(center_points), None, 1.0, reference)
    text = "two settings and no centre points: a response that bends between them is not seen"
    mend = "add three to five centre points where the factors are continuous"
    return Finding("curvature", "warn", text, 0.0, None, 1.0, reference, mend)


def leverage_finding(fitted: Assessment) -> Finding:
    """Whether single runs decide the fit."""
    reference = "Belsley, Kuh and Welsch (1980), Regression Diagnostics, section 2.1"
    largest, limit = float(fitted.leverage.max()), 2 * float(fitted.kept.size) / fitted.runs
    if fitted.error_df == 0:
        text, mend = (
            "the model has as many terms as there are different runs, so every run is fitted exactly",
            "add runs",
        )
        return Finding("leverage", "warn", text, largest, None, limit, reference, mend)
    alone, far = int((fitted.leverage > 1 - ZERO).sum()), int((fitted.leverage > limit + ZERO).sum())
    if alone:
        text = f"{alone} of {fitted.runs} runs would be fitted exactly whatever the result, so nothing checks them"
        return Finding("leverage", "warn", text, largest, None, limit, reference, "repeat those runs")
    text = f"{far or 'no'} run{'s' * (far > 1)} weigh{'s' * (far <= 1)} more than twice the average"
    text += f" (largest leverage {largest:z.2f})"
    mend = "repeat those runs" if far else ""
    return Finding("leverage", "note" if far else "pass", text, largest, None, limit, reference, mend)


def power_finding(one: float, two: float, alpha: float, model: str) -> Finding:
    """Whether effects of one and two standard deviations of the error are likely to be found.

    Parameters
    ----------
    one, two : float
        Power for an effect of one and of two standard deviations; NaN when it cannot be computed.
    alpha : float
        Significance level.
    model : str
        Model in which it was computed.
    """
    reference = "Cohen (1988), Statistical Power Analysis, chapter 2 (0.8 as enough)"
    mend = "replicate the design, add runs, or look for larger effects"
    if math.isnan(two):
        text = "no degrees of freedom are left for the error, or a main effect is aliased: power cannot be computed"
        return Finding("power", "warn", text, None, None, ENOUGH, reference, mend)
    text = f"chance to find a main effect of one standard deviation {one:z.2f}, of two {two:z.2f}"
    text += f" (α = {alpha:g}, {model} model)"
    enough = two >= ENOUGH
    return Finding("power", "pass" if enough else "warn", text, two, None, ENOUGH, reference, "" if enough else mend)
