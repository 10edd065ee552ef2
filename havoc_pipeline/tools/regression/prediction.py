"""What a fitted model expects at given values of its predictors, and how far it can be trusted there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import stdtrit

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.regression.least_squares import Fit
from havoc_pipeline.tools.regression.terms import LinearModel, Predictor
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Factor, Floats, Numeric

MOST_COMBINATIONS = 60


@dataclass(frozen=True)
class Prediction:
    """Expected values at m points, shape (m,) each.

    Attributes
    ----------
    low, high : float array
        Confidence interval of the mean.
    new_low, new_high : float array
        Prediction interval of one new value.
    leverage : float array
        Of the points; beyond the largest in the data they lie outside what was measured.
    """

    mean: Floats
    low: Floats
    high: Floats
    new_low: Floats
    new_high: Floats
    leverage: Floats


def predict(model: LinearModel, fit: Fit, points: Sequence[Predictor], alpha: float) -> Prediction:
    """Predict at `points`, which hold values of the model's predictors, by its centred fit.

    References
    ----------
    Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis, sections 3.4-3.5.
    """
    kept = list(fit.kept)
    rows = model.columns(points, centred=True).high[:, kept]
    inverse = fit.inverse[np.ix_(kept, kept)]
    leverage = np.einsum("ij,jk,ik->i", rows, inverse, rows)
    mean = rows @ fit.coefficients[kept]
    t = float(stdtrit(fit.df, 1 - alpha / 2)) * fit.sigma
    reach, new = t * np.sqrt(leverage), t * np.sqrt(1 + leverage)
    return Prediction(mean, mean - reach, mean + reach, mean - new, mean + new, leverage)


def points_at(model: LinearModel, numbers: Sequence[float]) -> tuple[list[Predictor], list[str]]:
    """Points with the given numbers, one for each combination of the categories' levels.

    Returns
    -------
    list of Numeric or Factor
        Values of the predictors, m rows each.
    list of str
        What distinguishes the points: levels joined, or one empty text.

    Raises
    ------
    CommandError
        When there is not one number a numeric predictor, or too many combinations.
    """
    numeric = [model.predictors[i].name for i in model.numeric]
    if len(numbers) != len(numeric):
        names = ", ".join(f"`{name}`" for name in numeric) or "none here"
        raise CommandError(f"predict_at has {len(numbers)} number{'s' * (len(numbers) != 1)}; it takes one for each "
                           f"numeric predictor, in this order: {names}")  # fmt: skip
    factors = [p for p in model.predictors if isinstance(p, Factor)]
    count = math.prod(len(factor.levels) for factor in factors)
    if count > MOST_COMBINATIONS:
        raise CommandError(
            f"predict_at would need a prediction for each of {count} combinations of categories (at most "
            f"{MOST_COMBINATIONS}); name fewer categorical predictors"
        )
    combinations = list(product(*(factor.levels for factor in factors)))
    return _points(model, list(numbers), combinations), [", ".join(levels) for levels in combinations]


def _points(model: LinearModel, numbers: list[float], combinations: list[tuple[str, ...]]) -> list[Predictor]:
    made: list[Predictor] = []
    given, place = iter(numbers), 0
    for known in model.predictors:
        if isinstance(known, Numeric):
            values = np.full(len(combinations), float(next(given)))
            made.append(Numeric(known.name, (), values, known.unit))
        else:
            labels = np.array([levels[place] for levels in combinations], dtype=object)
            made.append(Factor(known.name, known.sources, labels, known.levels))
            place += 1
    return made


def extrapolation(model: LinearModel, fit: Fit, numbers: Sequence[float], found: Prediction) -> Finding:
    """Whether the point lies within what was measured, one by one and all together."""
    reference = "Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis, section 3.8"
    outside, far = list[str](), 0.0
    for place, number in zip(model.numeric, numbers, strict=True):
        known = model.predictors[place]
        if isinstance(known, Numeric):
            low, high = float(known.values.min()), float(known.values.max())
            beyond = max(low - number, number - high) / (high - low)
            if beyond > 0:
                far = max(far, beyond)
                outside.append(f"{known.name} = {number:g} (measured {low:g} to {high:g})")
    largest, reached = float(fit.leverage.max()), float(found.leverage.max())
    if outside:
        text = f"the prediction lies outside the data: {', '.join(outside)}; the model is not tested there"
        mend = "measure there, or predict within the range"
        return Finding("extrapolation", "fail" if far > 0.5 else "warn", text, far, None, 0.0, reference, mend)
    if reached > largest:
        text = "each value lies within its range, but the combination lies outside the data "
        text += f"(leverage {reached:.3g}, in the data at most {largest:.3g})"
        mend = "measure there, or predict closer to the data"
        return Finding("extrapolation", "warn", text, reached, None, largest, reference, mend)
    return Finding("extrapolation", "pass", "the prediction lies within the data", reached, None, largest, reference)
