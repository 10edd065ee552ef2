"""What EVALUATE asks of SymPy; runs inside the worker.

References
----------
Meurer et al. (2017), SymPy: symbolic computing in Python, PeerJ Computer Science 3:e103.
"""

from __future__ import annotations

from typing import Any

import sympy

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.algebra.symbolic import build, digits, spell, symbol
from havoc_pipeline.tools.mathematics.parser import parse_expression

MOST_CHARACTERS = 20_000
MOST_FACTOR_DIGITS = 40

Reply = dict[str, Any]


def value(request: Reply) -> Reply:
    """The exact and the decimal value of an expression without variables."""
    return _valued(build(parse_expression(request["expression"])))


def simplify(request: Reply) -> Reply:
    """The shortest equivalent form that SymPy finds."""
    given = build(parse_expression(request["expression"]))
    return _shown(_shortest(given, sympy.simplify(given), sympy.cancel(given)))


def expand(request: Reply) -> Reply:
    """Products and powers multiplied out."""
    return _shown(sympy.expand(build(parse_expression(request["expression"]))))


def factor(request: Reply) -> Reply:
    """A product of factors over the rationals; a whole number as a product of primes."""
    given = build(parse_expression(request["expression"]))
    if not given.is_number:
        return _shown(sympy.factor(given))
    if not given.is_Integer or given == 0:
        raise ExpressionError(f"{spell(given)[:40]} is no whole number other than zero; only such have prime factors")
    if len(str(abs(given))) > MOST_FACTOR_DIGITS:
        raise ExpressionError(
            f"a number of {len(str(abs(given)))} digits is to be factored; the limit is {MOST_FACTOR_DIGITS}"
        )
    powers = sympy.factorint(given)
    parts = [f"{p}^{k}" if k > 1 else str(p) for p, k in powers.items()]
    return {"exact": "*".join(parts) or "1"}


def differentiate(request: Reply) -> Reply:
    """The derivative with respect to a variable, where it exists: jumps and corners add nothing."""
    x = symbol(request["variable"], real=True)
    slope = sympy.diff(build(parse_expression(request["expression"])), x)
    slope = slope.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))
    slope = slope.replace(sympy.Piecewise, lambda *branches: branches[-1][0])
    return _shown(_shortest(slope, sympy.simplify(slope), sympy.factor(slope)))


def integrate(request: Reply) -> Reply:
    """An antiderivative, without its constant; `closed` is false when SymPy finds none."""
    x = symbol(request["variable"], real=True)
    whole = sympy.integrate(build(parse_expression(request["expression"])), x)
    if whole.has(sympy.Integral):
        return {"closed": False}
    return _shown(_shortest(whole, sympy.simplify(whole))) | {"closed": True}


def integrate_between(request: Reply) -> Reply:
    """A definite integral in closed form; `closed` is false when SymPy finds none."""
    x = symbol(request["variable"], real=True)
    low, high = (build(parse_expression(request[end])) for end in ("lower", "upper"))
    area = sympy.integrate(build(parse_expression(request["expression"])), (x, low, high))
    if area.has(sympy.Integral) or area is sympy.nan or area.has(sympy.zoo, sympy.Piecewise):
        return {"closed": False}
    if area.is_infinite:
        return {"closed": True, "infinite": True, "exact": spell(area)}
    if area.free_symbols:
        return _shown(sympy.simplify(area)) | {"closed": True}
    return _valued(area) | {"closed": True}


def _shortest(*forms: Any) -> Any:
    return min(forms, key=lambda form: (sympy.count_ops(form), len(str(form))))


def _shown(expression: Any) -> Reply:
    if expression.has(sympy.zoo, sympy.nan):
        raise ExpressionError("the expression divides by zero; there is no value")
    text = spell(expression)
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            f"the result has {len(text)} characters; the limit is {MOST_CHARACTERS}: ask for a smaller expression"
        )
    return {"exact": text}


def _valued(expression: Any) -> Reply:
    """Exact text, decimal text with fifteen digits, and the parts as doubles."""
    huge = any(p.base.is_Rational and p.exp.is_Integer for p in expression.atoms(sympy.Pow))
    plain = expression.is_Rational or huge
    exact = expression if plain else _shortest(expression, sympy.simplify(expression))
    if exact.is_infinite or exact is sympy.nan or exact.has(sympy.zoo):
        raise ExpressionError("the expression is not finite; it divides by zero")
    near = sympy.N(exact, 15, maxn=400)
    real, imaginary = near.as_real_imag()
    reply = _shown(exact) | {"decimal": digits(near), "real": _double(real)}
    return reply | ({"imaginary": _double(imaginary)} if imaginary != 0 else {})


def _double(number: Any) -> float | None:
    try:
        return float(number)
    except (OverflowError, TypeError):
        return None
