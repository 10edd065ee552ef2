"""The command language's syntax tree: what a parsed command is, before any table is looked at."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in"]
Reason = Literal["missing_column", "ambiguous", "off_topic", "unsupported", "impossible"]
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
ALPHA_WORDS = {0.01: "ALPHA_0_01", 0.05: "ALPHA_0_05", 0.1: "ALPHA_0_10"}


@dataclass(frozen=True)
class Name:
    """A column by header, or (for a parameter of words) a word; `at` is its offset in the text."""

    text: str
    quoted: bool = False
    at: int = field(default=0, compare=False)
    word: bool = field(default=False, compare=False)
    """Whether it is a word of the language, which stands without quotes even with a hyphen."""

    def __str__(self) -> str:
        plain = self.word or (_PLAIN.match(self.text) and not self.quoted)
        return self.text if plain else quote(self.text)

    def headers(self) -> Iterator[str]:
        yield self.text


@dataclass(frozen=True)
class ResultColumn:
    """A column that an earlier step made: `r1.residuals`."""

    step: int
    series: str
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"r{self.step}.{self.series}"

    def headers(self) -> Iterator[str]:
        yield from ()


@dataclass(frozen=True)
class Call:
    """An arithmetic expression over columns: an operator or a function, and its operands."""

    function: str
    operands: tuple[Operand, ...]

    def __str__(self) -> str:
        return f"({self.inner()})"

    def inner(self) -> str:
        """The expression without the outer parentheses."""
        if self.function in "+-*/^" and len(self.operands) == 2:
            left, right = map(_operand, self.operands)
            return f"{left} {self.function} {right}"
        if self.function == "-":
            return f"-{_operand(self.operands[0])}"
        inside = (o.inner() if isinstance(o, Call) else _operand(o) for o in self.operands)
        return f"{self.function}({', '.join(inside)})"

    def headers(self) -> Iterator[str]:
        for operand in self.operands:
            if not isinstance(operand, float):
                yield from operand.headers()


Operand = Name | ResultColumn | Call | float
Value = Name | ResultColumn | Call | float | bool | tuple["Value", ...]


@dataclass(frozen=True)
class Condition:
    """One comparison of a row filter: a column, an operator, and a literal (or several for `in`)."""

    column: Name
    operator: Operator
    value: str | float | datetime.datetime | tuple[str, ...]
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.column} {self.operator} {_literal(self.value)}"


@dataclass(frozen=True)
class Command:
    """One command as written: `arguments` in the order of writing; `text` is where it came from."""

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    by: Name | None = None
    transform: str | None = None
    text: str = field(default="", compare=False)
    at: int = field(default=0, compare=False)
    marks: Mapping[str, int] = field(default_factory=dict, compare=False)
    """Offset of each parameter in the text, for error messages."""

    def __str__(self) -> str:
        words = [self.name]
        for key, value in self.arguments.items():
            word = ALPHA_WORDS.get(value) if key == "alpha" and isinstance(value, float) else None
            words.append(word or f"{key}={write_value(value)}")
        if self.where:
            words.append(f"where=({' and '.join(map(str, self.where))})")
        words += [f"by={self.by}"] * (self.by is not None)
        words += [f"transform={self.transform}"] * (self.transform is not None)
        return " ".join(words)

    def as_arguments(self) -> dict[str, Any]:
        """Arguments as JSON takes them: exact headers, lists, numbers, words; expressions as text."""
        plain = {key: _plain(value) for key, value in self.arguments.items()}
        if self.where:
            plain["where"] = " and ".join(map(str, self.where))
        plain |= {"by": self.by.text} if self.by else {}
        return plain | ({"transform": self.transform} if self.transform else {})


@dataclass(frozen=True)
class Refusal:
    """A plan that declines: the reason it gives."""

    reason: Reason

    def __str__(self) -> str:
        return f"REFUSE reason={self.reason}"


def quote(text: str) -> str:
    """A header or a text between double quotes, escaped as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def write_value(value: Value) -> str:
    """A value as the DSL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, tuple):
        return f"[{', '.join(write_value(v) for v in value)}]"
    return str(value)


def number(value: float) -> str:
    """The shortest text that reads back as `value`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _operand(operand: Operand) -> str:
    return number(operand) if isinstance(operand, float) else str(operand)


def _literal(value: str | float | datetime.datetime | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(quote(v) for v in value)}]"
    if isinstance(value, datetime.datetime):
        day = value.time() == datetime.time()
        return value.date().isoformat() if day else value.isoformat(timespec="seconds")
    return number(value) if isinstance(value, float) else quote(value)


def _plain(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Name):
        return value.text
    if isinstance(value, bool | float):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    return str(value)
