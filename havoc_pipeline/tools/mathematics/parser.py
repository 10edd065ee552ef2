"""The project's own parser of mathematical expressions: text to tree, nothing is ever executed.

Precedence from loose to tight: `+ -`, then `* /` and multiplication that is understood (`2x`,
`3(x + 1)`, `x y`), then a sign, then `^` (from the right), then `!`, `%` and `°`. So `-x^2` is
`-(x^2)`, and `1/2x` is read from left to right as `(1/2)*x`. `log` and `ln` are the natural
logarithm. `xy`, `xz`, `yz` and `xyz` are products; any other longer name is one variable.
"""

from __future__ import annotations

from difflib import get_close_matches
from fractions import Fraction

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.tools.mathematics.names import (
    ALIASES,
    BARE,
    CONSTANT_NAMES,
    function_named,
    unglued,
)
from havoc_pipeline.tools.mathematics.tokens import Token, error_at, tokenize
from havoc_pipeline.tools.mathematics.tree import (
    FUNCTIONS,
    Call,
    Chain,
    Constant,
    Equation,
    Negative,
    Node,
    Number,
    Power,
    Variable,
)

MOST_DEPTH = 40

_STARTS = ("number", "name", "open")


def parse(text: str) -> Node | Equation:
    """Parse an expression or an equation.

    Parameters
    ----------
    text : str
        Such as `3x^2 + 1`, `sin(x)/x` or `x^2 - 5x + 6 = 0`.

    Returns
    -------
    Node or Equation

    Raises
    ------
    ExpressionError
        When it does not parse or is nested too deeply; a caret shows where.
    """
    return _Parser(text).whole()


def parse_expression(text: str) -> Node:
    """Parse an expression that is no equation.

    Raises
    ------
    ExpressionError
        As `parse`, and when there is an equals sign.
    """
    tree = parse(text)
    if isinstance(tree, Equation):
        raise error_at(text, text.index("="), "an equation has no value; use SOLVE to solve it")
    return tree


def parse_equation(text: str) -> Equation:
    """Parse an equation; an expression alone is set equal to zero.

    Raises
    ------
    ExpressionError
        As `parse`.
    """
    tree = parse(text)
    return tree if isinstance(tree, Equation) else Equation(tree, Number(Fraction(0)))


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [part for token in tokenize(text) for part in unglued(token)]
        self._at = 0
        self._depth = 0

    def whole(self) -> Node | Equation:
        if self._ended:
            raise ExpressionError("the expression is empty; write one such as `3*x^2 + 1`")
        left = self._sum()
        tree: Node | Equation = left
        if self._next.kind == "equals":
            self._take()
            tree = Equation(left, self._sum())
        if not self._ended:
            raise self._error(self._next, self._surprise(self._next))
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    @property
    def _ended(self) -> bool:
        return self._next.kind == "end"

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _error(self, token: Token, message: str) -> ExpressionError:
        return error_at(self._text, token.at, message, len(token.text))

    def _surprise(self, token: Token) -> str:
        if token.kind == "end":
            return "the expression ends too early; a number, a variable or `(` is missing"
        if token.kind == "equals":
            return "there is a second equals sign; give several equations as a list"
        if token.kind == "comma":
            return f"`{token.text}` does not fit here; write decimals with a point"
        if token.kind == "number":
            return f"`{token.text}` follows without an operator; write `*` between them"
        return f"`{token.text}` does not fit here; check the brackets and operators"

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._error(self._next, f"the expression is nested more than {MOST_DEPTH} deep; split it")
        tree = self._chain("+-")
        self._depth -= 1
        return tree

    def _chain(self, signs: str) -> Node:
        inner = self._product if signs == "+-" else self._factor
        operators, operands = list[str](), [inner()]
        while (sign := self._joins(signs)) is not None:
            operators.append(sign)
            operands.append(inner())
        return Chain(tuple(operators), tuple(operands)) if operators else operands[0]

    def _product(self) -> Node:
        return self._chain("*/")

    def _joins(self, signs: str) -> str | None:
        """The operator that comes next, taken; `*` where multiplication is understood."""
        token = self._next
        if token.kind == "operator" and token.text in signs:
            return self._take().text
        understood = token.kind in ("name", "open") or token.text in ("√", "∛")
        return "*" if signs == "*/" and understood else None

    def _factor(self) -> Node:
        token = self._next
        if token.kind == "operator" and token.text in "+-":
            self._take()
            operand = self._deeper(token)
            return Negative(operand) if token.text == "-" else operand
        return self._power()

    def _deeper(self, token: Token) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._error(token, f"the expression is nested more than {MOST_DEPTH} deep; split it")
        operand = self._factor()
        self._depth -= 1
        return operand

    def _power(self) -> Node:
        base = self._marked()
        if self._next.kind == "operator" and self._next.text == "^":
            return Power(base, self._deeper(self._take()))
        return base

    def _marked(self) -> Node:
        node = self._primary()
        if self._next.kind != "postfix":
            return node
        mark = self._take()
        if self._next.kind == "postfix":
            raise self._error(self._next, f"`{mark.text}{self._next.text}` has no meaning here")
        if mark.text == "!":
            return Call("factorial", (node,))
        if mark.text == "°":
            return Chain(("*", "/"), (node, Constant("pi"), Number(Fraction(180))))
        if self._next.kind in _STARTS:
            raise self._error(mark, "`%` is per cent; put `*` after it, or use a - b*floor(a/b)")
        return Chain(("/",), (node, Number(Fraction(100))))

    def _primary(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Number(token.value)
        if token.kind == "open":
            tree = self._sum()
            self._close(token)
            return tree
        if token.kind == "name":
            return self._name(token)
        if token.text in ("√", "∛"):
            return Call("sqrt" if token.text == "√" else "cbrt", (self._deeper_primary(token),))
        self._at -= 1
        raise self._error(token, self._surprise(token))

    def _deeper_primary(self, token: Token) -> Node:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._error(token, f"the expression is nested more than {MOST_DEPTH} deep; split it")
        node = self._marked()
        self._depth -= 1
        return node

    def _close(self, opened: Token) -> None:
        wanted = {"(": ")", "[": "]"}[opened.text]
        if self._next.text != wanted:
            raise self._error(opened, f"the bracket opened here lacks its `{wanted}`")
        self._take()

    def _name(self, token: Token) -> Node:
        known = function_named(token.text)
        if self._next.kind == "open":
            if known is not None:
                return self._call(token, known)
            self._refuse_unknown_function(token)
        if known in BARE and (self._next.kind in _STARTS or self._next.text in ("^", "√", "-")):
            return self._bare_call(token, known)
        if token.text in CONSTANT_NAMES:
            return Constant(CONSTANT_NAMES[token.text])
        if known in BARE:
            raise self._error(token, f"`{token.text}` lacks its argument; write {token.text}(x)")
        return Variable(token.text)

    def _refuse_unknown_function(self, token: Token) -> None:
        if token.text in CONSTANT_NAMES or (len(token.text) == 1 and token.text not in "fgh"):
            return
        near = get_close_matches(token.text.lower(), [*FUNCTIONS, *ALIASES], n=1, cutoff=0.6)
        hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(FUNCTIONS)}"
        raise self._error(token, f"`{token.text}` is no function; {hint}")

    def _call(self, token: Token, function: str) -> Node:
        opened = self._take()
        arguments = [self._sum()]
        while self._next.kind == "comma":
            self._take()
            arguments.append(self._sum())
        self._close(opened)
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            takes = f"{least}" if least == most else f"{least} to {most}"
            raise self._error(token, f"`{token.text}` takes {takes} argument(s), not {len(arguments)}")
        return Call(function, tuple(arguments))

    def _bare_call(self, token: Token, function: str) -> Node:
        """`sin x`, `sin 2x`, `sin^2 x`: the argument is one product without a further function."""
        exponent: Node | None = None
        if self._next.text == "^":
            self._take()
            exponent = self._whole_exponent(token)
        bracketed = self._next.kind == "open"
        call = self._call(token, function) if bracketed else self._bare(token, function)
        return Power(call, exponent) if exponent is not None else call

    def _bare(self, token: Token, function: str) -> Node:
        return Call(function, (self._bare_argument(token),))

    def _whole_exponent(self, token: Token) -> Node:
        power = self._take()
        if power.kind != "number" or power.value.denominator != 1 or power.value < 1:
            raise self._error(power, f"write {token.text}(x)^n for a power, and a{token.text}(x) for the inverse")
        return Number(power.value)

    def _bare_argument(self, token: Token) -> Node:
        parts = [self._deeper(token)]
        while self._next.kind == "name" and function_named(self._next.text) is None:
            parts.append(self._deeper(token))
        return Chain(("*",) * (len(parts) - 1), tuple(parts)) if len(parts) > 1 else parts[0]
