"""Where an expression is not defined over the real numbers, read from its tree."""

from __future__ import annotations

from collections.abc import Iterator

from havoc_pipeline.tools.mathematics.tree import (
    Call,
    Chain,
    Equation,
    Negative,
    Node,
    Number,
    Power,
    Variable,
    variables,
    walk,
    write,
)

_NEEDS = {
    "log": "> 0", "log10": "> 0", "log2": "> 0", "sqrt": ">= 0", "asin": "between -1 and 1",
    "acos": "between -1 and 1", "acosh": ">= 1", "atanh": "between -1 and 1", "factorial": ">= 0",
    "gamma": "no whole number below 1",
}  # fmt: skip
_POLES = {
    "tan": "{} no odd multiple of pi/2", "sec": "{} no odd multiple of pi/2",
    "cot": "{} no multiple of pi", "csc": "{} no multiple of pi",
}  # fmt: skip
_VANISHING = {"tan": "cos", "sec": "cos", "cot": "sin", "csc": "sin"}


def restrictions(tree: Node | Equation) -> tuple[str, ...]:
    """What must hold for every part of an expression to have a real value.

    Parameters
    ----------
    tree : Node or Equation

    Returns
    -------
    tuple of str
        Such as `x - 1 is not 0` or `x > 0`, each once.
    """
    return tuple(dict.fromkeys(text for node in walk(tree) for text in _of(node)))


def divisors(tree: Node | Equation) -> tuple[Node, ...]:
    """Everything with a variable in it that divides: divisors, bases of negative powers, poles of tan."""
    found = list[Node]()
    for node in walk(tree):
        if isinstance(node, Chain) and not node.is_sum:
            pairs = zip(node.operators, node.operands[1:], strict=True)
            found += [operand for operator, operand in pairs if operator == "/"]
        elif isinstance(node, Power) and _is_negative(node.exponent):
            found.append(node.base)
        elif isinstance(node, Call) and node.function in _VANISHING:
            found.append(Call(_VANISHING[node.function], node.arguments))
    return tuple(divisor for divisor in found if variables(divisor))


def _of(node: Node) -> Iterator[str]:
    if isinstance(node, Chain | Power) and not (isinstance(node, Chain) and node.is_sum):
        yield from (f"{write(d)} is not 0" for d in divisors(node) if d in _direct(node))
    if isinstance(node, Power) and _is_broken(node.exponent) and variables(node.base):
        yield f"{write(node.base)} >= 0"
    if isinstance(node, Call) and variables(node):
        yield from _of_call(node)


def _direct(node: Chain | Power) -> tuple[Node, ...]:
    return node.operands if isinstance(node, Chain) else (node.base,)


def _of_call(node: Call) -> Iterator[str]:
    if _NEEDS.get(node.function) == ">= 0" and _never_negative(node.arguments[0]):
        return
    inner = write(node.arguments[0])
    if node.function in _NEEDS:
        need = _NEEDS[node.function]
        yield f"{inner} {need}" if need[0] in "<>" else f"{inner} is {need}"
    if node.function in _POLES:
        yield _POLES[node.function].format(f"{inner} is")


def _never_negative(node: Node) -> bool:
    if isinstance(node, Power) and isinstance(node.exponent, Number):
        return node.exponent.value.denominator == 1 and node.exponent.value.numerator % 2 == 0
    return isinstance(node, Call) and node.function in ("abs", "exp", "cosh")


def _is_negative(exponent: Node) -> bool:
    return isinstance(exponent, Negative) or (isinstance(exponent, Number) and exponent.value < 0)


def _is_broken(exponent: Node) -> bool:
    """Whether the exponent is a fraction, or varies, so that a negative base has no real power."""
    inner = exponent.operand if isinstance(exponent, Negative) else exponent
    if isinstance(inner, Number):
        return inner.value.denominator != 1
    whole = isinstance(inner, Chain) and all(isinstance(o, Number) for o in inner.operands)
    return isinstance(inner, Variable) or (whole and "/" in inner.operators if isinstance(inner, Chain) else False)
