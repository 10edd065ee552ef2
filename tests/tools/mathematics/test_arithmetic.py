"""Exact arithmetic, error bounds, limits."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.arithmetic import evaluate, to_rounded
from havoc_pipeline.tools.mathematics.decimals import decimal_text, exact_text
from havoc_pipeline.tools.mathematics.number_of import number_of
from havoc_pipeline.tools.mathematics.parser import parse_expression
from havoc_pipeline.tools.mathematics.rounded import Rounded, Undecided


def worked_out(text: str) -> str | None:
    return exact_text(evaluate(parse_expression(text)))


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("17.5/4 + 3^2", "107/8"), ("0.1 + 0.2", "3/10"), ("2^10", "1024"), ("sqrt(16)", "4"), ("8^(1/3)", "2"),
        ("cbrt(-27)", "-3"), ("5!", "120"), ("7!/5!", "42"), ("15% * 240", "36"), ("sin(pi)", "0"), ("sin(30°)", "1/2"),
        ("cos(pi/3)", "1/2"), ("cos(pi)", "-1"), ("tan(pi/4)", "1"), ("sin(7*pi/6)", "-1/2"), ("pi*2", "2*pi"),
        ("pi - pi", "0"), ("2*pi/pi", "2"), ("log10(1000)", "3"), ("log2(1/8)", "-3"), ("log(1)", "0"),
        ("binomial(10, 3)", "120"),
        ("max(1, 2, 3/2)", "2"), ("floor(-1.5)", "-2"), ("ceil(1.2)", "2"), ("abs(-3)", "3"), ("gamma(5)", "24"),
        ("(-1)^1000000000", "1"), ("4^(-1/2)", "1/2"), ("0*e", "0"),
    ],
)  # fmt: skip
def test_exact_values(text: str, exact: str) -> None:
    assert worked_out(text) == exact


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        # Abramowitz and Stegun (1964), tables 1.1 and 26.1; DLMF 5.4.6 for gamma(1/2) = sqrt(pi)
        ("sqrt(2)", "1.4142135623731"), ("e", "2.71828182845905"), ("log(2)", "0.693147180559945"),
        ("normal_cdf(1)", "0.841344746068543"), ("erf(1)", "0.842700792949715"), ("gamma(1/2)", "1.77245385090552"),
        ("log(10)", "2.30258509299405"), ("pi^2", "9.86960440108936"),
    ],
)  # fmt: skip
def test_published_constants_to_fifteen_digits(text: str, digits: str) -> None:
    assert number_of(parse_expression(text)).decimal == digits


@given(st.fractions(max_denominator=50), st.fractions(max_denominator=50), st.sampled_from("+-*/"))
def test_rationals_agree_with_python_fractions(left: Fraction, right: Fraction, sign: str) -> None:
    text = f"({left}){sign}({right})"
    if sign == "/" and right == 0:
        with pytest.raises(ExpressionError, match="zero"):
            worked_out(text)
        return
    wanted = {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1)}[sign]
    assert worked_out(text) == str(wanted)


@given(st.floats(0.1, 5), st.sampled_from(["sin", "exp", "log", "sqrt", "atan", "gamma", "erf", "cosh"]))
def test_true_value_lies_within_the_bound(x: float, function: str) -> None:
    import mpmath  # type: ignore[import-untyped]

    value = to_rounded(evaluate(parse_expression(f"{function}({x!r}*pi/3)")))
    with mpmath.workdps(40):
        true = getattr(mpmath, function)(mpmath.mpf(repr(x)) * mpmath.pi / 3)
        assert abs(mpmath.mpf(value.value) - true) <= value.error


def test_cancellation_is_noticed() -> None:
    lost = evaluate(parse_expression("sqrt(2)*sqrt(2) - 2"))
    assert isinstance(lost, Rounded)
    assert lost.relative_error == float("inf")
    with pytest.raises(Undecided):
        evaluate(parse_expression("1/(sqrt(2)*sqrt(2) - 2)"))
    with pytest.raises(Undecided):
        evaluate(parse_expression("floor(sqrt(2)*sqrt(2))"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9^9^9^9", "more digits"), ("2^20000", "more digits"), ("factorial(10^9)", "limit is 1,000"),
        ("(10^400)!", "limit is 1,000"),
        ("10^3000*10^3000", "more digits"), ("e^1000", "more digits"), ("1/0", "zero"), ("1/(1-1)", "zero"),
        ("log(0)", "no real value"),
        ("sqrt(-1)", "no real value"), ("asin(2)", "no real value"), ("(-8)^(1/3)", "cbrt"), ("0^0", "not defined"),
        ("0^(-1)", "not defined"), ("tan(pi/2)", "not defined"), ("(-1)!", "not defined"), ("x + 1", "no value"),
        ("inf", "no number"),
        ("binomial(10^9, 5)", "whole numbers"), ("9^9^9", "more digits"),
    ],
)  # fmt: skip
def test_refusals_are_quick_and_say_why(text: str, said: str) -> None:
    started = time.process_time()
    with pytest.raises(ExpressionError, match=said):
        evaluate(parse_expression(text))
    assert time.process_time() - started < 0.5


def test_decimal_text_is_rounded_from_the_exact_value() -> None:
    assert decimal_text(Fraction(2, 3)) == "0.666666666666667"
    assert decimal_text(Fraction(10) ** 30) == "1E+30"
    assert decimal_text(Fraction(1, 8)) == "0.125"
