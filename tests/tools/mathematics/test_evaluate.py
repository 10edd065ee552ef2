"""EVALUATE through the command language, against values known in closed form."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.evaluate import evaluate

Run = Callable[[str], Any]


def finding(result: Any, check: str) -> Any:
    return next(f for f in result.findings if f.check == check)


@pytest.mark.parametrize(
    ("arguments", "value", "exact"),
    [
        ('expression="17.5/4 + 3^2"', 13.375, "13.375"),
        ('expression="1/3"', 1 / 3, "1/3"),
        ('expression="x^2 + 3x" at=2', 10, "10"),
        ('expression="sin(x)" at="pi/6"', 0.5, "0.5"),
        ('expression="x^2 + 3*x" operation=differentiate variable=x at=2', 7, "2*x + 3"),
        ('expression="x^2" operation=integrate lower=0 upper=3', 9, "9"),
        ('expression="sin(x)" operation=integrate lower=0 upper="pi"', 2, "2"),
        ('expression="exp(-x^2)" operation=integrate lower="-inf" upper="inf"', math.sqrt(math.pi), "sqrt(pi)"),
        ('expression="1/x" operation=integrate lower=1 upper=2', math.log(2), "log(2)"),
        ('expression="1/sqrt(x)" operation=integrate lower=0 upper=1', 2, "2"),
        ('expression="0.1 + 0.2"', 0.3, "0.3"),
    ],
)
def test_numbers(run: Run, arguments: str, value: float, exact: str) -> None:
    result = run(f"EVALUATE {arguments}")
    assert result.value == pytest.approx(value, rel=1e-15)
    assert result.exact == exact
    assert result.values == {"value": result.value}


@pytest.mark.parametrize(
    ("arguments", "exact"),
    [
        ('expression="(x^2-1)/(x-1)" operation=simplify', "x + 1"),
        ('expression="x^2-4" operation=factor', "(x - 2)*(x + 2)"),
        ('expression="360" operation=factor', "2^3*3^2*5"),
        ('expression="(a+b)^2" operation=expand', "a^2 + 2*a*b + b^2"),
        ('expression="x^2" operation=integrate', "x^3/3"),
        ('expression="abs(x)" operation=differentiate', "sign(x)"),
        ('expression="sqrt(x^2)" operation=simplify', "abs(x)"),
        ('expression="(x+y)^2" operation=differentiate variable=y', "2*(x + y)"),
        ('expression="log10(x)" operation=differentiate', "1/(x*log(10))"),
    ],
)
def test_formulas_are_checked_by_numbers(run: Run, arguments: str, exact: str) -> None:
    result = run(f"EVALUATE {arguments}")
    assert result.exact == exact
    assert exact in result.statement
    assert finding(result, "verification").status == "pass"


def test_domain_of_what_was_cancelled_is_kept(run: Run) -> None:
    result = run('EVALUATE expression="(x^2-1)/(x-1)" operation=simplify')
    assert "x - 1 is not 0" in finding(result, "domain").statement


def test_lost_digits_are_recovered(run: Run) -> None:
    result = run('EVALUATE expression="sqrt(2)*sqrt(2) - 2"')
    assert result.value == 0
    assert finding(result, "precision").status == "note"
    # (1 + 1e-9)^1e6 = exp(1e6*log1p(1e-9)); double precision alone gives 1.00100050024903
    assert run('EVALUATE expression="(1+1e-9)^1000000"').value == pytest.approx(
        math.exp(1e6 * math.log1p(1e-9)), rel=1e-14
    )


def test_numeric_integral_has_an_error_estimate(run: Run) -> None:
    # quadrature of mpmath 1.3 with 30 digits: 0.469918574995724…
    result = run('EVALUATE expression="sin(x^3)*exp(cos(x))" operation=integrate lower=0 upper=1')
    assert result.value == pytest.approx(0.469918574995724, abs=1e-13)
    assert "error estimate" in finding(result, "closed form").statement


def test_reading_is_noted_where_it_is_ambiguous(run: Run) -> None:
    result = run('EVALUATE expression="1/2x" at=4')
    assert result.value == 2
    assert "left to right" in finding(result, "reading").statement
    assert "natural" in finding(run('EVALUATE expression="log(100)"'), "reading").statement


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('expression="x^2 + 1"', "at="), ('expression="2" at=3', "no variable"),
        ('expression="a*b" operation=differentiate', "variable="),
        ('expression="a*b" at=1 variable=c', "no variable `c`"),
        ('expression="1/x" operation=integrate lower=-1 upper=1', "not finite"),
        ('expression="1/x" operation=integrate lower=0 upper=1', "not finite"),
        ('expression="1/x" operation=integrate lower=1 upper="inf"', "not finite"),
        ('expression="tan(x)" operation=integrate lower=0 upper=3', "not finite"),
        ('expression="sqrt(x)" operation=integrate lower=-1 upper=1', "no finite real value"),
        ('expression="x^x" operation=integrate', "lower= and upper="),
        ('expression="x" operation=integrate lower=0', "both"),
        ('expression="x" lower=0 upper=1', "operation=integrate"),
        ('expression="x" operation=integrate lower=0 upper=1 at=1', "at="),
        ('expression="x" at="y"', "holds a variable"), ('expression="(x+1)^1000" operation=expand', "characters"),
        ('expression="2.5" operation=factor', "whole number"),
        ('expression="a*x" operation=integrate lower=0 upper=1 variable=x', "not given"),
        ('expression="sqrt(2) - sqrt(-1)"', "no real value"), ('expression="9^9^9^9"', "more digits"),
    ],
)  # fmt: skip
def test_refusals_say_the_mend(run: Run, arguments: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said):
        run(f"EVALUATE {arguments}")


def test_long_formulas_are_cut_in_the_sentence_only(run: Run) -> None:
    result = run('EVALUATE expression="(x+1)^60" operation=expand')
    assert len(result.exact) > len(result.statement)
    assert "characters" in result.statement


def test_python_call_and_figures() -> None:
    result = evaluate(expression="x^2", operation="integrate", lower=0, upper=3)
    figure = result.figure()
    assert figure is not None
    assert figure.axes[0].get_xlabel() == "x"
    assert [line.get_label() for line in figure.axes[0].get_lines()][1:] == ["x^2"]
    assert evaluate(expression="2+2").figure() is None
    slope = evaluate(expression="x^3", operation="differentiate", at=1).figure()
    assert slope is not None
    assert len(slope.axes[0].get_lines()) >= 3


def test_plain_arithmetic_loads_no_sympy() -> None:
    code = (
        "import sys; from havoc_pipeline.tools.mathematics.evaluate import evaluate; "
        "assert evaluate(expression='sqrt(2)+17.5/4').value > 5; sys.exit('sympy' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
