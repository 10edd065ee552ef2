"""Definite integrals by adaptive quadrature, for what has no closed form and to check what has one.

The variable is changed doubly exponentially, which tames singular ends and infinite bounds; the new
integral is halved adaptively under a Gauss-Kronrod rule, which copes with corners inside. (SciPy's
`quad` is not used: it ends the process when an integrand has no value somewhere, scipy issue 14945.)

References
----------
Takahasi and Mori (1974), Publ. RIMS 9, 721-741 (double exponential change of variable).
Piessens et al. (1983), QUADPACK, section 2.2.1 (rule of 7 and 15 points and its error estimate).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.mathematics.grid import on_grid
from havoc_pipeline.tools.mathematics.tree import Node

Floats = NDArray[np.float64]

REACH = 4.5
"""The new variable runs from -4.5 to 4.5, where the weight has fallen to 1e-61."""
TARGET = 1e-13
RELIABLE = 1e-6
MOST_PANELS = 4_000
ROUNDS = 40
TAIL = 1e-6
"""An integrand that has not fallen to this share of its largest value at the last places near the
bounds where it can be told from infinite does not converge; what is left counts as error."""

_KRONROD_HALF = (
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
    0.741531185599394439863864773280788, 0.586087235467691130294144838258730, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0.0,
)  # fmt: skip
_KRONROD_WEIGHTS = (
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
    0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
)  # fmt: skip
_GAUSS_WEIGHTS = (
    0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975,
    0.417959183673469387755102040816327,
)  # fmt: skip
NODES = np.array([*(-x for x in _KRONROD_HALF), *_KRONROD_HALF[-2::-1]])
KRONROD = np.array([*_KRONROD_WEIGHTS, *_KRONROD_WEIGHTS[-2::-1]])
GAUSS = np.zeros(15)
GAUSS[1::2] = [*_GAUSS_WEIGHTS, *_GAUSS_WEIGHTS[-2::-1]]


@dataclass(frozen=True)
class Area:
    """A numeric integral, the estimate of its error, and whether it can be relied on.

    `converges` is false when the integrand does not fall off towards the bounds, `defined` when it
    has no value somewhere between them.
    """

    value: float
    error: float
    reliable: bool
    converges: bool = True
    defined: bool = True


def integrate_numerically(tree: Node, variable: str, lower: float, upper: float) -> Area:
    """Integrate an expression in one variable.

    Parameters
    ----------
    tree : Node
    variable : str
    lower, upper : float
        May be infinite.

    Returns
    -------
    Area
    """
    if lower == upper:
        return Area(0.0, 0.0, True)
    if lower > upper:
        turned = integrate_numerically(tree, variable, upper, lower)
        return replace(turned, value=-turned.value)
    holes = list[bool]()

    def raw(t: Floats) -> Floats:
        x, weight = _changed(t, lower, upper)
        with np.errstate(all="ignore"):
            return np.asarray(on_grid(tree, {variable: x}) * weight)

    def height(t: Floats) -> Floats:
        values = raw(t)
        holes.append(bool(np.any(~np.isfinite(values) & (np.abs(t) < REACH / 2))))
        return np.where(np.isfinite(values), values, 0.0)

    value, error = _adaptive(height)
    return _area(np.abs(raw(np.linspace(-REACH, REACH, 901))), value, error, any(holes))


def _area(sizes: Floats, value: float, error: float, holes: bool) -> Area:
    """What the rule found, with the size of the integrand near the bounds held against it."""
    kept = sizes[np.isfinite(sizes)]
    tail = float(max(kept[0], kept[-1])) if kept.size else 0.0
    converges = tail <= TAIL * max(float(kept.max(initial=0.0)), 1e-300)
    error = error + tail
    content = math.isfinite(value) and error <= RELIABLE * max(1.0, abs(value))
    return Area(value, error, converges and content and not holes, converges, not holes)


def _changed(t: Floats, lower: float, upper: float) -> tuple[Floats, Floats]:
    """Places for the new variable `t`, and what the integrand is multiplied by there."""
    u, slope = np.pi / 2 * np.sinh(t), np.pi / 2 * np.cosh(t)
    if math.isinf(lower) and math.isinf(upper):
        return np.sinh(u), slope * np.cosh(u)
    if math.isinf(upper):
        return lower + np.exp(u), slope * np.exp(u)
    if math.isinf(lower):
        return upper - np.exp(-u), slope * np.exp(-u)
    from_end = (upper - lower) / (1 + np.exp(2 * np.abs(u)))
    x = np.where(t < 0, lower + from_end, upper - from_end)
    return x, (upper - lower) / 2 * slope / np.cosh(u) ** 2


def _adaptive(height: Callable[[Floats], Floats]) -> tuple[float, float]:
    """Integral of `height` over the new variable, with an estimate of its error."""
    edges = np.linspace(-REACH, REACH, 13)
    low, high = edges[:-1], edges[1:]
    done_value, done_error = 0.0, 0.0
    for _ in range(ROUNDS):
        values, errors = _panels(height, low, high)
        total = abs(done_value + values.sum())
        fine = errors <= TARGET * max(total, 1e-300) * (high - low) / (2 * REACH)
        done_value, done_error = done_value + values[fine].sum(), done_error + errors[fine].sum()
        if fine.all() or 2 * np.sum(~fine) > MOST_PANELS:
            done_value, done_error = done_value + values[~fine].sum(), done_error + errors[~fine].sum()
            break
        middle = (low[~fine] + high[~fine]) / 2
        low, high = np.concatenate([low[~fine], middle]), np.concatenate([middle, high[~fine]])
    else:
        values, errors = _panels(height, low, high)
        done_value, done_error = done_value + values.sum(), done_error + errors.sum()
    return float(done_value), float(done_error) + 1e-15 * abs(float(done_value))


def _panels(height: Callable[[Floats], Floats], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Integral and error estimate over each panel, shape (p,)."""
    half, middle = (high - low) / 2, (high + low) / 2
    values = height((middle[:, None] + half[:, None] * NODES).ravel()).reshape(-1, NODES.size)
    with np.errstate(all="ignore"):
        return _ruled(values, half)


def _ruled(values: Floats, half: Floats) -> tuple[Floats, Floats]:
    """Kronrod's integral and QUADPACK's error estimate from heights of shape (p, 15)."""
    kronrod, gauss = half * (values @ KRONROD), half * (values @ GAUSS)
    spread = half * (np.abs(values - (kronrod / (2 * half))[:, None]) @ KRONROD)
    gap = np.abs(kronrod - gauss)
    sharp = spread * np.minimum(1.0, (200 * gap / spread) ** 1.5)
    noise = 50 * np.finfo(float).eps * half * (np.abs(values) @ KRONROD)
    return kronrod, np.where(gap <= noise, 0.02 * noise, np.where(spread > 0, sharp, gap))


def has_pole(divisors: tuple[Node, ...], variable: str, lower: float, upper: float) -> bool:
    """Whether a divisor changes its sign, or is zero, strictly between the bounds."""
    low, high = max(min(lower, upper), -1e4), min(max(lower, upper), 1e4)
    grid = np.linspace(low, high, 4_002)[1:-1]
    for divisor in divisors:
        values = on_grid(divisor, {variable: grid})
        if np.any(values == 0) or np.any(np.sign(values[:-1]) * np.sign(values[1:]) < 0):
            return True
    return False
