"""Double precision with a running bound on the error of every value.

References
----------
Higham (2002), Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.3 (running error
analysis). The standard library's functions are taken as right to two units in the last place, which
the C libraries in use document.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

UNIT = 2.0**-53
LIBRARY = 4 * UNIT
"""Relative error allowed to a function of the standard library."""


class Undecided(ArithmeticError):
    """Raise when double precision cannot tell the answer; ask for arbitrary precision."""


@dataclass(frozen=True)
class Rounded:
    """A number in double precision; the true value lies within `error` of `value`."""

    value: float
    error: float

    def __add__(self, other: Rounded) -> Rounded:
        total = _finite(self.value + other.value)
        return Rounded(total, self.error + other.error + UNIT * abs(total))

    def __mul__(self, other: Rounded) -> Rounded:
        product = _finite(self.value * other.value)
        spread = abs(self.value) * other.error + (abs(other.value) + other.error) * self.error
        return Rounded(product, spread + UNIT * abs(product) + 5e-324)

    def __truediv__(self, other: Rounded) -> Rounded:
        if abs(other.value) <= 2 * other.error:
            raise Undecided("the divisor cannot be told from zero")
        ratio = _finite(self.value / other.value)
        spread = (self.error + abs(ratio) * other.error) / (abs(other.value) - other.error)
        return Rounded(ratio, spread + UNIT * abs(ratio) + 5e-324)

    def __pow__(self, other: Rounded) -> Rounded:
        if self.value == 0 or abs(self.value) <= 2 * self.error:
            raise Undecided("the base cannot be told from zero")
        power = _finite(self.value**other.value)
        relative = abs(other.value) * self.error / (abs(self.value) - self.error)
        relative += abs(math.log(abs(self.value))) * other.error
        return Rounded(power, abs(power) * (1.01 * relative + LIBRARY) + 5e-324)

    @property
    def relative_error(self) -> float:
        """Bound on the relative error; infinite when the value cannot be told from zero."""
        if self.error == 0:
            return 0.0
        return self.error / abs(self.value) if abs(self.value) > self.error else math.inf


def call_rounded(function: str, arguments: list[Rounded]) -> Rounded:
    """A function's value with a bound on its error.

    Parameters
    ----------
    function : str
        A name of `tree.FUNCTIONS`.
    arguments : list of Rounded

    Raises
    ------
    ValueError
        When an argument lies outside the function's domain.
    OverflowError
        When the value is too large.
    Undecided
        When the argument's error leaves the value open.
    """
    first = arguments[0]
    if function in ("min", "max"):
        return _extreme(function, arguments)
    if function == "log" and len(arguments) == 2:
        return call_rounded("log", [first]) / call_rounded("log", arguments[1:])
    if function in _STEPS:
        return _step(function, first)
    if function in _RECIPROCALS:
        return Rounded(1.0, 0.0) / call_rounded(_RECIPROCALS[function], [first])
    compute, slope = _SMOOTH[function]
    value = _finite(compute(first.value))
    if first.error == 0:
        return Rounded(value, LIBRARY * abs(value) + 5e-324)
    steep = max(abs(slope(x)) for x in (first.value - first.error, first.value, first.value + first.error))
    return Rounded(value, 1.01 * steep * first.error + LIBRARY * abs(value) + 5e-324)


def _finite(value: float | complex) -> float:
    if isinstance(value, complex):
        raise ValueError("the value is complex")
    if math.isinf(value) or math.isnan(value):
        raise OverflowError("the value is too large")
    return value


def _extreme(function: str, arguments: list[Rounded]) -> Rounded:
    best = arguments[0]
    for other in arguments[1:]:
        if abs(best.value - other.value) <= best.error + other.error and best != other:
            raise Undecided("two arguments cannot be told apart")
        larger = other.value > best.value
        best = other if larger == (function == "max") else best
    return best


def _step(function: str, first: Rounded) -> Rounded:
    low, high = first.value - first.error, first.value + first.error
    if function == "abs":
        if low < 0 < high:
            raise Undecided("the sign cannot be told")
        return Rounded(abs(first.value), first.error)
    ends = [_STEPS[function](x) for x in (low, high)]
    if ends[0] != ends[1]:
        raise Undecided("the argument lies on a step")
    return Rounded(float(ends[0]), 0.0)


def _normal_cdf(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def _normal_density(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _gamma_slope(x: float) -> float:
    """A bound on gamma's slope from a difference over a small step."""
    step = 1e-6 * max(1.0, abs(x))
    return 2 * abs(math.gamma(x + step) - math.gamma(x - step)) / (2 * step) + abs(math.gamma(x))


_RECIPROCALS = {"cot": "tan", "sec": "cos", "csc": "sin"}
_STEPS: dict[str, Callable[[float], float]] = {
    "abs": abs, "floor": math.floor, "ceil": math.ceil, "sign": lambda x: float((x > 0) - (x < 0))
}  # fmt: skip
_SMOOTH: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "sin": (math.sin, lambda x: 1.0),
    "cos": (math.cos, lambda x: 1.0),
    "tan": (math.tan, lambda x: 1 + math.tan(x) ** 2),
    "asin": (math.asin, lambda x: 1 / math.sqrt(max(1 - x * x, 1e-300))),
    "acos": (math.acos, lambda x: 1 / math.sqrt(max(1 - x * x, 1e-300))),
    "atan": (math.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (math.sinh, math.cosh),
    "cosh": (math.cosh, math.sinh),
    "tanh": (math.tanh, lambda x: 1.0),
    "asinh": (math.asinh, lambda x: 1.0),
    "acosh": (math.acosh, lambda x: 1 / math.sqrt(max(x * x - 1, 1e-300))),
    "atanh": (math.atanh, lambda x: 1 / max(abs(1 - x * x), 1e-300)),
    "exp": (math.exp, math.exp),
    "log": (math.log, lambda x: 1 / x),
    "log10": (math.log10, lambda x: 0.4343 / x),
    "log2": (math.log2, lambda x: 1.4427 / x),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(max(x, 1e-300))),
    "cbrt": (math.cbrt, lambda x: 1 / (3 * max(abs(x), 1e-200) ** (2 / 3))),
    "gamma": (math.gamma, _gamma_slope),
    "factorial": (lambda x: math.gamma(x + 1), lambda x: _gamma_slope(x + 1)),
    "erf": (math.erf, lambda x: 1.1284 * math.exp(-x * x)),
    "erfc": (math.erfc, lambda x: 1.1284 * math.exp(-x * x)),
    "normal_cdf": (_normal_cdf, _normal_density),
}  # fmt: skip
