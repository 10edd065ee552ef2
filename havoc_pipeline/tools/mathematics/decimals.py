"""Exact values as text: the shortest exact form, and a decimal with fifteen digits."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from havoc_pipeline.tools.mathematics.arithmetic import to_rounded
from havoc_pipeline.tools.mathematics.exact import Turn, Value
from havoc_pipeline.tools.mathematics.rounded import Rounded

DIGITS = 15
_LONG = Context(prec=60)
_SHOWN = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN)
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")


def decimal_text(value: Value) -> str:
    """A value with at most fifteen significant digits.

    Parameters
    ----------
    value : Fraction, Turn or Rounded

    Returns
    -------
    str
        Such as `13.375`, `0.333333333333333` or `1.07150860718627E+301`.
    """
    if isinstance(value, Rounded):
        return _tidy(Decimal(f"{value.value:.{DIGITS}g}"))
    share = value.share if isinstance(value, Turn) else value
    long = _LONG.divide(Decimal(share.numerator), Decimal(share.denominator))
    return _tidy(_SHOWN.plus(_LONG.multiply(long, _PI) if isinstance(value, Turn) else long))


def exact_text(value: Value) -> str | None:
    """A fraction or a multiple of pi as text; None for a rounded value.

    Parameters
    ----------
    value : Fraction, Turn or Rounded
    """
    if isinstance(value, Rounded):
        return None
    if isinstance(value, Turn):
        top, bottom = value.share.numerator, value.share.denominator
        front = "" if top == 1 else "-" if top == -1 else f"{top}*"
        return f"{front}pi" + (f"/{bottom}" if bottom != 1 else "")
    return str(value)


def is_whole_decimal(value: Value) -> bool:
    """Whether the decimal with fifteen digits is the exact value."""
    return isinstance(value, Fraction) and Fraction(decimal_text(value)) == value


def as_float(value: Value) -> float:
    """The nearest double."""
    return to_rounded(value).value


def _tidy(number: Decimal) -> str:
    if number == 0:
        return "0"
    plain = number.normalize(_SHOWN)
    if -6 <= plain.adjusted() <= 20:
        return f"{plain:f}"
    return str(plain)
