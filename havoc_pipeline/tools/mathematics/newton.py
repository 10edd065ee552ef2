"""Real solutions of a system without a closed form: Newton's method from many starting points.

References
----------
Dennis and Schnabel (1996), Numerical Methods for Unconstrained Optimization and Nonlinear Equations,
ch. 5 and 6 (Newton's method with step halving).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.mathematics.grid import on_grid
from havoc_pipeline.tools.mathematics.tree import Equation

Floats = NDArray[np.float64]

STARTS = 200
STEPS = 60
TOLERANCE = 1e-10


def system_roots(equations: tuple[Equation, ...], names: tuple[str, ...]) -> list[tuple[Floats, float]]:
    """Real solutions that Newton's method reaches, each with its residual.

    Parameters
    ----------
    equations : tuple of Equation
        As many as there are names.
    names : tuple of str

    Returns
    -------
    list of (float array of shape (k,), float)
        In order of the first unknown; others may exist.
    """
    draw = np.random.default_rng(7)
    found = list[tuple[Floats, float]]()
    for number in range(STARTS):
        start = draw.normal(0, 1.0 if number % 2 else 8.0, len(names))
        root = _descend(equations, names, start)
        if root is not None and all(_apart(root[0], other) for other, _ in found):
            found.append(root)
    return sorted(found, key=lambda root: tuple(root[0]))


def _apart(one: Floats, other: Floats) -> bool:
    return bool(np.max(np.abs(one - other)) > 1e-6 * max(1.0, float(np.max(np.abs(other)))))


def _descend(equations: tuple[Equation, ...], names: tuple[str, ...], place: Floats) -> tuple[Floats, float] | None:
    gaps = _gaps(equations, names, place)
    for _ in range(STEPS):
        if not np.all(np.isfinite(gaps)):
            return None
        size = float(np.max(np.abs(gaps)))
        if size < 1e-14:
            break
        step = _step(equations, names, place, gaps)
        if step is None:
            return None
        share = _share(equations, names, place, step, size)
        if share == 0:
            break
        place = place + share * step
        gaps = _gaps(equations, names, place)
    size = float(np.max(np.abs(gaps)))
    return (place, size) if size <= TOLERANCE else None


def _gaps(equations: tuple[Equation, ...], names: tuple[str, ...], place: Floats) -> Floats:
    given = {name: float(value) for name, value in zip(names, place, strict=True)}
    return np.array([float(on_grid(equation, given)) for equation in equations])


def _step(equations: tuple[Equation, ...], names: tuple[str, ...], place: Floats, gaps: Floats) -> Floats | None:
    slopes = np.empty((len(gaps), len(place)))
    for column in range(len(place)):
        width = 1e-7 * max(1.0, abs(place[column]))
        moved = [place + sign * width * np.eye(len(place))[column] for sign in (1, -1)]
        above, below = (_gaps(equations, names, m) for m in moved)
        slopes[:, column] = (above - below) / (2 * width)
    if not np.all(np.isfinite(slopes)):
        return None
    return np.asarray(np.linalg.lstsq(slopes, -gaps, rcond=None)[0])


def _share(equations: tuple[Equation, ...], names: tuple[str, ...], place: Floats, step: Floats, size: float) -> float:
    """The largest halving of a step that lessens the residual; 0 when none does."""
    share = 1.0
    for _ in range(30):
        gaps = _gaps(equations, names, place + share * step)
        if np.all(np.isfinite(gaps)) and float(np.max(np.abs(gaps))) < size:
            return share
        share /= 2
    return 0.0
