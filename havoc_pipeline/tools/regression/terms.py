"""A linear model's terms over its predictors, and the columns they stand for.

Columns come in two codings of the same model. `plain`: numeric predictors as they are, categories
against their first level; its coefficients are what a reader wants. `centred`: numeric predictors
about their means, categories against the average of the levels; its terms can be tested one by one.
Every column is a pair `high + low`, so that products and powers keep what rounding would take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from havoc_pipeline.tools.regression.double_double import multiply, two_sum
from havoc_pipeline.tools.samples import Factor, Floats, Numeric

Predictor = Numeric | Factor
Pairs = tuple[Floats, Floats]
MOST_POWER = 12


@dataclass(frozen=True)
class Term:
    """A main effect `(i,)`, an interaction `(i, j)` or a square `(i, i)` of predictors."""

    name: str
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Columns:
    """Columns of a model, the constant first.

    Attributes
    ----------
    names : tuple of str, length p
    terms : int array, shape (p,)
        Term of each column; -1 for the constant.
    high, low : float array, shape (n, p)
    """

    names: tuple[str, ...]
    terms: tuple[int, ...]
    high: Floats
    low: Floats


@dataclass(frozen=True)
class LinearModel:
    """Predictors over the rows in use (none missing), and the terms made of them.

    Attributes
    ----------
    centres, scales : float array, shape (k,)
        Of the centred coding; 0 and 1 for a category.
    """

    predictors: tuple[Predictor, ...]
    terms: tuple[Term, ...]
    centres: Floats
    scales: Floats

    @property
    def numeric(self) -> tuple[int, ...]:
        """Places of the numeric predictors."""
        return tuple(i for i, p in enumerate(self.predictors) if isinstance(p, Numeric))

    def columns(self, data: Sequence[Predictor], *, centred: bool) -> Columns:
        """The model's columns over `data`, which holds values of the same predictors, n rows each."""
        base = [self._base(place, data, centred) for place in range(len(self.predictors))]
        n = base[0][1][0].shape[0]
        names, terms = ["constant"], [-1]
        high, low = [np.ones((n, 1))], [np.zeros((n, 1))]
        for place, term in enumerate(self.terms):
            labels, pair = _term_columns(term, base)
            names += labels
            terms += [place] * len(labels)
            high.append(pair[0])
            low.append(pair[1])
        return Columns(tuple(names), tuple(terms), np.hstack(high), np.hstack(low))

    def _base(self, place: int, data: Sequence[Predictor], centred: bool) -> tuple[list[str], Pairs]:
        predictor, known = data[place], self.predictors[place]
        if isinstance(predictor, Numeric):
            pair = _numeric_pair(predictor, data)
            if centred:
                high, error = two_sum(pair[0], np.full_like(pair[0], -self.centres[place]))
                pair = (high / self.scales[place], (error + pair[1]) / self.scales[place])
            return [predictor.name], (pair[0][:, None], pair[1][:, None])
        levels = known.levels if isinstance(known, Factor) else predictor.levels
        names = [f"{predictor.name} = {level}" for level in levels[1:]]
        first = predictor.where(levels[0]).astype(float)
        columns = [predictor.where(level).astype(float) - (first if centred else 0) for level in levels[1:]]
        high = np.column_stack(columns)
        return names, (high, np.zeros_like(high))


def linear_model(predictors: Sequence[Predictor], form: str) -> LinearModel:
    """The model of a form over predictors without missing values.

    Parameters
    ----------
    predictors : sequence of Numeric or Factor
    form : {"linear", "interactions", "quadratic"}
        Main effects; with all two-factor interactions; and with squares of the numeric predictors.
    """
    names = [p.name for p in predictors]
    terms = [Term(name, (i,)) for i, name in enumerate(names)]
    if form == "quadratic":
        terms += [Term(f"{names[i]}²", (i, i)) for i, p in enumerate(predictors) if isinstance(p, Numeric)]
    if form != "linear":
        terms += [Term(f"{names[i]} × {names[j]}", (i, j)) for i, j in combinations(range(len(names)), 2)]
    centres = [float(p.values.mean()) if isinstance(p, Numeric) else 0.0 for p in predictors]
    spreads = [float(p.values.std()) if isinstance(p, Numeric) else 1.0 for p in predictors]
    scales = np.ldexp(1.0, np.frexp(np.where(np.array(spreads) > 0, spreads, 1.0))[1])
    return LinearModel(tuple(predictors), tuple(terms), np.array(centres), np.asarray(scales, dtype=np.float64))


def _term_columns(term: Term, base: Sequence[tuple[list[str], Pairs]]) -> tuple[list[str], Pairs]:
    names, pair = base[term.parts[0]]
    if len(term.parts) == 1:
        return names, pair
    if term.parts[0] == term.parts[1]:
        return [term.name], multiply(pair, pair)
    other_names, other = base[term.parts[1]]
    labels = [f"{a} × {b}" for a in names for b in other_names]
    products = [multiply((pair[0][:, [i]], pair[1][:, [i]]), other) for i in range(len(names))]
    return labels, (np.hstack([high for high, _ in products]), np.hstack([low for _, low in products]))


def _numeric_pair(predictor: Numeric, data: Sequence[Predictor]) -> Pairs:
    """Values with the low-order part that a power of another predictor lost when it was rounded."""
    nothing = np.zeros_like(predictor.values)
    for base in data:
        if isinstance(base, Numeric) and base is not predictor and predictor.sources == (base.name,):
            power = _power_of(predictor.values, base.values)
            if power:
                return _power((base.values, nothing), power)
    return predictor.values, nothing


def _power_of(values: Floats, base: Floats) -> int:
    with np.errstate(over="ignore"):
        fitting = (k for k in range(2, MOST_POWER + 1) if np.array_equal(values, base ** float(k)))
    return next(fitting, 0)


def _power(pair: Pairs, exponent: int) -> Pairs:
    found = pair
    for _ in range(exponent - 1):
        found = multiply(found, pair)
    return found
