"""Which columns of a table may explain a response when the question names none."""

from __future__ import annotations

from typing import Any

import numpy as np

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.regression.terms import Predictor
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Factor, Floats, Numeric

MOST_LEVELS = 12
MOST_MISSING = 0.3
"""Share of missing values from which a column would cost too many rows."""
SAME = 1 - 1e-9
"""Correlation from which two columns say the same."""

_NOT_TAKEN = {
    "identifier": "an identifier", "order": "only the order of the rows", "date": "a date", "text": "free text",
    "empty": "empty", "constant": "the same in every row",
}  # fmt: skip


def choose_predictors(table: Any, response: Numeric) -> tuple[list[Predictor], Finding]:
    """Every other column that can be a predictor, and a finding that says which and why not others.

    Parameters
    ----------
    table : Table
        The rows in use.
    response : Numeric

    Returns
    -------
    list of Numeric or Factor
        At least one.
    Finding

    Raises
    ------
    DataError
        When no column qualifies.
    """
    taken: list[Predictor] = []
    left: dict[str, str] = {}
    for column in table.columns:
        if column.header in response.sources:
            continue
        reason, sample = _candidate(column, response, taken)
        if sample is not None:
            taken.append(sample)
        else:
            left[column.header] = reason
    reasons = "; ".join(f"`{header}` is {reason}" for header, reason in left.items())
    if not taken:
        why = f": {reasons}" if reasons else ""
        raise DataError(f"no column can explain `{response.name}`{why}; name columns with predictors=")
    names = ", ".join(f"`{sample.name}`" for sample in taken)
    text = f"no predictors were named, so all columns that qualify were taken: {names}"
    text += f"; left out: {reasons}" if reasons else ""
    return taken, Finding("choice of predictors", "note", text, float(len(taken)),
                          mend="name them with predictors= where some make no sense as causes")  # fmt: skip


def _candidate(column: Any, response: Numeric, taken: list[Predictor]) -> tuple[str, Predictor | None]:
    if column.kind in _NOT_TAKEN:
        return _NOT_TAKEN[column.kind], None
    if len(column) and column.missing > MOST_MISSING * len(column):
        return f"missing in {column.missing} of {len(column)} rows", None
    if column.distinct < 2:
        return "the same in every row in use", None
    if column.is_numeric:
        return _numeric(column, response, taken)
    present = {label for label in column.labels if label is not None}
    if len(present) > min(MOST_LEVELS, len(column) // 3):
        return f"a text with {len(present)} different values", None
    levels = tuple(level for level in column.levels if level in present)
    return "", Factor(column.header, (column.header,), column.labels, levels)


def _numeric(column: Any, response: Numeric, taken: list[Predictor]) -> tuple[str, Predictor | None]:
    sample = Numeric(column.header, (column.header,), column.numbers, column.unit)
    if abs(_correlation(sample.values, response.values)) > SAME:
        return "a copy of the response", None
    for other in taken:
        if isinstance(other, Numeric) and abs(_correlation(sample.values, other.values)) > SAME:
            return f"the same as `{other.name}` but for scale", None
    return "", sample


def _correlation(x: Floats, y: Floats) -> float:
    known = ~(np.isnan(x) | np.isnan(y))
    if known.sum() < 4:
        return 0.0
    a, b = x[known] - x[known].mean(), y[known] - y[known].mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0
