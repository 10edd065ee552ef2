"""Names in expressions: spellings of functions and constants, and words that are several names."""

from __future__ import annotations

import re

from havoc_pipeline.tools.mathematics.tokens import Token
from havoc_pipeline.tools.mathematics.tree import FUNCTIONS

ALIASES = {
    "ln": "log", "lg": "log10", "lb": "log2", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "tg": "tan", "phi": "normal_cdf", "pnorm": "normal_cdf", "normcdf": "normal_cdf", "Φ": "normal_cdf",
    "ceiling": "ceil", "choose": "binomial", "comb": "binomial", "ncr": "binomial", "arsinh": "asinh",
    "arcosh": "acosh", "artanh": "atanh", "sqr": "sqrt", "fact": "factorial", "sgn": "sign",
}  # fmt: skip
CONSTANT_NAMES = {
    "pi": "pi", "Pi": "pi", "PI": "pi", "π": "pi", "e": "e", "inf": "inf", "infinity": "inf", "oo": "inf"
}  # fmt: skip
_BARE_NAMES = "sin cos tan cot sec csc asin acos atan sinh cosh tanh exp log log10 log2 sqrt"
BARE = frozenset(_BARE_NAMES.split())
"""Functions that may stand without brackets: `sin x`, `log 10`."""

_GLUED = re.compile(r"(sin|cos|tan|exp|ln|log|sqrt)([xyz])")
_PRODUCT = re.compile(r"[xyz]{2,3}")


def function_named(name: str) -> str | None:
    """The function that a name stands for in any spelling, or None."""
    lower = name if name in ALIASES else name.lower()
    known = ALIASES.get(lower, lower)
    return known if known in FUNCTIONS else None


def unglued(token: Token) -> list[Token]:
    """`sinx` as `sin x`, and `xy` as `x y`."""
    if token.kind != "name":
        return [token]
    glued = _GLUED.fullmatch(token.text)
    if glued:
        words = list(glued.groups())
    elif _PRODUCT.fullmatch(token.text):
        words = list(token.text)
    else:
        return [token]
    starts = [token.at + len("".join(words[:i])) for i in range(len(words))]
    return [Token("name", word, at) for word, at in zip(words, starts, strict=True)]
