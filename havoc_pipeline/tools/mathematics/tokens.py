"""An expression's text cut into tokens, and errors that point at a place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from havoc_pipeline.errors import ExpressionError

Kind = Literal["number", "name", "operator", "open", "close", "comma", "equals", "postfix", "end"]

MOST_CHARACTERS = 2_000
MOST_DIGITS = 400
MOST_EXPONENT = 400

_LETTER = "A-Za-zÀ-ÿΑ-Ωα-ωµ"
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    rf"|(?P<name>[{_LETTER}][{_LETTER}0-9_₀-₉]*)|(?P<power>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<operator>\*\*|[-+*/^√∛])"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>[,;])|(?P<equals>==?)|(?P<postfix>[!%°])"
    r"|(?P<vulgar>[½⅓⅔¼¾⅛])|(?P<infinity>∞)"
)
_SPELLING = str.maketrans({
    "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "÷": "/", "∕": "/", "⁄": "/", "Π": "π",
    "∶": "/", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
})  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_MENDS = {
    "|": "write abs(x) for an absolute value", "{": "use round brackets", "}": "use round brackets",
    "<": "only equations with = are solved", ">": "only equations with = are solved",
    "'": "ask for operation=differentiate instead", "$": "leave the currency out",
}  # fmt: skip
_VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅛": (1, 8)}


@dataclass(frozen=True)
class Token:
    """A piece of the text: what it is, as written, where it starts, and its number if it is one."""

    kind: Kind
    text: str
    at: int
    value: Fraction = Fraction(0)
    after_space: bool = False


def tokenize(text: str) -> list[Token]:
    """Cut an expression into tokens; the last one has kind `end`.

    Parameters
    ----------
    text : str
        At most 2,000 characters.

    Returns
    -------
    list of Token

    Raises
    ------
    ExpressionError
        When the text is too long or holds a character that no expression has; a caret shows where.
    """
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            f"the expression is {len(text)} characters long; the limit is {MOST_CHARACTERS}: split it"
        )
    spelled, tokens, at, space = text.translate(_SPELLING), list[Token](), 0, False
    while at < len(spelled):
        found = _TOKEN.match(spelled, at)
        if found is None:
            mend = _MENDS.get(text[at], "leave it out")
            raise error_at(text, at, f"`{text[at]}` has no meaning in an expression; {mend}")
        tokens += _tokens_of(text, found, space)
        space, at = found.lastgroup == "space", found.end()
    return [*tokens, Token("end", "", len(text.rstrip()))]


def _tokens_of(text: str, found: re.Match[str], space: bool) -> list[Token]:
    kind, word, at = found.lastgroup or "name", found.group(), found.start()
    match kind:
        case "space":
            return []
        case "number":
            return [Token("number", word, at, _exact(text, word, at), space)]
        case "power":
            raised = Fraction(int(word.translate(_RAISED)))
            return [Token("operator", "^", at), Token("number", word, at, raised)]
        case "vulgar":
            return [Token("number", word, at, Fraction(*_VULGAR[word]), space)]
        case "name":
            return [Token("name", word.translate(_LOWERED), at, after_space=space)]
        case "infinity":
            return [Token("name", "inf", at, after_space=space)]
        case _:
            return [Token(kind, "^" if word == "**" else word, at, after_space=space)]  # type: ignore[arg-type]


def _exact(text: str, word: str, at: int) -> Fraction:
    digits, _, power = word.lower().partition("e")
    if len(digits) > MOST_DIGITS or abs(int(power[:9] or "0")) > MOST_EXPONENT or len(power) > 9:
        raise error_at(
            text, at, f"a number may have {MOST_DIGITS} digits and exponents to "
            f"{MOST_EXPONENT}, not `{word[:30]}`; write it as a power", len(word),
        )  # fmt: skip
    return Fraction(f"{digits.rstrip('.') if digits.endswith('.') else digits}e{power or '0'}")


def error_at(text: str, at: int, message: str, width: int = 1) -> ExpressionError:
    """An error that shows the text with a caret under the place.

    Parameters
    ----------
    text : str
        The expression as written.
    at, width : int
        Offset and length of what is wrong.
    message : str
        One sentence: what is wrong, and what mends it.
    """
    row = text.replace("\n", " ").replace("\t", " ")
    lead = max(0, at - 60)
    shown = ("…" if lead else "") + row[lead : lead + 100]
    caret = " " * (at - lead + bool(lead)) + "^" * max(1, min(width, 40))
    return ExpressionError(f"column {at + 1}: {message}\n  {shown}\n  {caret}")
