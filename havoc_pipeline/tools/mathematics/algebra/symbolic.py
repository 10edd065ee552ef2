"""Our tree as SymPy objects by whitelisted constructors, and SymPy's objects as our text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sympy
from sympy.printing.str import StrPrinter

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

CONSTRUCTORS: dict[str, Callable[..., Any]] = {
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "cot": sympy.cot, "sec": sympy.sec,
    "csc": sympy.csc, "asin": sympy.asin, "acos": sympy.acos, "atan": sympy.atan, "sinh": sympy.sinh,
    "cosh": sympy.cosh, "tanh": sympy.tanh, "asinh": sympy.asinh, "acosh": sympy.acosh,
    "atanh": sympy.atanh, "exp": sympy.exp, "log": sympy.log, "sqrt": sympy.sqrt,
    "abs": sympy.Abs, "sign": sympy.sign, "floor": sympy.floor, "ceil": sympy.ceiling,
    "gamma": sympy.gamma, "factorial": sympy.factorial, "binomial": sympy.binomial, "erf": sympy.erf,
    "erfc": sympy.erfc, "min": sympy.Min, "max": sympy.Max,
    "log10": lambda x: sympy.log(x, 10), "log2": lambda x: sympy.log(x, 2),
    "cbrt": lambda x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3) if x.is_extended_real else sympy.cbrt(x),
    "normal_cdf": lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
}  # fmt: skip
MOST_BITS = 100_000
"""Bits of a power that is worked out; twice what an exact result may have."""
CONSTANTS = {"pi": sympy.pi, "e": sympy.E, "inf": sympy.oo}


def symbol(name: str, *, real: bool) -> Any:
    """The symbol of a variable, real or complex."""
    return sympy.Symbol(name, real=True) if real else sympy.Symbol(name)


def build(node: Node, *, real: bool = True) -> Any:
    """The SymPy expression of a tree.

    Parameters
    ----------
    node : Node
    real : bool
        Whether variables stand for real numbers only.
    """
    match node:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Constant(name):
            return CONSTANTS[name]
        case Variable(name):
            return symbol(name, real=real)
        case Negative(operand):
            return -build(operand, real=real)
        case Chain(operators, operands):
            return _chain(operators, [build(o, real=real) for o in operands])
        case Power(base, exponent):
            return _raised(build(base, real=real), build(exponent, real=real))
        case Call(function, arguments):
            return CONSTRUCTORS[function](*(build(a, real=real) for a in arguments))


def difference(equation: Equation, *, real: bool = False) -> Any:
    """Left side minus right side of an equation."""
    return build(equation.left, real=real) - build(equation.right, real=real)


def _raised(base: Any, exponent: Any) -> Any:
    """A power; one whose digits would fill the memory stays as it is written."""
    if base.is_Rational and exponent.is_Integer and base not in (-1, 0, 1):
        bits = max(abs(base.p).bit_length(), base.q.bit_length())
        if bits * abs(int(exponent)) > MOST_BITS:
            return sympy.Pow(base, exponent, evaluate=False)
    return base**exponent


def _chain(operators: tuple[str, ...], operands: list[Any]) -> Any:
    if operators[0] in "+-":
        signed = zip(operators, operands[1:], strict=True)
        return sympy.Add(operands[0], *(o if sign == "+" else -o for sign, o in signed))
    total = operands[0]
    for operator, operand in zip(operators, operands[1:], strict=True):
        total = total * operand if operator == "*" else total / operand
    return total


class _Spelling(StrPrinter):  # type: ignore[misc]
    """SymPy's text with this project's names."""

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_ImaginaryUnit(self, expr: Any) -> str:
        return "i"

    def _print_Infinity(self, expr: Any) -> str:
        return "inf"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "-inf"

    def _print_Abs(self, expr: Any) -> str:
        return f"abs({self._print(expr.args[0])})"

    def _print_ceiling(self, expr: Any) -> str:
        return f"ceil({self._print(expr.args[0])})"

    def _print_Max(self, expr: Any) -> str:
        return f"max({', '.join(self._print(a) for a in expr.args)})"

    def _print_Min(self, expr: Any) -> str:
        return f"min({', '.join(self._print(a) for a in expr.args)})"


def spell(expression: Any) -> str:
    """A SymPy expression as this project writes it: `3*x^2`, `e^x`, `log(x)`."""
    return str(_Spelling({"sympy_integers": False}).doprint(expression)).replace("**", "^")


def digits(near: Any) -> str:
    """A number of fifteen digits, real or complex, without zeros at the end of its decimals."""
    text = re.sub(r"(\.\d*?)0+(?=\D|$)", r"\1", spell(near))
    return re.sub(r"\.(?=\D|$)", "", text).replace("1*i", "i") if "." in text else text
