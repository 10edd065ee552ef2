"""Solutions of equations and what SOLVE returns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.tools.mathematics.grid import on_grid
from havoc_pipeline.tools.mathematics.tree import Equation, variables
from havoc_pipeline.tools.result import Finding, Result, ResultTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 801


@dataclass(frozen=True)
class Coordinate:
    """The value of one unknown: exact text where there is one, decimal text, and doubles.

    A formula in other variables has neither decimal nor doubles.
    """

    exact: str | None
    decimal: str
    real: float = math.nan
    imaginary: float = 0.0

    @property
    def is_real(self) -> bool:
        """Whether it is a real number."""
        return self.imaginary == 0 and not math.isnan(self.real)

    @property
    def shown(self) -> str:
        """Exact text, and the decimal where that says more."""
        if self.exact is None:
            return self.decimal
        if not self.decimal or self.exact == self.decimal:
            return self.exact
        return f"{self.exact} ({self.decimal})"


@dataclass(frozen=True)
class Solution:
    """Values of the unknowns that satisfy every equation.

    Attributes
    ----------
    values : mapping of str to Coordinate
    residual : float
        Largest difference between two sides after putting the values in.
    multiplicity : int
        Of a root of a polynomial; 0 where it is not known.
    """

    values: Mapping[str, Coordinate]
    residual: float
    multiplicity: int = 0

    @property
    def is_real(self) -> bool:
        """Whether every unknown is a real number."""
        return all(value.is_real for value in self.values.values())

    @property
    def is_formula(self) -> bool:
        """Whether an unknown is given in terms of others."""
        return any(not value.decimal for value in self.values.values())


@dataclass(frozen=True)
class Found:
    """What a search came to: solutions, of which kind, and what is to be said about them."""

    kind: str
    solutions: tuple[Solution, ...]
    findings: tuple[Finding, ...] = ()
    numeric: bool = False


def coordinate(entry: Mapping[str, Any]) -> Coordinate:
    """A coordinate from the worker's entry."""
    decimal = str(entry.get("decimal", ""))
    real = float(entry.get("real", math.nan))
    return Coordinate(entry.get("exact"), decimal, real, float(entry.get("imaginary", 0.0)))


@dataclass(frozen=True, kw_only=True)
class Solved(Result):
    """Solutions of an equation or a system.

    Attributes
    ----------
    count, real_count : int
        How many solutions are listed, and how many of them are real.
    solutions : tuple of Solution
        Real ones from small to large, then complex ones.
    kind : str
        `some`, `none`, `all`, or `formula` when other variables stay in the solutions.
    """

    count: int
    real_count: int
    solutions: tuple[Solution, ...]
    kind: str
    equations: tuple[Equation, ...]
    unknowns: tuple[str, ...] = field(default=())

    def figure(self) -> Figure | None:
        """Left side minus right side over the unknown, with the real roots; None for systems and formulas."""
        if len(self.equations) != 1 or variables(self.equations[0]) != self.unknowns or not self.unknowns:
            return None
        from havoc_pipeline.reports.curves import curve_plot

        name = self.unknowns[0]
        roots = [s.values[name].real for s in self.solutions if s.is_real]
        low, high = (min(roots), max(roots)) if roots else (-5.0, 5.0)
        room = max(1.0, 0.3 * (high - low))
        x = np.linspace(low - room, high + room, POINTS)
        heights = on_grid(self.equations[0], {name: x})
        return curve_plot(x, {"left side minus right side": heights}, variable=name, marks=[(r, 0.0) for r in roots])


def values_of(solutions: tuple[Solution, ...]) -> dict[str, float]:
    """Named values: `x` for the only real solution, else `x_1`, `x_2`, … for the real ones in order."""
    real = [solution for solution in solutions if solution.is_real]
    named = dict[str, float]()
    for number, solution in enumerate(real, 1):
        for name, value in solution.values.items():
            alone = len(real) == 1 and name not in ("count", "real_count")
            named[name if alone else f"{name}_{number}"] = value.real
    return named


def table_of(solutions: tuple[Solution, ...]) -> ResultTable:
    """Every solution with exact form, decimal, multiplicity and residual."""
    columns = ("solution", "unknown", "exact", "decimal", "kind", "multiplicity", "residual")
    return ResultTable("Solutions", columns, tuple(_rows(solutions)))


def _rows(solutions: tuple[Solution, ...]) -> Iterator[tuple[Any, ...]]:
    for number, solution in enumerate(solutions, 1):
        for name, value in solution.values.items():
            kind = "formula" if not value.decimal else "real" if value.is_real else "complex"
            times = solution.multiplicity or ""
            yield number, name, value.exact or "", value.decimal, kind, times, solution.residual
