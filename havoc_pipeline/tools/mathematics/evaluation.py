"""What EVALUATE returns: the exact form, the decimal, how the expression was read, and a curve."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.grid import on_grid
from havoc_pipeline.tools.mathematics.parser import parse_expression
from havoc_pipeline.tools.mathematics.tree import Node, variables
from havoc_pipeline.tools.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 801


@dataclass(frozen=True, kw_only=True)
class Evaluation(Result):
    """An expression worked out.

    Attributes
    ----------
    value : float
        The number, as a double; NaN when the result is a formula.
    exact : str
        The result without rounding: a fraction, a multiple of pi, or a formula.
    decimal : str
        The result with at most fifteen digits; empty when it is a formula.
    reading : str
        The expression as it was understood, with every operator written out.
    """

    value: float
    exact: str
    decimal: str
    reading: str
    operation: str
    tree: Node
    variable: str | None = None
    bounds: tuple[float, float] | None = None
    place: float | None = None

    def _numbers(self) -> Iterator[tuple[str, float]]:
        """`value` only: where the expression was looked at is no result."""
        yield "value", self.value

    def figure(self) -> Figure | None:
        """The curve of the expression, with the result's curve, the place or the area; None without a variable."""
        names = variables(self.tree)
        if len(names) != 1:
            return None
        from havoc_pipeline.reports.curves import curve_plot

        name = names[0]
        x = np.linspace(*self._sight(), POINTS)
        curves = {self.reading: on_grid(self.tree, {name: x})}
        made = self._made()
        drawn = self.bounds is None and self.operation in ("differentiate", "integrate")
        if drawn and made is not None and set(variables(made)) <= {name}:
            curves[self.exact] = on_grid(made, {name: x})
        marks = [(self.place, self.value)] if self.place is not None and math.isfinite(self.value) else []
        return curve_plot(x, curves, variable=name, marks=marks, area=self.bounds)

    def _made(self) -> Node | None:
        try:
            return parse_expression(self.exact)
        except ExpressionError:
            return None

    def _sight(self) -> tuple[float, float]:
        """What to show of the axis."""
        if self.bounds is not None:
            low, high = (max(-10.0, min(10.0, b)) if math.isinf(b) else b for b in sorted(self.bounds))
            room = 0.2 * (high - low) or 1.0
            return low - room, high + room
        if self.place is not None:
            reach = max(2.0, abs(self.place))
            return self.place - reach, self.place + reach
        return -5.0, 5.0
