"""A linear model fitted to a response, with what follows from the fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.regression import diagnostics
from havoc_pipeline.tools.regression.least_squares import Fit, least_squares
from havoc_pipeline.tools.regression.terms import Columns, LinearModel
from havoc_pipeline.tools.samples import Floats, Numeric

MOST_CELLS = 2e8
"""Rows times columns of a model beyond which memory would run out."""


@dataclass(frozen=True)
class Fitted:
    """A model, its fits in both codings, and the response over the rows in use.

    Attributes
    ----------
    plain, centred : pair of Columns and Fit
    y : float array, shape (n,)
    lines : float array, shape (n,)
        Place of each row among the rows in use, from 1.
    """

    model: LinearModel
    plain: tuple[Columns, Fit]
    centred: tuple[Columns, Fit]
    y: Floats
    lines: Floats

    @cached_property
    def total(self) -> float:
        """Sum of squares about the mean."""
        return float(((self.y - self.y.mean()) ** 2).sum())

    @property
    def exact(self) -> bool:
        """Whether the model reproduces the response to rounding."""
        return self.centred[1].rss <= 1e-20 * self.total

    @property
    def r_squared(self) -> float:
        """Share of the variation that the model accounts for."""
        return 1 - self.centred[1].rss / self.total

    @property
    def adjusted_r_squared(self) -> float:
        """The same with each sum of squares over its degrees of freedom."""
        fit = self.centred[1]
        return 1 - fit.rss / fit.df / (self.total / (self.y.size - 1))

    @property
    def predicted_r_squared(self) -> float:
        """The same for rows left out one at a time; NaN when a row is fitted exactly."""
        return 1 - diagnostics.press(self.centred[1]) / self.total

    @cached_property
    def lack_of_fit(self) -> diagnostics.Test | None:
        """Test against repeats, or None without any."""
        points = [p.values if isinstance(p, Numeric) else p.labels.astype(str) for p in self.model.predictors]
        return diagnostics.lack_of_fit(self.centred[1], self.y, points)

    @cached_property
    def term_tests(self) -> list[tuple[diagnostics.Test, float]]:
        """F and adjusted sum of squares of each term; NaN for one that was left out."""
        return [
            diagnostics.term_test(self.centred[1], self.columns_of(place)) for place in range(len(self.model.terms))
        ]

    def columns_of(self, term: int) -> list[int]:
        """Positions of a term's columns."""
        return [j for j, owner in enumerate(self.centred[0].terms) if owner == term]

    def log_likelihood(self) -> float:
        """Largest log-likelihood under normal errors; infinite for an exact fit."""
        n, rss = self.y.size, self.centred[1].rss
        return -n / 2 * (math.log(2 * math.pi) + 1 + math.log(rss / n)) if rss > 0 else math.inf


def fit_model(model: LinearModel, y: Floats, lines: Floats) -> Fitted:
    """Fit `y` (shape (n,)) by `model`; `lines` says where its rows stand.

    Raises
    ------
    DataError
        When rows leave no degrees of freedom for error.
    """
    plain = model.columns(model.predictors, centred=False)
    n, p = plain.high.shape
    if n * p > MOST_CELLS:
        raise DataError(f"{n} rows and {p} coefficients are too many at once; name fewer predictors or filter rows")
    centred = model.columns(model.predictors, centred=True)
    fit = least_squares(centred.high, y, centred.low)
    if fit.df < 1:
        raise DataError(
            f"{n} rows leave no degrees of freedom for error beside {len(fit.kept)} coefficients (at least "
            f"{len(fit.kept) + 1} rows are needed); name fewer predictors, use model=linear, or add rows"
        )
    return Fitted(model, (plain, least_squares(plain.high, y, plain.low)), (centred, fit), y, lines)
