"""Evidence that a run of symbols is mathematics: what is asked before it, and its shape."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from havoc_pipeline.tables.units import is_unit
from havoc_pipeline.tools.mathematics.tree import (
    Call,
    Chain,
    Constant,
    Equation,
    Negative,
    Node,
    Number,
    Power,
    Variable,
    children,
    variables,
    walk,
)


class Request(Enum):
    """What the words before a run ask for."""

    CALCULUS = "integrate, differentiate"
    EXPRESSION = "simplify, expand, factor, evaluate"
    SOLVE = "solve"
    VALUE = "what is, how much is"


_LINK = (
    r"(?:\s?(?:the|this|that|following|function|expression|equations?|polynomial|formula|term|system|of|for|me|"
    r"fully|out|please|value|result|answer|to|by|numerically|exactly|definite|indefinite|let|is|where|us|"
    r"with\srespect\sto\s[a-z]|in\s[a-z]|for\s[a-z]|d/d[a-z]|d[a-z]|:|,|\"|“|'|`|\())*\s{0,2}"
)  # fmt: skip
_WORDS = {
    Request.CALCULUS: r"int?er?gra(?:te|l|ting|tion)|integral|int|∫|antiderivative|primitive|area\sunder|auc|"
    r"differentiate|derivative|derive|diff|slope\sof|gradient|d/d[a-z]|taylor",
    Request.SOLVE: r"solve|solving|roots?|zeros?|zeroes|solutions?|"
    r"find\s[a-z](?:\s(?:in|from|if|so\sthat|such\sthat|when|where))?|"
    r"satisf(?:y|ies)|equations?|what\s(?:value\sof\s)?[a-z]\s(?:solves|gives|makes)|which\s[a-z]\s(?:solves|gives|makes)",
    Request.EXPRESSION: r"simplify|simplfy|reduce|expa?na?d|multiply\sout|factor(?:i[sz]e|ed|ing)?|factori[sz]ation|"
    r"evaluate|evaluation|brackets|parenthes[ei]s|develop|distribute|substitute|plug|subs|expression|factors|simplest\sform|"
    r"terms|clean\sup|shorten|polynomial|simplification|formula",
    Request.VALUE: r"what\sis|what['’]?s|whats|how\smuch(?:\sis|\sgives|\smakes)?|how\smany\smakes|calculate|"
    r"calculte|calcualte|calc|compute|work\sout|figure\sout|value(?:\sof)?|result(?:\sof)?|answer\sto|do\sthe\smath|number\sfor|"
    r"comes?\sout\sof|what\sdoes|sum|check|in\sr",
}
_REQUESTS = {
    request: re.compile(rf"(?:\b|(?<=∫))(?:{words}){_LINK}$", re.IGNORECASE)
    for request, words in ((r, w.replace("|∫", "")) for r, w in _WORDS.items())
}
_INTEGRAL_SIGN = re.compile(r"∫\s{0,2}\(?$")
_ANYWHERE = {
    request: re.compile(rf"\b(?:{words.replace('|∫', '')})(?!\w)", re.IGNORECASE) for request, words in _WORDS.items()
}
_NEVER = re.compile(r"[\d.,]+x?\s?[-–−]\s?[\d.,]+x|[23]\^\(?[knp](?:\s?-\s?[knp])?\)?")
"""`3-5x` (times) and `2^k` (designs)."""
_TOLERANCE = re.compile(
    r"[\d.,]+\s?(?:\+\s?[\d.,]+\s?[/,;]?\s?[-−–]|[-−–]\s?[\d.,]+\s?/\s?\+|\+\s?/?\s?[-−–])\s?[\d.,]+"
)
"""`10 +0.3/-0.1`, `10 +- 0.2`."""
_ASKED_BY_SIGN = re.compile(r"\s?=\s?\??\s{0,3}$")
_STATISTICS = re.compile(r"[RrsSσχμ]", re.ASCII)
_STATISTIC_NAME = re.compile(r"[μσ]|[sSn][0-9]|[sn]")
_UNIT_LETTERS = frozenset("NVAWJKCFLlgmshdt")


def request_before(question: str, start: int) -> Request | None:
    """What the words just before `start` ask for, over a few link words; None for nothing.

    Parameters
    ----------
    question : str
    start : int
        Where the run starts.
    """
    before = question[max(0, start - 70) : start]
    if _INTEGRAL_SIGN.search(before):
        return Request.CALCULUS
    for request, pattern in _REQUESTS.items():
        if pattern.search(before):
            return request
    return None


@lru_cache(maxsize=8)
def requests_in(question: str) -> frozenset[Request]:
    """Everything that the question asks for anywhere."""
    return frozenset(request for request, pattern in _ANYWHERE.items() if pattern.search(question))


def _asked_behind(question: str, end: int) -> bool:
    """Whether what is asked stands behind: `x^2 - 4 factored`, `sin(x) at x = 2`, `= ?`."""
    after = question[end : end + 40]
    return re.match(
        r"\s?=?\s?\?|\s?=\s*$|\s*$"
        r"|[,:]?\s(?:factor|expan|simpl|integra|differen|deriv|at\s[a-z]\s?=|when\s[a-z]\s|for\s[a-z]\s?=|if\s[a-z]\s|"
        r"with\s[a-z]\s?=|given\s|as\sa\s|in\ssimpl|without\s(?:paren|brack)|multiplied|solve|in\sfactors|from\s[-\d]|"
        r"between\s[-\d]|d[a-z]\b)|\s?\||\s[-\d.]+\.\.", after,
    ) is not None  # fmt: skip


def is_formula(question: str, text: str, tree: Node | Equation, request: Request | None, start: int, end: int) -> bool:
    """Whether a run that parses is mathematics that the question asks about.

    Parameters
    ----------
    question, text : str
        The question, and the run as the parser takes it.
    tree : Node or Equation
        What the run parses to.
    request : Request or None
        From `request_before`.
    start, end : int
        Where the run stands.
    """
    names = variables(tree)
    if isinstance(tree, Equation):
        return _is_equation(question, tree, names, request)
    if not names:
        return _is_arithmetic(question, text, tree, request, start, end)
    return _is_expression(question, text, tree, names, request, end)


def _is_equation(question: str, tree: Equation, names: tuple[str, ...], request: Request | None) -> bool:
    if not names or _is_assignment(tree):
        return False
    if request is not None or Request.SOLVE in requests_in(question):
        return True
    has_number = any(isinstance(node, Number | Call) for node in walk(tree))
    return has_number and any(isinstance(n, Chain | Power | Call) for n in (tree.left, tree.right))


def _is_assignment(tree: Equation) -> bool:
    """`x = 4`, `n = -2`, `4 = x`, `a = b`: a value given to a name, or two names said to agree."""
    plain = (Variable, Number, Constant)
    left, right = (n.operand if isinstance(n, Negative) else n for n in (tree.left, tree.right))
    return isinstance(left, plain) and isinstance(right, plain)


def _is_arithmetic(question: str, text: str, tree: Node, request: Request | None, start: int, end: int) -> bool:
    """Numbers only: asked for, or of a shape that is no range and no pair of limits."""
    if isinstance(tree, Number | Constant | Negative) or _TOLERANCE.fullmatch(text):
        return False
    alone = end - start > len(question) - 20 and not re.search(r"\w", question[:start] + question[end:])
    asked = request is not None or alone or _ASKED_BY_SIGN.match(question, end) is not None
    called = any(isinstance(node, Call) for node in walk(tree))
    if called and (asked or len(text) > 8):
        return True
    signs = {s for node in walk(tree) if isinstance(node, Chain) for s in node.operators}
    bare_range = signs in ({"-"}, {"/"}) and re.fullmatch(r"[\d.]+\s?[-–−/]\s?[\d.]+", text)
    if bare_range:
        return request is Request.VALUE or (alone and "=" in question)
    loose = Request.VALUE in requests_in(question)
    powers = any(isinstance(node, Power) for node in walk(tree))
    strong = len(signs) > 1 or powers or bool(signs & {"+"}) or "*" in text
    return asked or (loose and strong) or ((powers or "*" in text) and strong)


def _is_expression(
    question: str, text: str, tree: Node, names: tuple[str, ...], request: Request | None, end: int
) -> bool:
    if _is_measure(text) or _NEVER.fullmatch(text):
        return False
    if request is Request.CALCULUS:
        return True
    has_operator = any(isinstance(node, Chain | Power | Call) for node in walk(tree))
    if not has_operator or not any(isinstance(n, Number | Call | Power) for n in walk(tree)):
        return has_operator and request in (Request.EXPRESSION, Request.SOLVE) and len(text) > 3
    if _is_lone(tree) and isinstance(tree, Chain) and request in (None, Request.VALUE):
        return False
    if _is_lone(tree) and (request is None or _STATISTICS.fullmatch(names[0])):
        behind = _asked_behind(question, end) and question[end : end + 20].strip(" ?") != ""
        return behind and not _STATISTICS.fullmatch(names[0])
    if request is not None or _has_shape(text, tree, names):
        return True
    asked = bool(requests_in(question)) and _asked_behind(question, end)
    return asked and _has_shape(text, tree, names, least=1)


def _is_measure(text: str) -> bool:
    """Whether letters only stand as units behind numbers: `5 m/s`, `18 N - 26 N`."""
    bare = re.sub(r"^[\d.,]+\s?", "", text)
    if is_unit(bare.replace(" ", "")):
        return True
    if re.search(r"[\^*=(²³]", text):
        return False
    letters = re.findall(r"[^\W\d]+", text)
    return all(w in _UNIT_LETTERS for w in letters) and len(letters) == len(re.findall(r"\d\s?[^\W\d]", text))


def _is_lone(tree: Node) -> bool:
    """`x^2`, `5x`, `log(x)`: a single variable with one thing done to it."""
    return all(isinstance(child, Variable | Number | Constant) for child in children(tree))


def _has_shape(text: str, tree: Node, names: tuple[str, ...], least: int = 2) -> bool:
    """Whether prose does not look like this: implied products, powers, calls, several operators."""
    if any(_STATISTIC_NAME.fullmatch(name) for name in names):
        return False
    nodes = list(walk(tree))
    marks = sum(isinstance(node, Power | Call) for node in nodes)
    marks += "*" in text or "·" in text
    marks += re.search(r"\d[A-Za-z](?![A-Za-z])|\)\s?\(|\d\(", text) is not None
    operators = sum(len(node.operators) for node in nodes if isinstance(node, Chain))
    return marks >= 1 and operators + marks >= least
