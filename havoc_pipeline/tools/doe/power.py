"""Power of a design: the chance to detect an effect of a given size."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy.special import fdtri, ncfdtr

from havoc_pipeline.tools.doe.assessment import Assessment
from havoc_pipeline.tools.doe.model_terms import CodedFactor, Term
from havoc_pipeline.tools.samples import Floats

ENOUGH = 0.8
"""Power that is customarily held to be enough."""
LARGEST_EFFECT = 1e4


def term_power(fitted: Assessment, factors: list[CodedFactor], term: Term, effect: float, alpha: float) -> float:
    """Chance to find a term significant when it moves the response by `effect` sigma over its range.

    Parameters
    ----------
    fitted : Assessment
    factors : list of CodedFactor
    term : Term
        A main effect, or a term of one column; for categories the two outermost levels differ by
        the effect, the others lie half-way (the least favourable pair is taken).
    effect : float
        In standard deviations of the error.
    alpha : float
        Significance level.

    Returns
    -------
    float
        NaN when the model leaves no degrees of freedom or the term cannot be estimated.

    References
    ----------
    Montgomery (2019), Design and Analysis of Experiments, section 3.7; Liu (1997), Statistica Sinica 7,
    (least favourable configuration of a range).
    """
    noncentrality = effect**2 * sensitivity(fitted, factors, term)
    size, df = len(term.columns), fitted.error_df
    if df < 1 or math.isnan(noncentrality):
        return math.nan
    critical = float(fdtri(size, df, 1 - alpha))
    return 1.0 - float(ncfdtr(size, df, noncentrality, critical))


def sensitivity(fitted: Assessment, factors: list[CodedFactor], term: Term) -> float:
    """Noncentrality of the term's F-test for an effect of one sigma; NaN when it has none."""
    places = [int(np.flatnonzero(fitted.kept == column)[0]) for column in term.columns if column in fitted.kept]
    if len(places) < len(term.columns):
        return math.nan
    information = np.linalg.inv(fitted.inverse[np.ix_(places, places)])
    shapes = _coefficients(factors, term)
    return min((float(b @ information @ b) for b in shapes), default=math.nan)


def _coefficients(factors: list[CodedFactor], term: Term) -> list[Floats]:
    """Coefficients of the term for an effect of one sigma: one set, or one for each two categories."""
    factor = factors[term.factors[0]]
    if len(term.columns) == 1:
        reach = 1.0 if term.is_square else 2.0
        return [np.array([1.0 / reach])]
    if len(term.factors) > 1 or factor.contrasts is None:
        return []
    levels = factor.contrasts.shape[0]
    return [(factor.contrasts[a] - factor.contrasts[b]) / (2 * levels) for a, b in combinations(range(levels), 2)]


def main_effect_power(fitted: Assessment, factors: list[CodedFactor], effect: float, alpha: float) -> float:
    """Power of the main effect that the design finds hardest; NaN when it cannot be computed."""
    powers = [term_power(fitted, factors, t, effect, alpha) for t in fitted.model.terms if len(t.factors) == 1]
    return min(powers, default=math.nan) if not any(map(math.isnan, powers)) else math.nan


def detectable_effect(fitted: Assessment, factors: list[CodedFactor], alpha: float, power: float = ENOUGH) -> float:
    """Effect in sigma that every main effect is detected at with this power; NaN when it has none."""
    low, high = 0.0, 1.0
    while not main_effect_power(fitted, factors, high, alpha) >= power:
        low, high = high, 2 * high
        if high > LARGEST_EFFECT:
            return math.nan
    for _ in range(60):
        middle = (low + high) / 2
        enough = main_effect_power(fitted, factors, middle, alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high
