"""The number that an expression without variables stands for, exactly and to fifteen digits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.algebra.desk import Unanswered, desk
from havoc_pipeline.tools.mathematics.arithmetic import evaluate, to_rounded
from havoc_pipeline.tools.mathematics.decimals import decimal_text, exact_text, is_whole_decimal
from havoc_pipeline.tools.mathematics.exact import Value
from havoc_pipeline.tools.mathematics.rounded import Rounded, Undecided
from havoc_pipeline.tools.mathematics.tree import Node, write
from havoc_pipeline.tools.result import Finding

MOST_RELATIVE_ERROR = 5e-15
"""Beyond this bound double precision is not trusted with fifteen digits."""


@dataclass(frozen=True)
class Answer:
    """A result: exact text, decimal text and double.

    `closed` says that the exact text is a form of its own and not only the question again;
    `terminates` that the decimal is exact.
    """

    exact: str
    decimal: str
    value: float
    closed: bool = True
    terminates: bool = False
    findings: tuple[Finding, ...] = ()


def number_of(tree: Node) -> Answer:
    """Work out an expression without variables.

    Parameters
    ----------
    tree : Node

    Returns
    -------
    Answer

    Raises
    ------
    ExpressionError
        When it is not defined over the real numbers or larger than the limits.
    """
    try:
        value = evaluate(tree)
    except Undecided:
        return _precise(tree)
    if isinstance(value, Rounded) and value.relative_error > MOST_RELATIVE_ERROR:
        return _precise(tree)
    return _of_value(tree, value)


def _of_value(tree: Node, value: Value) -> Answer:
    exact, decimal = exact_text(value), decimal_text(value)
    whole = is_whole_decimal(value)
    if exact is None:
        return Answer(write(tree), decimal, to_rounded(value).value, closed=False)
    shown = decimal if whole and len(decimal) <= len(exact) + 12 else exact
    return Answer(shown, decimal, _double(value), terminates=whole)


def _double(value: Value) -> float:
    """The nearest double; NaN beyond its range, where only the text holds."""
    try:
        return to_rounded(value).value
    except ExpressionError:
        return math.nan


def _precise(tree: Node) -> Answer:
    """Fifteen digits by arbitrary precision, where double precision loses them."""
    try:
        reply = desk().ask("value", expression=write(tree))
    except Unanswered as problem:
        raise ExpressionError(f"`{write(tree)[:60]}` could not be worked out ({problem}); split it") from None
    if "imaginary" in reply:
        raise ExpressionError(
            f"`{write(tree)[:60]}` is the complex number {reply['decimal']}; only real values are given"
        )
    note = Finding(
        "precision", "note", "double precision loses digits here; the value comes from arbitrary precision",
        reference="Johansson et al., mpmath: arbitrary-precision arithmetic",
    )  # fmt: skip
    real = math.nan if reply["real"] is None else float(reply["real"])
    exact, decimal = str(reply["exact"]), str(reply["decimal"])
    return Answer(exact, decimal, real, terminates=exact == decimal, findings=(note,))
