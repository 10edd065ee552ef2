"""Places on the axis of a variable: where a value is wanted, and the bounds of an integral."""

from __future__ import annotations

import math
from fractions import Fraction

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.arithmetic import evaluate, to_rounded
from havoc_pipeline.tools.mathematics.parser import parse_expression
from havoc_pipeline.tools.mathematics.tree import Constant, Negative, Node, Number, variables


def place(given: float | str, parameter: str) -> Node:
    """A number or an expression without variables as a tree.

    Parameters
    ----------
    given : float or str
        `0.1` is taken as the decimal it is; text such as `pi/2` or `-inf` is parsed.
    parameter : str
        Name of the parameter, for messages.

    Returns
    -------
    Node

    Raises
    ------
    ExpressionError
        When it holds a variable or is not a number.
    """
    if isinstance(given, str):
        tree = parse_expression(given)
        if variables(tree):
            raise ExpressionError(f"{parameter}={given!r} holds a variable; give a number such as 2 or pi/2")
        return tree
    if math.isnan(given):
        raise ExpressionError(f"{parameter}=nan is no number; give a number such as 2")
    size: Node = Constant("inf") if math.isinf(given) else Number(Fraction(repr(abs(float(given)))))
    return Negative(size) if given < 0 else size


def as_double(tree: Node) -> float:
    """The place as a double; infinite for `inf`.

    Raises
    ------
    ExpressionError
        When it has no real value.
    """
    if isinstance(tree, Constant) and tree.name == "inf":
        return math.inf
    if isinstance(tree, Negative):
        return -as_double(tree.operand)
    return to_rounded(evaluate(tree)).value
