"""The parser of expressions: precedence, spellings, round trips, and hostile text."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.parser import parse, parse_equation, parse_expression
from havoc_pipeline.tools.mathematics.tree import Equation, variables, write

EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "13", "pi", "e"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/^"), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("".join),
        st.tuples(st.sampled_from(["sin", "exp", "sqrt", "abs"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        inner.map(lambda e: f"-({e})"),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("3x²+1", "3*x^2 + 1"), ("2(x+1)(x-1)/x", "2*(x + 1)*(x - 1)/x"), ("-x^2", "-x^2"), ("(-x)^2", "(-x)^2"),
        ("2^-3", "2^(-3)"), ("2^3^2", "2^(3^2)"), ("x**2", "x^2"), ("sin x cos x", "sin(x)*cos(x)"),
        ("sin^2 x", "sin(x)^2"), ("sin 2x", "sin(2*x)"), ("1/2x", "1/2*x"), ("√2x", "sqrt(2)*x"), ("√(x+1)", "sqrt(x + 1)"),
        ("5!", "factorial(5)"), ("15%*240", "(15/100)*240"), ("sin(30°)", "sin(30*pi/180)"), ("π r²", "pi*r^2"),
        ("ln(x)/log10 x", "log(x)/log10(x)"), ("xy + yz", "x*y + y*z"), ("sinx", "sin(x)"), ("a − b × c ÷ d", "a - b*c/d"),
        ("[x+1]*2", "(x + 1)*2"), ("x₁ + β", "x1 + β"), ("e^-x", "e^(-x)"), ("½x", "0.5*x"), ("1e-3", "0.001"),
        ("max(1; 2, x)", "max(1, 2, x)"), ("rate*12", "rate*12"), ("x(x+1)", "x*(x + 1)"), ("3·10^5", "3*10^5"),
    ],
)  # fmt: skip
def test_reading(text: str, reading: str) -> None:
    assert write(parse(text)) == reading


def test_equation_and_expression() -> None:
    assert isinstance(parse("x^2 = 4"), Equation)
    assert write(parse_equation("x - 1")) == "x - 1 = 0"
    with pytest.raises(ExpressionError, match="use SOLVE"):
        parse_expression("x = 1")


@given(EXPRESSIONS)
def test_written_tree_parses_to_the_same_tree(text: str) -> None:
    tree = parse(text)
    assert parse(write(tree)) == tree
    assert set(variables(tree)) <= {"x", "y"}


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("(1+2", 1, "lacks its"), ("1+", 3, "ends too early"), ("x = 1 = 2", 7, "second equals"),
        ("3,5", 2, "decimals with a point"),
        ("2 3", 3, "without an operator"), ("foo(x)", 1, "no function"), ("|x|", 1, "abs"), ("x < 2", 3, "only equations"),
        ("sin", 1, "argument"), ("min(1)(", 8, "ends too early"), ("log(1,2,3)", 1, "1 to 2 argument"), ("1e999", 1, "400"),
        ("5 % 3", 3, "per cent"), ("f(x)", 1, "no function"), ("x ? 1", 3, "no meaning"), ("sin^-1 x", 5, "inverse"),
        ("(x]", 1, "lacks its"), ("__import__", 1, "no meaning"),
    ],
)  # fmt: skip
def test_errors_point_at_the_place(text: str, column: int, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    head, shown, caret = str(caught.value).split("\n") if "\n" in str(caught.value) else (str(caught.value), "", "")
    assert said in str(caught.value)
    if caret:
        assert head.startswith(f"column {column}:")
        assert caret.index("^") - 2 == column - 1
        assert shown.strip() == text


@pytest.mark.parametrize(
    "text",
    ["9" * 3000, "(" * 60 + "x" + ")" * 60, "-" * 100 + "1", "2^" * 900 + "2", "sin " * 400 + "x", "√" * 500 + "x",
     "x!!!!", "1+" * 1500, "", "   ", "\x00", "9" * 500],
)  # fmt: skip
def test_hostile_text_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ExpressionError):
        parse(text)
    assert time.process_time() - started < 0.2


def test_long_sums_need_no_depth() -> None:
    assert write(parse("1+" * 900 + "1")).count("+") == 900


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert write(parse(text))
