"""Formulas of questions: what is one, what is none, and that our parser takes each."""

from __future__ import annotations

import pytest

from havoc_pipeline.linking.extract import extract
from havoc_pipeline.linking.mentions import FormulaMention, NumberMention
from havoc_pipeline.tools.mathematics.parser import parse
from havoc_pipeline.tools.mathematics.tree import Equation

POSITIVE = [
    ("3*x^2+1", ("3*x^2+1",)), ("what is 17.5/4 + 3^2", ("17.5/4 + 3^2",)), ("sin(x)/x", ("sin(x)/x",)),
    ("integrate x^2 from 0 to 3", ("x^2",)), ("x^2 - 5x + 6 = 0", ("x^2 - 5x + 6 = 0",)),
    ("2x + 3y = 7 and x - y = 1", ("2x + 3y = 7", "x - y = 1")), ("solve x + y = 5; x - y = 1", ("x + y = 5", "x - y = 1")),
    ("x+y=5, x-y=1", ("x+y=5", "x-y=1")), ("sympy solve([x + y = 10, x - y = 2])", ("x + y = 10", "x - y = 2")),
    ("solve x + y = 3 and y = 5", ("x + y = 3", "y = 5")),
    ("simplify (x²-1)/(x-1) please", ("(x²-1)/(x-1)",)), ("√2·x", ("√2·x",)), ("5x² − 3x", ("5x² − 3x",)),
    ("12*7?", ("12*7",)), ("17.5/4 = ?", ("17.5/4",)), ("what's sqrt(16)", ("sqrt(16)",)), ("what is 5!", ("5!",)),
    ("what is 2^10", ("2^10",)), ("calculate log(8, 2)", ("log(8, 2)",)), ("what is 1,200 * 3", ("1200 * 3",)),
    ("solve for x: 3,5x + 2 = 9", ("3.5x + 2 = 9",)), ("what is 15% of 240?", ("15% * 240",)),
    ("differentiate y = x^2 + 3x", ("x^2 + 3x",)), ("f(x) = x^3 - 2x, need f(2)", ("x^3 - 2x",)),
    ("d/dx (3x^2)", ("3x^2",)), ("∫ x^2 dx", ("x^2",)), ("integrate x", ("x",)), ("expand (a+b)^2", ("(a+b)^2",)),
    ("x^2-4 factored", ("x^2-4",)), ("rearrange exp(x) = 5 to get x", ("exp(x) = 5",)),
]  # fmt: skip
NEGATIVE = [
    "18-26", "M/C", "p1-p4", "and/or", "km/h", "R&R", "A+B resin", "2024-03-01", "before/after", "x-bar chart", "y vs x",
    "lm(y ~ x)", "lm(y ~ x + I(x^2))", "Bond force (N)", "cpk 18/26", "is 5x higher", "X1 + X2", "5 m/s to 10 m/s",
    "18 N - 26 N", "what is the R^2", "use x^2 term", "x = 4", "p < 0.05 and n = 30", "alpha=0.05", "3-5x more",
    "H1: mean of (a - b) < 0", "2^4 design", "FrF2(8, 4)", "10 ± 0.2", "line 3 - 5", "C-130", "2 x 3 factorial",
    "what is cpk for 18-26", "a/b test", "μ+3σ limits", "24/7", "10 kg/m^3", "reading 1-5", "2^k with k=4",
    "fraction design res 5 k=16", "what does 8D stand for", "s1^2/s2^2 for night over day", "I-MR of n=5",
    "what is the Cpk for 10 +0.3/-0.1", "what is Cpk of 10 +- 0.2", "2^(k-p) with k = 8",
]  # fmt: skip


def formulas(question: str) -> list[FormulaMention]:
    return [mention for mention in extract(question) if isinstance(mention, FormulaMention)]


@pytest.mark.parametrize(("question", "expected"), POSITIVE)
def test_formula_as_our_parser_takes_it(question: str, expected: tuple[str, ...]) -> None:
    (mention,) = formulas(question)
    assert mention.formulas == expected
    assert question[mention.start : mention.end] == mention.text
    trees = [parse(formula) for formula in mention.formulas]
    assert all(isinstance(tree, Equation) == mention.is_equation for tree in trees)


@pytest.mark.parametrize("question", NEGATIVE)
def test_prose_units_and_ranges_are_no_formula(question: str) -> None:
    assert formulas(question) == []


def test_bounds_beside_a_formula_are_numbers() -> None:
    mentions = extract("integrate x^2 from 0 to 3")
    assert [m.value for m in mentions if isinstance(m, NumberMention)] == [0, 3]


def test_pi_as_a_bound_is_a_formula() -> None:
    assert [m.formulas for m in formulas("integrate sin(x) from 0 to pi/2")] == [("sin(x)",), ("pi/2",)]


def test_value_given_to_a_variable_is_a_number() -> None:
    mentions = extract("evaluate 3x+1 at x = 4")
    assert [type(m) for m in mentions] == [FormulaMention, NumberMention]
