"""SOLVE through the command language, against roots known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.solutions import Solved
from havoc_pipeline.tools.mathematics.solve import solve

Run = Callable[[str], Any]


def checks(result: Any) -> dict[str, str]:
    return {finding.check: finding.status for finding in result.findings}


@pytest.mark.parametrize(
    ("equation", "roots"),
    [
        ("x^2 - 5*x + 6 = 0", [2, 3]), ("x^2 = 2", [-math.sqrt(2), math.sqrt(2)]), ("exp(x) = 5", [math.log(5)]),
        ("x^3 = 27", [3]), ("2^x = 8", [3]), ("0.1x + 0.2 = 0.7", [5]), ("sqrt(x+2) = x", [2]), ("abs(x-1) = 2", [-1, 3]),
        ("x^(1/3) = 2", [8]), ("sin(x) = 1/2", [math.pi / 6, 5 * math.pi / 6]),
        # the fixed point of cosine (OEIS A003957) and the omega constant (OEIS A030178)
        ("cos(x) = x", [0.7390851332151607]), ("x*exp(x) = 1", [0.5671432904097838]),
        # the plastic-like quintic x^5 = x + 1: OEIS A160155
        ("x^5 - x - 1 = 0", [1.1673039782614187]), ("2^x + 3^x = 13", [2]), ("x^2 = 0", [0]),
    ],
)  # fmt: skip
def test_real_solutions(run: Run, equation: str, roots: list[float]) -> None:
    result = run(f'SOLVE equation="{equation}"')
    assert [s.values["x"].real for s in result.solutions if s.is_real] == pytest.approx(roots, rel=1e-14, abs=1e-14)
    assert result.real_count == len(roots)
    assert checks(result)["verification"] == "pass"


def test_values_are_named_by_the_unknown(run: Run) -> None:
    assert run('SOLVE equation="x^2 - 5*x + 6 = 0" variable=x').values == {
        "count": 2,
        "real_count": 2,
        "x_1": 2,
        "x_2": 3,
    }
    assert run('SOLVE equation="count = 2*3 - 1"').values["count_1"] == 5


def test_complex_solutions_come_last(run: Run) -> None:
    result = run('SOLVE equation="x^3 = 27"')
    assert [s.is_real for s in result.solutions] == [True, False, False]
    assert result.solutions[1].values["x"].exact == "-3/2 - 3*sqrt(3)*i/2"
    assert "no real solution" in run('SOLVE equation="x^2 + 1 = 0"').statement


def test_multiplicity(run: Run) -> None:
    result = run('SOLVE equation="(x-1)^2*(x+2) = 0"')
    assert [s.multiplicity for s in result.solutions] == [1, 2]
    assert "x = 1 (double)" in result.statement


def test_candidate_that_fails_is_dropped_and_said(run: Run) -> None:
    result = run('SOLVE equation="sqrt(x+2) = x"')
    assert [f.statement for f in result.findings if f.check == "dropped candidate"] == [
        "x = -1 is no solution: it does not satisfy the equation"
    ]


def test_root_that_the_closed_form_lacks_is_added(run: Run) -> None:
    # both branches of Lambert's W: x = -2 - W(-exp(-2))
    result = run('SOLVE equation="exp(x) = x + 2"')
    assert [s.values["x"].real for s in result.solutions] == pytest.approx(
        [-1.84140566043696, 1.14619322062058], rel=1e-13
    )


@pytest.mark.parametrize(
    ("equation", "said"),
    [
        ("x = x", "holds for every x"), ("x = x + 1", "no solution"), ("sqrt(x) = -1", "no solution"),
        ("1/x = 0", "no solution"),
        ("x/(x-1) = 1/(x-1)", "no solution"), ("abs(x) = -1", "no solution"),
    ],
)  # fmt: skip
def test_no_solution_and_all_solutions(run: Run, equation: str, said: str) -> None:
    result = run(f'SOLVE equation="{equation}"')
    assert said in result.statement
    assert result.count == 0


def test_period_of_solutions_is_said(run: Run) -> None:
    result = run('SOLVE equation="tan(x) = 1"')
    assert "multiple of pi" in next(f.statement for f in result.findings if f.check == "periodicity")


def test_formula_in_other_variables(run: Run) -> None:
    assert run('SOLVE equation="a*b = c" variable=b').solutions[0].values["b"].exact == "c/a"
    assert run('SOLVE equation="a*x^2 + b*x + c = 0"').count == 2


def test_systems(run: Run) -> None:
    linear = run('SOLVE equation=["2x + 3y = 7", "x - y = 1"]')
    assert linear.values == {"count": 1, "real_count": 1, "x": 2, "y": 1}
    circle = run('SOLVE equation=["x^2 + y^2 = 25", "x - y = 1"]')
    assert [(s.values["x"].real, s.values["y"].real) for s in circle.solutions] == [(-3, -4), (4, 3)]
    assert "no solution" in run('SOLVE equation=["x + y = 1", "x + y = 2"]').statement
    assert "for every y" in run('SOLVE equation=["x + y = 1", "2x + 2y = 2"]').statement


def test_system_without_closed_form_is_solved_numerically(run: Run) -> None:
    result = run('SOLVE equation=["y = cos(x)", "y = x^3 + exp(x)/10"]')
    assert result.real_count == 1
    x, y = (result.solutions[0].values[n].real for n in "xy")
    assert y == pytest.approx(math.cos(x), abs=1e-12)
    assert y == pytest.approx(x**3 + math.exp(x) / 10, abs=1e-12)
    assert "closed form" in checks(result)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('equation="3 = 3"', "no unknown"), ('equation="a*b = c"', "variable="),
        ('equation="x = 1" variable=y', "no variable `y`"),
        ('equation="x^9^9^9 = 2"', "more digits"), ('equation="x^101 = 1"', "degree 101"),
            ('equation="x^(10^12) = 1"', "limit is 1000"),
        ('equation="x = 10^400"', "1.8e308"),
        ('equation="x = = 2"', "does not fit|second"),
        ('equation=["x=1","y=2"] variable=x', "leave it out"), ('equation="cos(a*x) = x + a" variable=x', "closed form"),
    ],
)  # fmt: skip
def test_refusals_say_the_mend(run: Run, arguments: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said):
        run(f"SOLVE {arguments}")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4))
def test_polynomials_with_whole_roots_give_them_back(roots: list[int]) -> None:
    product = "*".join(f"(x - ({root}))" for root in roots)
    result = solve(equation=f"{product} = 0")
    assert isinstance(result, Solved)
    found = {round(s.values["x"].real): s.multiplicity for s in result.solutions}
    assert found == {root: roots.count(root) for root in roots}


def test_figure_marks_the_roots(run: Run) -> None:
    figure = run('SOLVE equation="x^2 - 5*x + 6 = 0"').figure()
    marked = [line.get_xdata()[0] for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert marked == [2, 3]
    assert run('SOLVE equation=["x + y = 1", "x - y = 3"]').figure() is None
