"""Which model a design in a table is judged by, and its building within bounds."""

from __future__ import annotations

from dataclasses import replace

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.doe.assessment import assess
from havoc_pipeline.tools.doe.coding import CodedRuns
from havoc_pipeline.tools.doe.model_terms import Model, ModelKind, build_model

LARGEST_MATRIX = 2e7
"""Cells (runs times columns) up to which a model is built."""

MODEL_NAMES: dict[ModelKind, str] = {
    "linear": "main-effects",
    "interactions": "two-factor-interactions",
    "quadratic": "quadratic",
}


def largest_estimable(coded: CodedRuns) -> tuple[ModelKind, str]:
    """The largest model whose terms can all be estimated, and how it was chosen.

    Parameters
    ----------
    coded : CodedRuns

    Returns
    -------
    kind : {"linear", "interactions", "quadratic"}
    why : str
    """
    larger: list[ModelKind] = (
        ["quadratic", "interactions"] if any(f.curved for f in coded.factors) else ["interactions"]
    )
    for kind in larger:
        size = columns_of(coded, kind)
        fits = size <= coded.runs and size * coded.runs <= LARGEST_MATRIX
        if fits and not assess(build(coded, kind), coded.matrix).aliased:
            return kind, "the largest of quadratic, interactions, linear that the runs can estimate"
    return "linear", "main effects, since the runs cannot estimate a larger model"


def columns_of(coded: CodedRuns, kind: ModelKind) -> int:
    """Columns of a model, with the constant, before it is built."""
    widths = [int(factor.columns.shape[1]) for factor in coded.factors]
    pairs = (sum(widths) ** 2 - sum(width * width for width in widths)) // 2
    squares = sum(factor.curved for factor in coded.factors)
    return 1 + sum(widths) + (pairs if kind != "linear" else 0) + (squares if kind == "quadratic" else 0)


def build(coded: CodedRuns, kind: ModelKind, *, every_square: bool = False) -> Model:
    """The model over the runs.

    Parameters
    ----------
    coded : CodedRuns
    kind : {"linear", "interactions", "quadratic"}
    every_square : bool
        Whether a quadratic model has the square of every continuous factor, also of those whose
        settings do not allow it.

    Raises
    ------
    DataError
        When its matrix would be larger than twenty million cells.
    """
    cells = columns_of(coded, kind) * coded.runs
    if cells > LARGEST_MATRIX:
        raise DataError(
            f"the {MODEL_NAMES[kind]} model over {coded.runs} runs has {cells:.2g} cells; the limit is "
            f"{LARGEST_MATRIX:.0g}: take model=linear, name fewer factors, or filter the runs with where="
        )
    factors = [replace(f, curved=f.contrasts is None) if every_square else f for f in coded.factors]
    return build_model(factors, kind)


def with_every_term(coded: CodedRuns) -> Model:
    """Model with all terms that may be active: interactions, and squares where the settings allow them."""
    return build(coded, "quadratic" if any(factor.curved for factor in coded.factors) else "interactions")
