"""Checks of symbolic results by numbers: two expressions, or a curve and its slope, at many places."""

from __future__ import annotations

import numpy as np

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.grid import Floats, on_grid
from havoc_pipeline.tools.mathematics.parser import parse_expression
from havoc_pipeline.tools.mathematics.tree import Node, variables
from havoc_pipeline.tools.result import Finding

PLACES = 60
TOLERANCE = 1e-8
SLOPE_TOLERANCE = 1e-5
FEWEST = 3
REFERENCE = "Schwartz (1980), J. ACM 27, 701-717 (testing identities at random places)"


def equality(given: Node, result: str, what: str) -> Finding:
    """Whether a result equals the expression it was made from.

    Parameters
    ----------
    given : Node
    result : str
        The result as text.
    what : str
        Name of the result, for the finding.
    """
    return _finding(_places_of(given), given, result, what, None)


def slope(given: Node, result: str, variable: str, what: str) -> Finding:
    """Whether a result is the slope of `given`, by central differences."""
    return _finding(_places_of(given, variable), given, result, what, variable)


def antiderivative(given: Node, result: str, variable: str) -> Finding:
    """Whether the slope of an antiderivative is the expression that was integrated."""
    whole = _parsed(result)
    if whole is None:
        return _not_checked("the antiderivative holds a function that is not checked by numbers")
    places = _places_of(given, variable) | _places_of(whole)
    return _judged(_slope_of(whole, variable, places), on_grid(given, places), "the antiderivative", SLOPE_TOLERANCE)


def _finding(places: dict[str, Floats], given: Node, result: str, what: str, variable: str | None) -> Finding:
    made = _parsed(result)
    if made is None:
        return _not_checked(f"{what} holds a function that is not checked by numbers")
    places = _places_of(made) | places
    if variable is None:
        return _judged(on_grid(made, places), on_grid(given, places), what, TOLERANCE)
    return _judged(on_grid(made, places), _slope_of(given, variable, places), what, SLOPE_TOLERANCE)


def _parsed(result: str) -> Node | None:
    try:
        return parse_expression(result)
    except ExpressionError:
        return None


def _places_of(tree: Node, *more: str) -> dict[str, Floats]:
    """Fixed arbitrary places for each variable, positive and negative."""
    names = dict.fromkeys([*variables(tree), *more])
    draw = np.random.default_rng(20260301)
    return {name: draw.uniform(-3, 3, PLACES) for name in names}


def _slope_of(tree: Node, variable: str, places: dict[str, Floats]) -> Floats:
    step = 1e-5
    above, below = (on_grid(tree, places | {variable: places[variable] + h}) for h in (step, -step))
    return (above - below) / (2 * step)


def _judged(made: Floats, wanted: Floats, what: str, tolerance: float) -> Finding:
    known = np.isfinite(made) & np.isfinite(wanted)
    if known.sum() < min(FEWEST, made.size):
        return _not_checked(f"{what} could not be compared: too few places have a real value")
    gap = float(np.max(np.abs(made - wanted)[known] / np.maximum(1.0, np.abs(wanted[known]))))
    good = gap <= tolerance
    text = (
        f"{what} agrees with the expression at {int(known.sum())} places (largest relative difference {gap:.1g})"
        if good
        else f"{what} differs from the expression by up to {gap:.2g} (relative) at {int(known.sum())} places"
    )
    mend = "" if good else "do not rely on this result; check branches of roots, logarithms and absolute values"
    return Finding("verification", "pass" if good else "fail", text, gap, None, tolerance, REFERENCE, mend)


def _not_checked(text: str) -> Finding:
    return Finding("verification", "note", text, reference=REFERENCE)
