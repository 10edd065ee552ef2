"""Values of expressions without variables: exact fractions, multiples of pi, or bounded rounding.

`+ - * /` and whole powers stay exact. Functions are computed in double precision, and each value
carries a bound on its error; where fifteen digits do not survive (cancellation, a value on the edge
of `floor`), `Undecided` is raised and the caller asks for arbitrary precision. Nothing here needs
SymPy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.exact import MOST_BITS, Turn, Value, bounded, exact_call, exact_root, too_large
from havoc_pipeline.tools.mathematics.rounded import Rounded, call_rounded
from havoc_pipeline.tools.mathematics.tree import (
    Call,
    Chain,
    Constant,
    Negative,
    Node,
    Number,
    Power,
    Variable,
    write,
)


def evaluate(node: Node, given: Mapping[str, Fraction] | None = None) -> Value:
    """The value of an expression.

    Parameters
    ----------
    node : Node
    given : mapping of str to Fraction or None
        Values of its variables.

    Returns
    -------
    Fraction, Turn or Rounded
        Exact where the operations allow it.

    Raises
    ------
    ExpressionError
        When a variable has no value, an operation is not defined (division by zero, the logarithm
        of a negative number), or a result is larger than the limits.
    Undecided
        When double precision does not suffice.
    """
    match node:
        case Number(value):
            return value
        case Constant(name):
            return _constant(name)
        case Variable(name):
            return _lookup(name, given or {})
        case Negative(operand):
            return _times(Fraction(-1), evaluate(operand, given))
        case Chain():
            return _chain(node, given)
        case Power(base, exponent):
            return _raise(evaluate(base, given), evaluate(exponent, given), node)
        case Call(function, arguments):
            return _call(function, [evaluate(a, given) for a in arguments], node)


def to_rounded(value: Value) -> Rounded:
    """A value in double precision with a bound on its error.

    Raises
    ------
    ExpressionError
        When it is too large for double precision.
    """
    if isinstance(value, Rounded):
        return value
    if isinstance(value, Turn):
        return to_rounded(value.share) * Rounded(math.pi, 1.3e-16)
    try:
        near = float(value)
    except OverflowError:
        raise ExpressionError(
            "a value is beyond 1.8e308, the limit of double precision; only + - * / and whole powers go further"
        ) from None
    return Rounded(near, 0.0 if Fraction(near) == value else abs(near) * 1.2e-16)


def _constant(name: str) -> Value:
    if name == "pi":
        return Turn(Fraction(1))
    if name == "e":
        return Rounded(math.e, 1.5e-16)
    raise ExpressionError("`inf` is no number; it may only stand as a bound of an integral")


def _lookup(name: str, given: Mapping[str, Fraction]) -> Fraction:
    if name not in given:
        raise ExpressionError(f"`{name}` has no value; give one with at=, or ask for operation=simplify")
    return given[name]


def _chain(node: Chain, given: Mapping[str, Fraction] | None) -> Value:
    total = evaluate(node.operands[0], given)
    for operator, operand in zip(node.operators, node.operands[1:], strict=True):
        value = evaluate(operand, given)
        match operator:
            case "+":
                total = _plus(total, value)
            case "-":
                total = _plus(total, _times(Fraction(-1), value))
            case "*":
                total = _times(total, value)
            case _:
                total = _over(total, value, operand)
    return total


def _plus(left: Value, right: Value) -> Value:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return bounded(left + right)
    if isinstance(left, Turn) and isinstance(right, Turn):
        share = left.share + right.share
        return Turn(bounded(share)) if share else Fraction(0)
    if Fraction(0) in (left, right):
        return right if left == Fraction(0) else left
    return to_rounded(left) + to_rounded(right)


def _times(left: Value, right: Value) -> Value:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return bounded(left * right)
    if Fraction(0) in (left, right):
        return Fraction(0)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Fraction) and isinstance(other, Turn):
            return Turn(bounded(one * other.share))
    if isinstance(left, Fraction) and abs(left) == 1 and isinstance(right, Rounded):
        return Rounded(right.value * int(left), right.error)
    return to_rounded(left) * to_rounded(right)


def _over(left: Value, right: Value, divisor: Node) -> Value:
    if right == Fraction(0):
        raise ExpressionError(f"the divisor `{write(divisor)[:60]}` is zero; the quotient is not defined")
    if isinstance(right, Fraction):
        return _times(left, 1 / right)
    if isinstance(left, Turn) and isinstance(right, Turn):
        return bounded(left.share / right.share)
    return to_rounded(left) / to_rounded(right)


def _raise(base: Value, exponent: Value, node: Node) -> Value:
    if not isinstance(exponent, Fraction) or not isinstance(base, Fraction):
        if isinstance(base, Rounded) and exponent == Fraction(1):
            return base
        return _rounded_power(base, exponent, node)
    if base == 0 and exponent <= 0:
        raise ExpressionError(f"`{write(node)[:60]}` is zero to a power that is not positive; it is not defined")
    if exponent.denominator == 1:
        return _whole_power(base, exponent.numerator, node)
    root = exact_root(base, exponent.denominator)
    if root is not None:
        return _whole_power(root, exponent.numerator, node)
    return _rounded_power(base, exponent, node)


def _whole_power(base: Fraction, exponent: int, node: Node) -> Value:
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(base) in (0, 1) or (bits - 1) * abs(exponent) * 2 <= MOST_BITS:
        return base**exponent if abs(base) not in (0, 1) else base ** (exponent % 2 or 2)
    return _rounded_power(base, Fraction(exponent), node)


def _rounded_power(base: Value, exponent: Value, node: Node) -> Value:
    left, right = to_rounded(base), to_rounded(exponent)
    whole = isinstance(exponent, Fraction) and exponent.denominator == 1
    if left.value < 0 and not whole:
        raise ExpressionError(
            f"`{write(node)[:60]}` is a broken power of a negative number and has no real value; "
            "for a cube root write cbrt(x)"
        )
    try:
        return left**right
    except OverflowError:
        raise too_large(f"`{write(node)[:60]}`") from None


def _call(function: str, arguments: list[Value], node: Node) -> Value:
    exact = exact_call(function, arguments)
    if exact is not None:
        return exact
    try:
        return call_rounded(function, [to_rounded(a) for a in arguments])
    except ValueError:
        raise ExpressionError(
            f"`{write(node)[:60]}` has no real value; the argument lies outside the function's domain"
        ) from None
    except OverflowError:
        raise too_large(f"`{write(node)[:60]}`") from None
