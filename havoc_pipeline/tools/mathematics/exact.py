"""Exact values: fractions, multiples of pi, and functions where their value is one of these."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.rounded import Rounded

MOST_BITS = 14_000
"""Largest exact result: numerator and denominator together, about 4,200 digits (Python writes 4,300)."""
MOST_FACTORIAL = 1_000


@dataclass(frozen=True)
class Turn:
    """An exact multiple of pi."""

    share: Fraction


Value = Fraction | Turn | Rounded


def bounded(value: Fraction) -> Fraction:
    """A fraction that keeps to the limit of digits; an error else."""
    if value.numerator.bit_length() + value.denominator.bit_length() > MOST_BITS:
        raise too_large("an exact result")
    return value


def too_large(what: str) -> ExpressionError:
    """The error for a result beyond the limit of digits."""
    return ExpressionError(
        f"{what} has more digits than the limit of {MOST_BITS * 3 // 10:,}; make the powers or factorials smaller"
    )


def exact_root(base: Fraction, degree: int) -> Fraction | None:
    """The rational root of a fraction that is not negative, or None."""
    if base < 0 or degree > 64:
        return None
    top, bottom = (_whole_root(n, degree) for n in (base.numerator, base.denominator))
    return None if top is None or bottom is None else Fraction(top, bottom)


def _whole_root(number: int, degree: int) -> int | None:
    if degree == 2:
        root = math.isqrt(number)
        return root if root * root == number else None
    low, high = 0, 1 << (number.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= number else (low, middle - 1)
    return low if low**degree == number else None


def exact_call(function: str, arguments: list[Value]) -> Value | None:
    """The exact value where there is one, else None."""
    first = arguments[0]
    if function in ("sin", "cos", "tan") and (isinstance(first, Turn) or first == Fraction(0)):
        return _exact_circle(function, first.share if isinstance(first, Turn) else Fraction(0))
    if not all(isinstance(a, Fraction) for a in arguments):
        return None
    numbers = [a for a in arguments if isinstance(a, Fraction)]
    if function in ("min", "max"):
        return min(numbers) if function == "min" else max(numbers)
    if function == "binomial":
        return _binomial(*numbers)
    return _exact_of_one(function, numbers[0]) if len(numbers) == 1 else None


def _exact_of_one(function: str, number: Fraction) -> Value | None:
    match function:
        case "abs":
            return abs(number)
        case "sign":
            return Fraction((number > 0) - (number < 0))
        case "floor":
            return Fraction(math.floor(number))
        case "ceil":
            return Fraction(math.ceil(number))
        case "factorial" | "gamma":
            return _factorial(number, function)
        case "sqrt" | "cbrt":
            root = exact_root(abs(number), 2 if function == "sqrt" else 3)
            return None if root is None or (number < 0 and function == "sqrt") else (
                -root if number < 0 else root)  # fmt: skip
        case "exp" | "cosh":
            return Fraction(1) if number == 0 else None
        case "log" | "log10" | "log2":
            return _exact_log(function, number)
        case "asin" | "atan" | "sinh" | "tanh" | "asinh" | "atanh" | "erf":
            return Fraction(0) if number == 0 else None
        case _:
            return None


def _exact_log(function: str, number: Fraction) -> Fraction | None:
    if number == 1:
        return Fraction(0)
    base = {"log10": 10, "log2": 2}.get(function)
    if base is None or number <= 0:
        return None
    power = round(math.log(number.numerator, base) - math.log(number.denominator, base))
    return Fraction(power) if Fraction(base) ** power == number else None


def _short(number: Fraction) -> str:
    """A number in a message: its digits while there are few."""
    text = str(number)
    return text if len(text) <= 20 else f"{text[:6]}… ({len(text)} digits)"


def _factorial(number: Fraction, function: str) -> Fraction | None:
    shift = 1 if function == "gamma" else 0
    if number.denominator != 1 or number < shift:
        if function == "factorial" and number.denominator == 1:
            raise ExpressionError(f"the factorial of {number} is not defined; it takes 0, 1, 2 and so on")
        return None
    if number > MOST_FACTORIAL:
        raise ExpressionError(
            f"the factorial of {_short(number)} is asked for; the limit is {MOST_FACTORIAL:,}: use a smaller number"
        )
    return Fraction(math.factorial(int(number) - shift))


def _binomial(n: Fraction, k: Fraction) -> Fraction:
    if n.denominator != 1 or k.denominator != 1 or not 0 <= n <= 10 * MOST_FACTORIAL:
        raise ExpressionError(f"binomial({n}, {k}) takes whole numbers, the first from 0 to {10 * MOST_FACTORIAL:,}")
    return bounded(Fraction(math.comb(int(n), int(k)))) if k >= 0 else Fraction(0)


_SINES = {
    Fraction(0): Fraction(0),
    Fraction(1, 6): Fraction(1, 2),
    Fraction(1, 2): Fraction(1),
    Fraction(5, 6): Fraction(1, 2),
}


def _exact_circle(function: str, share: Fraction) -> Fraction | None:
    """Sine, cosine or tangent of `share` times pi where it is rational."""
    if function == "tan":
        turned = share % 1
        if turned == Fraction(1, 2):
            raise ExpressionError("tan is not defined at odd multiples of pi/2")
        known = {Fraction(0): 0, Fraction(1, 4): 1, Fraction(3, 4): -1}.get(turned)
        return None if known is None else Fraction(known)
    turned = (share + (Fraction(1, 2) if function == "cos" else 0)) % 2
    sine = _SINES.get(turned % 1)
    return None if sine is None else sine * (-1 if turned > 1 else 1)
