"""Numeric integrals against closed forms."""

from __future__ import annotations

import math

import pytest

from havoc_pipeline.tools.mathematics.domain import divisors, restrictions
from havoc_pipeline.tools.mathematics.parser import parse, parse_expression
from havoc_pipeline.tools.mathematics.quadrature import GAUSS, KRONROD, NODES, has_pole, integrate_numerically
from havoc_pipeline.tools.mathematics.roots import real_roots


@pytest.mark.parametrize(
    ("text", "lower", "upper", "area"),
    [
        ("x^2", 0, 3, 9), ("x^2", 3, 0, -9), ("exp(-x^2)", -math.inf, math.inf, math.sqrt(math.pi)), ("1/sqrt(x)", 0, 1, 2),
        ("log(x)", 0, 1, -1), ("abs(x - 0.3)", 0, 1, 0.29), ("1/(1 + x^2)", -math.inf, math.inf, math.pi),
        ("exp(-x)", 0, math.inf, 1), ("exp(x)", -math.inf, 0, 1), ("1/x^2", 1, math.inf, 1), ("floor(x)", 0, 10, 45),
        ("sin(100*x)", 0, 1, (1 - math.cos(100)) / 100), ("x", 5, 5, 0),
    ],
)  # fmt: skip
def test_closed_forms(text: str, lower: float, upper: float, area: float) -> None:
    found = integrate_numerically(parse_expression(text), "x", lower, upper)
    assert found.reliable
    assert abs(found.value - area) <= max(found.error, 1e-13)


@pytest.mark.parametrize(("text", "lower", "upper"), [("1/x", 0, 1), ("1/x", 1, math.inf), ("1/(x-1)^2", 0, 1)])
def test_divergence_is_noticed(text: str, lower: float, upper: float) -> None:
    found = integrate_numerically(parse_expression(text), "x", lower, upper)
    assert not found.reliable
    assert not found.converges


def test_undefined_part_is_noticed() -> None:
    assert not integrate_numerically(parse_expression("sqrt(x)"), "x", -1, 1).defined


def test_rule_integrates_polynomials_exactly() -> None:
    # degree 22 for the Kronrod rule and 13 for the Gauss rule (Piessens et al. 1983, section 2.2.1)
    for degree in range(0, 23, 2):
        assert KRONROD @ NODES**degree == pytest.approx(2 / (degree + 1), rel=1e-14)
    for degree in range(0, 14, 2):
        assert GAUSS @ NODES**degree == pytest.approx(2 / (degree + 1), rel=1e-14)


def test_poles_between_the_bounds() -> None:
    assert has_pole(divisors(parse("1/(x-0.5)")), "x", 0, 1)
    assert has_pole(divisors(parse("tan(x)")), "x", 0, 3)
    assert not has_pole(divisors(parse("1/x")), "x", 1, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1/(x-1)", "x - 1 is not 0"), ("log(x)", "x > 0"), ("sqrt(x+2)", "x + 2 >= 0"), ("x^-2", "x is not 0"),
        ("x^0.5", "x >= 0"), ("tan(x)", "x is no odd multiple of pi/2"), ("asin(x)", "x is between -1 and 1"),
    ],
)  # fmt: skip
def test_restrictions(text: str, said: str) -> None:
    assert said in restrictions(parse(text))
    assert restrictions(parse("x^2 + 1/2 + sqrt(x^2)")) == ()


def test_roots_that_touch_and_roots_that_cross() -> None:
    equation = parse("(x-2)^2*(x+3) = 0")
    assert [r.value for r in real_roots(equation, "x")] == pytest.approx([-3, 2], abs=1e-6)  # type: ignore[arg-type]


def test_poles_are_no_roots() -> None:
    assert real_roots(parse("1/x = 0"), "x") == []  # type: ignore[arg-type]
