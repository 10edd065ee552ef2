"""Linear regression on one or more numeric or categorical predictors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.regression import diagnostics
from havoc_pipeline.tools.regression.findings import regression_findings
from havoc_pipeline.tools.regression.fitted import Fitted, fit_model
from havoc_pipeline.tools.regression.prediction import extrapolation, points_at, predict
from havoc_pipeline.tools.regression.predictors import choose_predictors
from havoc_pipeline.tools.regression.regression import Asked, regression
from havoc_pipeline.tools.regression.terms import Predictor, linear_model
from havoc_pipeline.tools.result import Finding, Result
from havoc_pipeline.tools.samples import Factor, Floats, Numeric, complete

Form = Literal["linear", "interactions", "quadratic"]


@tool("FIT_REGRESSION", family="regression", transforms=("response",))
def fit_regression(
    table: Any,
    response: Numeric,
    predictors: list[Numeric | Factor] | None = None,
    model: Form = "linear",
    predict_at: list[float] | None = None,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Model a measurement by other columns: which matter, by how much, and what to expect.

    Parameters
    ----------
    response : column
        What is to be explained or predicted.
    predictors : column or list of columns
        What may explain it, numeric or categorical; all other columns that qualify when left out.
    model : word
        `linear` has each predictor alone, `interactions` adds all products of two, `quadratic` adds
        squares of the numeric predictors as well.
    predict_at : number or list of numbers
        Values to predict at, one for each numeric predictor in the order of predictors; each
        combination of categories gets its own prediction.
    alpha : number
        Significance level; intervals have level 1 - alpha.

    Returns
    -------
    Regression

    Raises
    ------
    CommandError
        When predictors repeat or hold the response, or predict_at does not fit them.
    DataError
        When there are too few rows for the coefficients, or nothing varies.

    References
    ----------
    Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis; Björck (1967), BIT
    7, 257-278.

    In words
    --------
    Model {response} by {predictors}
    Model {response} by all other columns that qualify

    Example
    -------
    FIT_REGRESSION response=yield predictors=[temperature, pressure] model=quadratic
    """
    findings: list[Finding] = []
    chosen = list(predictors or ())
    if predictors is None:
        chosen, note = choose_predictors(table, response)
        findings.append(note)
    _check_names(response, chosen)
    keep, lost = complete(response, *chosen)
    if lost and predictors is None:
        findings.append(_lost_rows(lost, keep.size))
    y, used = response.values[keep], [predictor.rows(keep) for predictor in chosen]
    varying = [p for p in used if _varies(p)]
    findings += [_constant(p) for p in used if not _varies(p)]
    _check_values(response, y, varying)
    fitted = fit_model(linear_model(varying, model), y, np.flatnonzero(keep).astype(np.float64) + 1)
    findings += regression_findings(fitted)
    asked, found = Asked(response.name, response.unit, float(alpha)), None
    if predict_at:
        points, levels = points_at(fitted.model, predict_at)
        found = predict(fitted.model, fitted.centred[1], points, float(alpha))
        findings.insert(0, extrapolation(fitted.model, fitted.centred[1], predict_at, found))
        asked = Asked(response.name, response.unit, float(alpha), tuple(predict_at), tuple(levels))
    return regression(fitted, asked, found, findings, _series(fitted, keep))


def _check_names(response: Numeric, chosen: Sequence[Predictor]) -> None:
    names = [p.name for p in chosen]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CommandError(f"predictors= names `{twice}` twice; name it once")
    if response.name in names:
        raise CommandError(f"predictors= holds the response `{response.name}` itself; leave it out")


def _varies(predictor: Predictor) -> bool:
    if isinstance(predictor, Factor):
        return len(predictor.levels) > 1
    return predictor.values.size > 0 and float(np.ptp(predictor.values)) > 0


def _constant(predictor: Predictor) -> Finding:
    return Finding("constant predictor", "warn",
                   f"`{predictor.name}` is the same in all rows in use and was left out",
                   mend="widen the filter, or leave it out")  # fmt: skip


def _lost_rows(lost: int, total: int) -> Finding:
    text = f"{lost} of {total} rows lack a value in a column used here and do not enter"
    reference = "Little and Rubin (2019), Statistical Analysis with Missing Data, ch. 3"
    mend = "name only the predictors that matter, so that fewer rows are lost"
    return Finding(
        "missing values", "warn" if lost > 0.1 * total else "note", text, lost / total, None, 0.1, reference, mend
    )


def _check_values(response: Numeric, y: Floats, varying: Sequence[Predictor]) -> None:
    if y.size < 3:
        raise DataError(f"{y.size} row{'s' * (y.size != 1)} with all values; a regression needs at least 3")
    if float(np.ptp(y)) == 0:
        raise DataError(f"all {y.size} values of `{response.name}` equal {y[0]:g}; there is no variation to explain")
    if not varying:
        raise DataError("none of the predictors varies among the rows in use; name others or widen the filter")


def _series(fitted: Fitted, keep: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, Floats]:
    fit = fitted.centred[1]
    parts = {
        "residuals": fit.residuals, "fitted": fit.fitted, "studentized_residuals": diagnostics.studentized(fit),
        "leverage": fit.leverage, "cooks_distance": diagnostics.cooks_distance(fit),
    }  # fmt: skip
    spread = {name: np.full(keep.size, np.nan) for name in parts}
    for name, values in parts.items():
        spread[name][keep] = values
    return spread
