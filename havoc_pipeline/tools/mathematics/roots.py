"""Real roots of one equation without a closed form: bracketed on a grid, then closed in on.

References
----------
Brent (1973), Algorithms for Minimization without Derivatives, ch. 4 (zeros) and ch. 5 (minima). The
bracket is halved here; halving needs more steps than Brent's method and can never fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.mathematics.grid import on_grid
from havoc_pipeline.tools.mathematics.tree import Equation

Floats = NDArray[np.float64]

REACH = 1e4
DENSE = 60.0
MOST_ROOTS = 40
TOUCHING = 1e-12


@dataclass(frozen=True)
class Root:
    """A root: the equation's two sides differ by `residual` there."""

    value: float
    residual: float


def real_roots(equation: Equation, variable: str) -> list[Root]:
    """Real roots between -10,000 and 10,000 that a grid brackets.

    Parameters
    ----------
    equation : Equation
        In one variable.
    variable : str

    Returns
    -------
    list of Root
        From small to large, at most 40: those nearest to zero. A root between two grid points
        that its neighbour hides is not found.
    """

    def gap(x: Floats) -> Floats:
        return on_grid(equation, {variable: x})

    grid = scan_grid()
    found = [*_crossings(gap, grid), *_touches(gap, grid)]
    nearest = sorted(_apart(found), key=lambda root: abs(root.value))[:MOST_ROOTS]
    return sorted(nearest, key=lambda root: root.value)


def scan_grid() -> Floats:
    """Places to look at: dense around zero, wider apart far from it, shape (n,)."""
    far = np.geomspace(DENSE, REACH, 4_000)
    near = np.linspace(-DENSE, DENSE, 24_001) + 1e-9
    small = np.geomspace(1e-6, 1e-2, 200)
    return np.unique(np.concatenate([-far, near, far, small, -small, [0.0]]))


def _crossings(gap: Callable[[Floats], Floats], grid: Floats) -> Iterator[Root]:
    """Roots at which the sign changes; poles, where it changes too, are left out."""
    values = gap(grid)
    for place in grid[values == 0]:
        yield Root(float(place), 0.0)
    known = np.isfinite(values[:-1]) & np.isfinite(values[1:])
    brackets = np.flatnonzero(known & (np.sign(values[:-1]) * np.sign(values[1:]) < 0))
    low, high = grid[brackets], grid[brackets + 1]
    left = values[brackets]
    for _ in range(200):
        middle = (low + high) / 2
        between = gap(middle)
        same = np.sign(between) == np.sign(left)
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    ends = np.maximum(np.abs(values[brackets]), np.abs(values[brackets + 1]))
    best = np.where(np.abs(_known(gap(low))) <= np.abs(_known(gap(high))), low, high)
    for place, residual, end in zip(best, np.abs(gap(best)), ends, strict=True):
        if np.isfinite(residual) and residual <= 1e-6 * max(1.0, end):
            yield Root(float(place), float(residual))


def _known(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.inf)


def _touches(gap: Callable[[Floats], Floats], grid: Floats) -> Iterator[Root]:
    """Roots at which the sign stays: minima of the size that reach zero."""
    size = _known(np.abs(gap(grid)))
    dips = np.flatnonzero((size[1:-1] < size[:-2]) & (size[1:-1] < size[2:])) + 1
    for dip in dips[np.argsort(size[dips])[:MOST_ROOTS]]:
        place, least = _least(gap, float(grid[dip - 1]), float(grid[dip + 1]))
        around = min(size[dip - 1], size[dip + 1])
        if least <= TOUCHING * max(1.0, around):
            yield Root(place, least)


def _least(gap: Callable[[Floats], Floats], low: float, high: float) -> tuple[float, float]:
    """Place and size of the least absolute value in an interval, by golden sections."""
    share = (np.sqrt(5) - 1) / 2
    for _ in range(80):
        inner = np.array([high - share * (high - low), low + share * (high - low)])
        first, second = _known(np.abs(gap(inner)))
        low, high = (low, float(inner[1])) if first < second else (float(inner[0]), high)
    place = (low + high) / 2
    return place, float(_known(np.abs(gap(np.array([place]))))[0])


def _apart(found: list[Root]) -> list[Root]:
    """One root of each cluster: the one that fits best."""
    kept = list[Root]()
    for root in sorted(found, key=lambda r: r.residual):
        if all(abs(root.value - other.value) > 1e-6 * max(1.0, abs(root.value)) for other in kept):
            kept.append(root)
    return kept
