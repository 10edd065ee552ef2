"""What a design promises for each term: precision, variance inflation, power."""

from __future__ import annotations

import math

import numpy as np

from havoc_pipeline.tools.doe.assessment import Assessment
from havoc_pipeline.tools.doe.model_terms import CodedFactor, Model
from havoc_pipeline.tools.doe.power import term_power
from havoc_pipeline.tools.result import ResultTable

CONVENTIONS = {
    "D-efficiency": "100 |X'X|^(1/p) / n over coded terms (Atkinson, Donev and Tobias)",
    "A-efficiency": "100 p / (n trace (X'X)⁻¹)",
    "G-efficiency": "100 p / (n times the largest leverage of a run)",
    "average prediction variance": "of the mean, in error variances, over the cube from -1 to +1",
    "categories": "orthogonal contrasts of mean square 1",
}


def square_columns(model: Model) -> list[int]:
    """Columns of the model that are squares."""
    return [column for term in model.terms if term.is_square for column in term.columns]


def term_table(fitted: Assessment, factors: list[CodedFactor], alpha: float) -> ResultTable:
    """One row a column of the model: standard error in error sigma, variance inflation, power."""
    rows = []
    for term in fitted.model.terms:
        one, two = (term_power(fitted, factors, term, effect, alpha) for effect in (1.0, 2.0))
        rows += [
            (fitted.model.names[column], *_precision(fitted, column), _cell(one), _cell(two)) for column in term.columns
        ]
    columns = ("term", "standard error [sigma]", "VIF", "power 1 sigma", "power 2 sigma")
    return ResultTable("Terms of the model", columns, tuple(rows))


def _precision(fitted: Assessment, column: int) -> tuple[float | str, float | str]:
    found = np.flatnonzero(fitted.kept == column)
    if not found.size:
        return "aliased", "aliased"
    place = int(found[0])
    return math.sqrt(float(fitted.inverse[place, place])), float(fitted.vif[place - 1])


def _cell(power: float) -> float | str:
    return "not available" if math.isnan(power) else power
