"""The algebra worker: deadline, limits, and agreement with SymPy on random expressions."""

from __future__ import annotations

import io
import json
import math
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.algebra.desk import Desk, Unanswered
from havoc_pipeline.tools.mathematics.algebra.symbolic import build, spell, symbol
from havoc_pipeline.tools.mathematics.algebra.worker import answer, handlers, serve
from havoc_pipeline.tools.mathematics.grid import on_grid
from havoc_pipeline.tools.mathematics.parser import parse_expression

EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "13", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]}){p[1]}({p[2]})"),
        st.tuples(inner, st.sampled_from("+-*/"), inner).map("".join),
        st.tuples(inner, st.sampled_from(["2", "3"])).map(lambda p: f"({p[0]})^{p[1]}"),
        st.tuples(st.sampled_from(["sin", "cos", "exp", "sqrt", "abs", "atan"]), inner).map(
            lambda p: f"{p[0]}({p[1]})"
        ),
        inner.map(lambda e: f"-{e}"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_our_values_agree_with_sympy(text: str) -> None:
    tree = parse_expression(text)
    ours = float(on_grid(tree, {"x": 0.7, "y": -1.3}))
    theirs = complex(build(tree).subs({symbol("x", real=True): 0.7, symbol("y", real=True): -1.3}))
    assume(math.isfinite(ours) and abs(theirs.imag) < 1e-12 and abs(ours) < 1e12)
    assert ours == pytest.approx(theirs.real, rel=1e-8, abs=1e-8)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_spelled_sympy_parses_to_the_same_value(text: str) -> None:
    tree = parse_expression(text)
    theirs = build(tree)
    assume(theirs.is_extended_real)
    again = parse_expression(spell(theirs))
    ours, read = (float(on_grid(t, {"x": 0.7, "y": -1.3})) for t in (tree, again))
    assume(math.isfinite(ours) and math.isfinite(read))
    assert ours == pytest.approx(read, rel=1e-8, abs=1e-8)


def test_worker_answers_line_by_line() -> None:
    requests = io.StringIO(json.dumps({"do": "factor", "seconds": 5, "expression": "x^2-4"}) + "\n")
    answers = io.StringIO()
    serve(requests, answers)
    ready, reply = map(json.loads, answers.getvalue().splitlines())
    assert ready == {"ready": True}
    assert reply == {"exact": "(x - 2)*(x + 2)"}


def test_failures_of_sympy_become_answers() -> None:
    known = handlers() | {"broken": lambda request: request["nothing"]}
    assert "KeyError" in answer(known, {"do": "broken"})["failed"]
    assert "column" in answer(known, {"do": "factor", "expression": "(x"})["error"]


def test_overrun_ends_the_worker_and_the_next_question_is_answered() -> None:
    desk = Desk()
    try:
        assert desk.ask("factor", expression="x^2-1")["exact"] == "(x - 1)*(x + 1)"
        started = time.monotonic()
        with pytest.raises(Unanswered, match=r"1\.5 seconds"):
            desk.ask(
                "integrate_between", seconds=1.5, expression="sin(x^3)*exp(cos(x))", variable="x", lower="0", upper="1"
            )
        assert time.monotonic() - started < 10
        assert desk.ask("expand", expression="(x+1)^2")["exact"] == "x^2 + 2*x + 1"
    finally:
        desk.close()


def test_refusal_of_the_worker_is_ours() -> None:
    desk = Desk()
    try:
        with pytest.raises(ExpressionError, match="prime factors"):
            desk.ask("factor", expression="1/2")
    finally:
        desk.close()
