"""From the text of a plan to commands, with errors that show where, what, and the nearest name."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from havoc_pipeline.dsl.command import Call, Command, Condition, Name, Refusal, ResultColumn, Value
from havoc_pipeline.dsl.grammar import grammar_text
from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.registry import Tool, find_tool

_COMMAND = re.compile(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|(?:^|(?<=;))\s*([^\W\d]\w*)')
MOST_CHARACTERS = 100_000


def parse_plan(text: str) -> list[Command | Refusal]:
    """Parse a plan: one command, or several with `;` between them.

    Parameters
    ----------
    text : str
        As a user or a language model wrote it.

    Returns
    -------
    list of Command or Refusal

    Raises
    ------
    CommandError
        With line, column, a caret, what was expected, and the nearest valid name.
    """
    if len(text) > MOST_CHARACTERS:
        raise CommandError(f"the command is {len(text)} characters long; the limit is {MOST_CHARACTERS}: shorten it")
    if not text.strip():
        raise CommandError("the command is empty; write one such as `DESCRIBE` (`havoc tools` lists them)")
    commands = _named_commands(text)
    try:
        return _Builder(text).transform(_parser(commands).parse(text))  # type: ignore[no-any-return]
    except UnexpectedInput as error:
        raise CommandError(_explain(error, text, [find_tool(c) for c in commands])) from None
    except VisitError as error:
        if isinstance(error.orig_exc, CommandError):
            raise error.orig_exc from None
        raise


def parse_command(text: str) -> Command:
    """Parse exactly one command that is no refusal."""
    plan = parse_plan(text)
    if len(plan) != 1 or isinstance(plan[0], Refusal):
        raise CommandError(f"one command was expected, not {len(plan)} steps: {text.strip()[:80]}")
    return plan[0]


def _named_commands(text: str) -> tuple[str, ...]:
    """Commands that stand at the head of a step; an unknown one is refused with its place."""
    found = dict[str, None]()
    for match in _COMMAND.finditer(text):
        word = match.group(1)
        if word and word != "REFUSE":
            try:
                found[find_tool(word).name] = None
            except CommandError as error:
                raise CommandError(_pointed(text, match.start(1), str(error), len(word))) from None
    return tuple(sorted(found))


@lru_cache(maxsize=32)
def _parser(commands: tuple[str, ...]) -> Lark:
    grammar = grammar_text([find_tool(command) for command in commands])
    return Lark(grammar, parser="lalr", start="plan", maybe_placeholders=False, propagate_positions=True)


def _explain(error: UnexpectedInput, text: str, tools: Sequence[Tool]) -> str:
    at = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        at = len(text.rstrip())
    found = re.match(r'[\w.]+|"[^"\n]*"?|.', text[at:])
    word = found.group(0) if found else ""
    expected = _expected(error, tools)
    near = get_close_matches(word, expected, n=1, cutoff=0.6)
    what = f"`{word}` does not fit here" if word else "the command ends too early"
    hint = f"; did you mean `{near[0]}`?" if near else f"; expected {', '.join(expected[:12]) or 'the end'}"
    return _pointed(text, at, what + hint, max(1, len(word)))


def _expected(error: UnexpectedInput, tools: Sequence[Tool]) -> list[str]:
    """Names of what may stand at the place of the error, as a user would write them."""
    sources = (getattr(error, name, None) for name in ("accepts", "expected", "allowed"))
    terminals: set[str] = set(next((found for found in sources if found), ()))
    spoken = {
        "NAME": "a name", "QUOTED": 'a "quoted name"', "NUMBER": "a number", "LPAR": "(", "LSQB": "[", "$END": "the end",
        "SEMICOLON": ";", "EQUAL": "=", "RPAR": ")", "RSQB": "]", "COMMA": ",", "DATE": "a date", "MINUS": "-",
        "RESULT": "an earlier result (r1.residuals)", "ALPHA": "ALPHA_0_05", "OPERATOR": "==",
        "TRANSFORM": "log, sqrt or box_cox", "FUNCTION": "a function", "STAR": "*", "SLASH": "/", "PLUS": "+",
        "CIRCUMFLEX": "^", "COMMENT": "",
    }  # fmt: skip
    words = list[str]()
    for terminal in sorted(terminals):
        owner = [(t, p) for t in tools for p in t.parameters.values()
                 if terminal == f"COMMAND_{t.name}_{p.name.upper()}"]  # fmt: skip
        words += list(owner[0][1].words) if owner else [spoken.get(terminal, terminal.lower())]
    return [word for word in dict.fromkeys(words) if word]


def _pointed(text: str, at: int, message: str, width: int = 1) -> str:
    """The message, then the line of the text with a caret under the place."""
    line = text.count("\n", 0, at) + 1
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    row = text[start : end if end >= 0 else len(text)]
    column = at - start + 1
    lead = max(0, column - 60)
    shown = ("…" if lead else "") + row[lead : lead + 100]
    caret = " " * (column - 1 - lead + bool(lead)) + "^" * max(1, min(width, 40))
    return f"line {line}, column {column}: {message}\n  {shown}\n  {caret}"


def pointed(command: Command, parameter: str, message: str) -> str:
    """`message` with the place in the command's text where `parameter` stands, if it is known."""
    at = command.marks.get(parameter)
    return _pointed(command.text, at, message, len(parameter)) if command.text and at is not None else message


_OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "raise_to": "^"}


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Turns the parse tree into commands; every method's name is a rule or alias of the grammar."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        rule = str(data)
        if rule.startswith("argument__"):
            value = children[0]
            value = Name(str(value), at=value.start_pos or 0, word=True) if isinstance(value, Token) else value
            return ("argument", rule.removeprefix("argument__"), value, None)
        if rule.startswith("command_"):
            return self._command(rule.removeprefix("command_").upper(), children, meta.start_pos, meta.end_pos)
        raise CommandError(f"the grammar's rule {rule} has no builder")

    def plan(self, *steps: Any) -> list[Command | Refusal]:
        return list(steps)

    def refusal(self, reason: Token) -> Refusal:
        return Refusal(str(reason))  # type: ignore[arg-type]

    def _command(self, name: str, parts: list[Any], at: int, end: int) -> Command:
        arguments, common = dict[str, Value](), dict[str, Any]()
        for kind, key, value, _ in parts:
            target = arguments if kind == "argument" else common
            if key in target:
                raise CommandError(f"`{key}` is given twice in {name}; leave one out")
            target[key] = value
        own = self._text[at:end]
        found = ((key, re.search(rf"(?<!\w){re.escape(key)}\s*=", own)) for key in [*arguments, *common])
        marks = {key: match.start() for key, match in found if match}
        return Command(name, arguments, text=own, at=at, marks=marks, **common)

    def where(self, conditions: tuple[Condition, ...]) -> Any:
        return ("common", "where", conditions, None)

    def by(self, name: Name) -> Any:
        return ("common", "by", name, None)

    def rescale(self, word: Token) -> Any:
        return ("common", "transform", str(word), None)

    def alpha(self, token: Token) -> Any:
        text = str(token)
        value = float("0." + text.split("_")[2]) if text.startswith("ALPHA") else float(text)
        if not 0 < value < 1:
            raise CommandError(f"alpha is {value:g}; it must lie between 0 and 1, such as 0.05")
        return ("argument", "alpha", value, None)

    def conditions(self, *conditions: Condition) -> tuple[Condition, ...]:
        return conditions

    def condition(self, column: Name, operator: Token, value: Any) -> Condition:
        return Condition(column, str(operator), value, column.at)  # type: ignore[arg-type]

    def membership(self, column: Name, *values: Any) -> Condition:
        return Condition(column, "in", tuple(_as_label(v) for v in values), column.at)

    def literal(self, *tokens: Token) -> Any:
        token = tokens[-1]
        if token.type == "NUMBER":
            return -float(token) if len(tokens) > 1 or _signed(self._text, token) else float(token)
        if token.type == "DATE":
            return datetime.datetime.fromisoformat(str(token).replace(" ", "T"))
        return _unquote(token)

    def column(self, value: Any) -> Any:
        return Call("+", (value, 0.0)) if isinstance(value, float) else value

    def columns(self, *values: Any) -> tuple[Any, ...]:
        return values

    numbers = columns

    def texts(self, *tokens: Token) -> tuple[Name, ...]:
        return tuple(Name(_unquote(t), True, t.start_pos or 0) for t in tokens)

    def name(self, token: Token) -> Name:
        return Name(_unquote(token), False, token.start_pos or 0)

    def text(self, token: Token) -> Name:
        return Name(_unquote(token), True, token.start_pos or 0)

    def level(self, token: Token) -> Name:
        sign = "-" if token.type == "NUMBER" and _signed(self._text, token) else ""
        return Name(sign + _unquote(token), True, token.start_pos or 0)

    def result_column(self, token: Token) -> ResultColumn:
        step, series = str(token)[1:].split(".", 1)
        return ResultColumn(int(step), series, token.start_pos or 0)

    def number(self, token: Token) -> float:
        return -float(token) if _signed(self._text, token) else float(token)

    def flag(self, token: Token) -> bool:
        return str(token) == "true"

    def constant(self, token: Token) -> float:
        return float(token)

    def negate(self, operand: Any) -> Any:
        return -operand if isinstance(operand, float) else Call("-", (operand,))

    def apply(self, function: Token, *operands: Any) -> Call:
        return Call(str(function), operands)

    def apply_to_list(self, function: Token, operands: tuple[Any, ...]) -> Call:
        return Call(str(function), operands)

    def add(self, left: Any, right: Any) -> Call:
        return Call("+", (left, right))

    def subtract(self, left: Any, right: Any) -> Call:
        return Call("-", (left, right))

    def multiply(self, left: Any, right: Any) -> Call:
        return Call("*", (left, right))

    def divide(self, left: Any, right: Any) -> Call:
        return Call("/", (left, right))

    def raise_to(self, left: Any, right: Any) -> Call:
        return Call("^", (left, right))


def _unquote(token: Token) -> str:
    return str(json.loads(str(token))) if token.type == "QUOTED" else str(token)


def _as_label(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _signed(text: str, token: Token) -> bool:
    at = token.start_pos or 0
    return at > 0 and text[:at].rstrip().endswith("-")
