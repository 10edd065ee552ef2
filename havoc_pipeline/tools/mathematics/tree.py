"""The small tree that a mathematical expression becomes, and how it is written back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

FUNCTIONS: dict[str, tuple[int, int]] = {
    "sin": (1, 1), "cos": (1, 1), "tan": (1, 1), "cot": (1, 1), "sec": (1, 1), "csc": (1, 1),
    "asin": (1, 1), "acos": (1, 1), "atan": (1, 1), "sinh": (1, 1), "cosh": (1, 1), "tanh": (1, 1),
    "asinh": (1, 1), "acosh": (1, 1), "atanh": (1, 1), "exp": (1, 1), "log": (1, 2), "log10": (1, 1),
    "log2": (1, 1), "sqrt": (1, 1), "cbrt": (1, 1), "abs": (1, 1), "sign": (1, 1), "floor": (1, 1),
    "ceil": (1, 1), "gamma": (1, 1), "factorial": (1, 1), "binomial": (2, 2), "erf": (1, 1),
    "erfc": (1, 1), "normal_cdf": (1, 1), "min": (1, 20), "max": (1, 20),
}  # fmt: skip
"""Every function that an expression may call, with the least and the most arguments."""

CONSTANTS = ("pi", "e", "inf")


@dataclass(frozen=True)
class Number:
    """An exact number: decimal text is read as the fraction it is."""

    value: Fraction


@dataclass(frozen=True)
class Constant:
    """`pi`, `e`, or `inf` (bounds of integrals only)."""

    name: str


@dataclass(frozen=True)
class Variable:
    """A name that stands for a number."""

    name: str


@dataclass(frozen=True)
class Negative:
    """The operand with the other sign."""

    operand: Node


@dataclass(frozen=True)
class Chain:
    """Operands joined from left to right by `+ -` or by `* /`; one operator fewer than operands."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]

    @property
    def is_sum(self) -> bool:
        """Whether terms are added and subtracted, not multiplied and divided."""
        return self.operators[0] in "+-"


@dataclass(frozen=True)
class Power:
    """`base ^ exponent`."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Call:
    """A function of `FUNCTIONS` with its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Number | Constant | Variable | Negative | Chain | Power | Call


@dataclass(frozen=True)
class Equation:
    """Two expressions said to be equal."""

    left: Node
    right: Node


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Negative(operand):
            return (operand,)
        case Chain(_, operands):
            return operands
        case Power(base, exponent):
            return (base, exponent)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(tree: Node | Equation) -> Iterator[Node]:
    """Every node of a tree, from the left."""
    waiting: list[Node] = [tree.right, tree.left] if isinstance(tree, Equation) else [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(children(node))


def variables(tree: Node | Equation) -> tuple[str, ...]:
    """Names of the tree's variables, each once, in order of appearance."""
    return tuple(dict.fromkeys(n.name for n in walk(tree) if isinstance(n, Variable)))


def write(tree: Node | Equation) -> str:
    """Write a tree as text that parses to the same tree.

    Parameters
    ----------
    tree : Node or Equation

    Returns
    -------
    str
        Such as `3*x^2 - 1/2` or `x^2 = 4`.
    """
    if isinstance(tree, Equation):
        return f"{write(tree.left)} = {write(tree.right)}"
    return _write(tree)


def _write(node: Node) -> str:
    match node:
        case Number(value):
            return _number(value)
        case Constant(name) | Variable(name):
            return name
        case Negative(operand):
            return "-" + _within(operand, Chain, Negative)
        case Chain(operators, operands):
            return _chain(operators, operands)
        case Power(base, exponent):
            return f"{_base(base)}^{_within(exponent, Chain, Negative, Power)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(_write, arguments))})"


def _number(value: Fraction) -> str:
    """An integer or decimal; any other fraction in brackets."""
    if value.denominator == 1:
        return str(value.numerator)
    places = _places(value.denominator)
    if places is None:
        return f"({value.numerator}/{value.denominator})"
    digits = str(value.numerator * (10**places // value.denominator)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _places(denominator: int) -> int | None:
    """Decimals that a fraction with this denominator needs; None when they do not end."""
    twos, fives = 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def _within(node: Node, *kinds: type[Node]) -> str:
    text = _write(node)
    return f"({text})" if isinstance(node, kinds) else text


def _base(node: Node) -> str:
    return _within(node, Chain, Negative, Power)


def _chain(operators: tuple[str, ...], operands: tuple[Node, ...]) -> str:
    if operators[0] in "+-":
        parts = [_operand(operands[0], first=True, is_sum=True)]
        for sign, term in zip(operators, operands[1:], strict=True):
            parts.append(f" {sign} {_operand(term, first=False, is_sum=True)}")
    else:
        parts = [_operand(operands[0], first=True, is_sum=False)]
        for sign, factor in zip(operators, operands[1:], strict=True):
            parts.append(f"{sign}{_operand(factor, first=False, is_sum=False)}")
    return "".join(parts)


def _operand(node: Node, *, first: bool, is_sum: bool) -> str:
    inner_sum = isinstance(node, Chain) and node.is_sum
    inner_product = isinstance(node, Chain) and not node.is_sum
    signed = isinstance(node, Negative) and not (first and is_sum)
    bracket = inner_sum or signed or (inner_product and not is_sum)
    return f"({_write(node)})" if bracket else _write(node)


def substitute(node: Node, name: str, by: Node) -> Node:
    """The tree with every variable `name` replaced by another tree."""
    match node:
        case Variable(known):
            return by if known == name else node
        case Negative(operand):
            return Negative(substitute(operand, name, by))
        case Chain(operators, operands):
            return Chain(operators, tuple(substitute(o, name, by) for o in operands))
        case Power(base, exponent):
            return Power(substitute(base, name, by), substitute(exponent, name, by))
        case Call(function, arguments):
            return Call(function, tuple(substitute(a, name, by) for a in arguments))
        case _:
            return node
