"""An expression over many values of one variable at once, in double precision; NaN where undefined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.tree import (
    Call,
    Chain,
    Constant,
    Equation,
    Negative,
    Node,
    Number,
    Power,
    Variable,
)

Floats = NDArray[np.float64]

_CONSTANTS = {"pi": np.pi, "e": np.e, "inf": np.inf}


def on_grid(tree: Node | Equation, given: Mapping[str, Floats | float]) -> Floats:
    """Values of an expression, or of an equation's left side minus its right.

    Parameters
    ----------
    tree : Node or Equation
    given : mapping of str to float array, shape (n,), or float
        Values of every variable.

    Returns
    -------
    float array, shape (n,)
        NaN where an operation is not defined over the real numbers.

    Raises
    ------
    ExpressionError
        When a variable is not given.
    """
    with np.errstate(all="ignore"):
        values = _gap(tree, given) if isinstance(tree, Equation) else _at(tree, given)
    shape = np.broadcast_shapes(*(np.shape(v) for v in given.values())) if given else ()
    spread = np.array(np.broadcast_to(np.asarray(values, np.float64), shape))
    spread[~np.isfinite(spread)] = np.nan
    return spread


def _gap(equation: Equation, given: Mapping[str, Floats | float]) -> Any:
    return _at(equation.left, given) - _at(equation.right, given)


def _at(node: Node, given: Mapping[str, Floats | float]) -> Any:
    match node:
        case Number(value):
            return _double(value.numerator, value.denominator)
        case Constant(name):
            return _CONSTANTS[name]
        case Variable(name):
            if name not in given:
                raise ExpressionError(f"`{name}` has no value; give one")
            return given[name]
        case Negative(operand):
            return -_at(operand, given)
        case Chain(operators, operands):
            return _chain(operators, [_at(o, given) for o in operands])
        case Power(base, exponent):
            return np.float_power(_at(base, given), _at(exponent, given))
        case Call(function, arguments):
            return _call(function, [_at(a, given) for a in arguments])


def _double(numerator: int, denominator: int) -> float:
    try:
        return numerator / denominator
    except OverflowError:
        return np.nan


def _chain(operators: tuple[str, ...], operands: list[Any]) -> Any:
    total = operands[0]
    for operator, operand in zip(operators, operands[1:], strict=True):
        match operator:
            case "+":
                total = total + operand
            case "-":
                total = total - operand
            case "*":
                total = total * operand
            case _:
                total = np.divide(total, operand)
    return total


def _call(function: str, arguments: list[Any]) -> Any:
    if function in ("min", "max"):
        combine = np.fmin if function == "min" else np.fmax
        total = arguments[0]
        for other in arguments[1:]:
            total = combine(total, other)
        return total
    if function == "log" and len(arguments) == 2:
        return np.log(arguments[0]) / np.log(arguments[1])
    if function in _PLAIN:
        return _PLAIN[function](arguments[0])
    return _special(function)(*arguments)


def _factorial(x: Any) -> Any:
    from scipy.special import gamma

    return np.where(np.less(x, 0), np.nan, gamma(np.add(x, 1)))


def _special(function: str) -> Callable[..., Any]:
    from scipy import special

    known: dict[str, Callable[..., Any]] = {
        "gamma": special.gamma, "factorial": _factorial, "binomial": special.binom,
        "erf": special.erf, "erfc": special.erfc, "normal_cdf": special.ndtr,
    }  # fmt: skip
    return known[function]


_PLAIN: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "exp": np.exp, "log": np.log, "log10": np.log10, "log2": np.log2, "sqrt": np.sqrt,
    "cbrt": np.cbrt, "abs": np.abs, "sign": np.sign, "floor": np.floor, "ceil": np.ceil,
    "cot": lambda x: 1 / np.tan(x), "sec": lambda x: 1 / np.cos(x), "csc": lambda x: 1 / np.sin(x),
}  # fmt: skip
