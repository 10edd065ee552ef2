"""Notes on how an expression was read where people write one thing and mean another."""

from __future__ import annotations

from havoc_pipeline.tools.mathematics.tree import Call, Chain, Equation, Node, variables, walk
from havoc_pipeline.tools.result import Finding


def notes_on_reading(tree: Node | Equation, reading: str) -> list[Finding]:
    """Findings on ambiguous writing: `1/2x`, a bare `log`, angles.

    Parameters
    ----------
    tree : Node or Equation
    reading : str
        The expression as understood.

    Returns
    -------
    list of Finding
        Empty for an expression that can be read in one way only.
    """
    notes = list[str]()
    if any(_divides_then_multiplies(node) for node in walk(tree)):
        notes.append(f"`{reading[:80]}` is worked out from left to right; write brackets if a divisor goes on")
    calls = {node.function for node in walk(tree) if isinstance(node, Call)}
    if any(isinstance(n, Call) and n.function == "log" and len(n.arguments) == 1 for n in walk(tree)):
        notes.append("`log` is the natural logarithm; log10(x) is the one to base 10")
    if calls & {"sin", "cos", "tan", "cot", "sec", "csc"} and not variables(tree):
        notes.append("angles are in radians; write sin(30°) for degrees")
    return [Finding("reading", "note", note) for note in notes]


def _divides_then_multiplies(node: Node) -> bool:
    """A product after a quotient with a variable in it, as in `1/2x`."""
    if not isinstance(node, Chain) or node.is_sum or "/" not in node.operators:
        return False
    after = node.operators.index("/") + 1
    later = zip(node.operators[after:], node.operands[after + 1 :], strict=True)
    return any(operator == "*" and bool(variables(operand)) for operator, operand in later)
