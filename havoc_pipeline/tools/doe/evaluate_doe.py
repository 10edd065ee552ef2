"""Judging a design that stands in a table: what its runs can tell apart, and how well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.doe.coding import code_runs
from havoc_pipeline.tools.doe.design_evaluation import DesignEvaluation, evaluate
from havoc_pipeline.tools.doe.factor_columns import factor_columns
from havoc_pipeline.tools.doe.model_choice import largest_estimable
from havoc_pipeline.tools.doe.model_terms import ModelKind
from havoc_pipeline.tools.doe.response_error import error_finding, error_sigma
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Finding, Result
from havoc_pipeline.tools.samples import Factor, Numeric, complete

MOST_FACTORS = 30


@tool("EVALUATE_DOE", family="doe")
def evaluate_doe(
    table: Any,
    factors: list[Numeric | Factor] | None = None,
    model: ModelKind | None = None,
    response: Numeric | None = None,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Judge an experimental design in a table: balance, orthogonality, aliases, efficiency, power.

    Parameters
    ----------
    factors : one or more columns
        What was set in each run; numbers are continuous, texts categories. Left out: every column
        with few settings that is no identifier, order, block or outcome.
    model : word
        linear (main effects), interactions (and two-factor interactions) or quadratic (and squares).
        Left out: the largest of them that the runs can estimate.
    response : column
        What was measured; runs without a value do not enter, and the error found in it puts the
        detectable effect into its unit.
    alpha : number
        Significance level for the power.

    Returns
    -------
    DesignEvaluation
        `supported` when every term can be estimated and no variance inflation factor exceeds 5.

    Raises
    ------
    DataError
        When a factor does not vary, no column looks like a factor, or there are fewer than two runs.
    CommandError
        With more than 30 factors or one named twice.

    References
    ----------
    Box and Hunter (1961), Technometrics 3, 311-351; Deng and Tang (1999), Statistica Sinica 9,
    1071-1082; Atkinson, Donev and Tobias (2007), Optimum Experimental Designs, with SAS.

    In words
    --------
    Judge the experimental design in {factors}
    Judge the experimental design that stands in the table

    Example
    -------
    EVALUATE_DOE factors=[temperature, pressure, time] model=interactions
    """
    samples = factors if factors is not None else factor_columns(table, response.name if response is not None else None)
    _check(samples, response)
    rows = _rows_in_use(samples, response)
    coded = code_runs([sample.rows(rows) for sample in samples])
    kind, why = (model, "") if model is not None else largest_estimable(coded)
    result = evaluate(coded, kind, why, float(alpha))
    if response is not None:
        result = _with_error(result, response, rows)
    if factors is None:
        result = _with_found(result)
    return replace(result, series={"leverage": _spread(result.fitted.leverage, rows)})


def _check(samples: list[Numeric | Factor], response: Numeric | None) -> None:
    if len(samples) > MOST_FACTORS:
        raise CommandError(
            f"{len(samples)} factors are too many; the limit is {MOST_FACTORS}: name those that were set"
        )
    names = [sample.name for sample in samples]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CommandError(f"`{twice}` is named twice in factors=; name each column once")
    if response is not None and response.name in names:
        raise CommandError(f"`{response.name}` is named as a factor and as the response; leave it out of one of them")


def _rows_in_use(samples: list[Numeric | Factor], response: Numeric | None) -> NDArray[np.bool_]:
    """Runs in which every setting, and the response when there is one, is known."""
    rows, _ = complete(*samples, *([response] if response is not None else []))
    known = int(rows.sum())
    if known < 2:
        raise DataError(
            f"{known} of {rows.size} runs have all settings; a design needs 2 or more: fill in what is missing"
        )
    return rows


def _with_error(result: DesignEvaluation, response: Numeric, rows: NDArray[np.bool_]) -> DesignEvaluation:
    """The result with the error seen in the response, and the detectable effect in its unit."""
    sigma, df, source = error_sigma(result.fitted, result.coded.matrix, response.values[rows])
    detectable = {"detectable_difference": sigma * result.detectable_effect}
    finding = error_finding(response.name, sigma, df, source, int(response.missing.sum()))
    extra = dict(result.extra) | {"sigma": sigma, "sigma_df": float(df)} | detectable
    return replace(result, extra=extra, findings=(*result.findings, finding))


def _with_found(result: DesignEvaluation) -> DesignEvaluation:
    """The result with a finding that says which columns were taken for factors."""
    text = f"taken for factors, since none were named: {', '.join(result.names)}"
    mend = "name them with factors=[…] if these are not the ones"
    finding = Finding("factors", "note", text, float(result.factors), mend=mend)
    said = {"factors": "columns with few settings that are no identifier, order, block or outcome"}
    return replace(result, findings=(finding, *result.findings), conventions=said | dict(result.conventions))


def _spread(values: NDArray[np.float64], rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """`values` at the rows in use, NaN elsewhere."""
    whole = np.full(rows.size, np.nan)
    whole[rows] = values
    return whole
