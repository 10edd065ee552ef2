"""Mathematical expressions and equations in a question, exactly as our own parser takes them.

The question is cut into atoms (numbers, single-letter variables, functions, operators, brackets);
every longest run of atoms is a candidate, is held against the parser, and needs evidence that it is
mathematics and not a range, a unit, a ratio of limits or a name: a request such as `integrate` or
`what is` close before it, or a shape that prose does not have (`3x + 1`, `x^2 - 1`, `sin(x)/x`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from havoc_pipeline.errors import ExpressionError
from havoc_pipeline.linking.formula_evidence import Request, is_formula, request_before, requests_in
from havoc_pipeline.linking.formula_runs import Run, runs_of
from havoc_pipeline.linking.mentions import FormulaMention
from havoc_pipeline.linking.numerals import DIGITS, Mark, decimal_mark, read_numeral
from havoc_pipeline.linking.taken import Taken
from havoc_pipeline.tools.mathematics.parser import parse
from havoc_pipeline.tools.mathematics.tree import Equation, Node

MOST_EQUATIONS = 10

_JOINT = re.compile(r"\s{0,2}(?:[,;&]|,?\s?\band\b)\s{0,2}", re.IGNORECASE)
_GIVEN = re.compile(r"(?P<name>[^\W\d]\w{0,2})\s?=\s?[-−]?[0-9.,]+")
"""A value given to a variable: a number for the model, or an equation of a system that holds it."""
_LEFT = re.compile(r"\s*(?:[fgh]\s?\([a-z]\)|[yfg])\s?=(?!=)\s?")
_PERCENT_OF = re.compile(
    rf"(?<![\w.,])(?P<share>{DIGITS})\s?(?:%|percent)\s(?:of|von)\s(?P<whole>{DIGITS})(?![\w%]|[.,][0-9])"
)
_BOUND = re.compile(
    r"\b(?:from|to|between|and|at|\.\.)\s{1,2}(?P<bound>-?\s?(?:(?:[0-9]{1,3}\s?\*?\s?)?(?:pi\b|π)(?:\s?/\s?[0-9]{1,3})?"
    r"|(?:inf|infinity|∞|e)(?![\w])))"
)
_LONE = re.compile(r"(?<![A-Za-z])[A-Za-zα-ω][0-9]?(?![A-Za-z])")
_SLOPE = re.compile(r"d[yf]/d|[yf]['′’]|\bprime\b|\bderiv|\bdifferen|\bintegra|\bslope", re.IGNORECASE)
_NUMBER = re.compile(DIGITS)


def find_formulas(question: str, taken: Taken) -> list[FormulaMention]:
    """Expressions and equations of a question outside the spans already taken.

    Parameters
    ----------
    question : str
    taken : Taken
        Characters of dates, designs and tolerances.

    Returns
    -------
    list of FormulaMention
        In order. Equations joined by a comma or `and` are one mention with several formulas; every
        formula parses; `f(x) = …` and, where a value is asked for, `y = …` lose their left side.
    """
    mark = decimal_mark(question)
    found = [*_percentages(question, taken, mark)]
    for mention in found:
        taken.take(mention.start, mention.end)
    if "~" in question or "I(" in question:
        return found
    found += _joined(question, list(_single(question, runs_of(question, taken), mark)))
    if len(found) > 1:
        found = [mention for mention in found if not _LONE.fullmatch(mention.text)]
    return sorted(found + _bounds(question, found), key=lambda mention: mention.start)


def _single(question: str, runs: Iterator[Run], mark: Mark) -> Iterator[FormulaMention]:
    """The runs that are formulas; an equation joined to one that is asked for is asked for too."""
    last: FormulaMention | None = None
    for run in runs:
        joined = last and last.is_equation and _JOINT.fullmatch(question, last.end, run.start)
        given = _GIVEN.fullmatch(question, run.start, run.end)
        if joined and given and last and given["name"] in "".join(last.formulas):
            text = _spelled(given.group(), mark)
            last = FormulaMention(run.start, run.end, given.group(), (text,), True)
        elif given or (run.end - run.start == 1 and Request.CALCULUS not in requests_in(question)):
            last = None
        else:
            last = _mention(question, run, mark, Request.SOLVE if joined else None)
        if last:
            yield last


def _mention(question: str, run: Run, mark: Mark, known: Request | None) -> FormulaMention | None:
    request = known or request_before(question, run.start)
    start, end = run.start, run.end
    left = _LEFT.match(question, start, end)
    if left and _names_a_function(question, left, request) and _LONE.search(question, left.end(), end):
        start = left.end()
        request = request or Request.EXPRESSION
    start, end = _inside_brackets(question, start, end)
    text = _spelled(question[start:end], mark)
    tree = _parsed(text)
    if tree is None or not is_formula(question, text, tree, request, start, end):
        return None
    return FormulaMention(start, end, question[start:end], (text,), isinstance(tree, Equation))


def _names_a_function(question: str, left: re.Match[str], request: Request | None) -> bool:
    """Whether `f(x) =`, `f =` or `y =` only gives the expression behind it a name."""
    asks_value = request in (Request.EXPRESSION, Request.CALCULUS)
    return left.group()[0] != "y" or asks_value or _SLOPE.search(question) is not None


def _inside_brackets(question: str, start: int, end: int) -> tuple[int, int]:
    """The span without brackets that enclose all of it."""
    while end - start > 2 and question[start] + question[end - 1] in ("()", "[]"):
        depth, inner = 0, question[start : end - 1]
        for character in inner:
            depth += (character in "([") - (character in ")]")
            if depth == 0:
                return start, end
        start, end = start + 1, end - 1
    return start, end


def _parsed(text: str) -> Node | Equation | None:
    try:
        return parse(text)
    except ExpressionError:
        return None


def _spelled(text: str, mark: Mark) -> str:
    """The text with decimal points and without thousands' marks in its numbers."""

    def plain(match: re.Match[str]) -> str:
        word = match.group()
        inside_call = "(" in text[: match.start()] and re.fullmatch(r"[0-9]+,[0-9]+", word)
        if inside_call and re.search(r"(?:log|min|max|binomial|choose)\s?\([^()]*$", text[: match.start()]):
            return word
        return f"{read_numeral(word, mark):f}" if re.search(r"[, '’\u00a0\u202f]", word) else word

    return _NUMBER.sub(plain, text)


def _joined(question: str, mentions: list[FormulaMention]) -> list[FormulaMention]:
    """Neighbouring equations as one mention."""
    joined = list[FormulaMention]()
    for mention in mentions:
        last = joined[-1] if joined else None
        room = last is not None and len(last.formulas) < MOST_EQUATIONS
        if last and room and last.is_equation and mention.is_equation and _JOINT.fullmatch(
            question, last.end, mention.start
        ):  # fmt: skip
            text = question[last.start : mention.end]
            joined[-1] = FormulaMention(last.start, mention.end, text, last.formulas + mention.formulas, True)
        else:
            joined.append(mention)
    return joined


def _percentages(question: str, taken: Taken, mark: Mark) -> Iterator[FormulaMention]:
    """`15% of 240`, where a value is asked for."""
    for match in _PERCENT_OF.finditer(question):
        asked = request_before(question, match.start()) is not None
        whole = question.strip(" ?=.!") == match.group().strip()
        if (asked or whole) and taken.free(*match.span()):
            share, base = (f"{read_numeral(match[k], mark):f}" for k in ("share", "whole"))
            yield FormulaMention(*match.span(), match.group(), (f"{share}% * {base}",), False)


def _bounds(question: str, found: list[FormulaMention]) -> list[FormulaMention]:
    """`pi` and `infinity` as bounds or as the place behind an expression: `from 0 to pi/2`."""
    bounds = list[FormulaMention]()
    if not found or found[0].is_equation:
        return bounds
    for match in _BOUND.finditer(question, found[0].end):
        start, end = match.span("bound")
        if all(end <= f.start or f.end <= start for f in found):
            text = re.sub("∞|infinity", "inf", match["bound"].strip())
            bounds.append(FormulaMention(start, end, question[start:end], (text,), False))
    return bounds
