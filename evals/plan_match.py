"""Whether a plan is the expected one: command, columns, and all of it, up to what means the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from havoc_pipeline.dsl.command import Command, Name, Refusal, Value
from havoc_pipeline.dsl.named_columns import named_columns
from havoc_pipeline.dsl.parse import parse_plan

SYMMETRIC = {"RUN_CORRELATION": ("x", "y"), "RUN_CHI2": ("row", "column")}
DEFAULTS: dict[str, Any] = {"alternative": "two-sided", "alpha": 0.05, "equal_variances": False, "chart": "auto"}
MIRROR = {"less": "greater", "greater": "less"}

Step = Command | Refusal


@dataclass(frozen=True)
class Match:
    """How far a plan agrees with the nearest of the accepted plans."""

    command: bool
    columns: bool
    whole: bool

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """For choosing the nearest accepted plan."""
        return (self.whole, self.columns and self.command, self.command)


def match(plan: Sequence[Step], accepted: Sequence[Sequence[str]], levels: Sequence[str] = ()) -> Match:
    """Compare a plan with every accepted plan and keep the best agreement.

    Parameters
    ----------
    plan : sequence of Command or Refusal
    accepted : sequence of plans, each a sequence of DSL texts
    levels : sequence of str
        Levels of the group column, so that `first=a greater` equals `first=b less`.
    """
    return max(
        (_one(plan, [s for text in texts for s in parse_plan(text)]) for texts in accepted), key=lambda m: m.rank
    )


def _one(plan: Sequence[Step], expected: Sequence[Step]) -> Match:
    command = [_name(s) for s in plan] == [_name(s) for s in expected]
    columns = [_headers(s) for s in plan] == [_headers(s) for s in expected]
    whole = command and all(_canonical(a) == _canonical(b) for a, b in zip(plan, expected, strict=True))
    return Match(command, command and columns, whole)


def _name(step: Step) -> str:
    return f"REFUSE {step.reason}" if isinstance(step, Refusal) else step.name


def _headers(step: Step) -> frozenset[str]:
    return frozenset() if isinstance(step, Refusal) else frozenset(named_columns(step))


def _canonical(step: Step) -> Any:
    if isinstance(step, Refusal):
        return step.reason
    arguments = {key: _value(value) for key, value in step.arguments.items()}
    arguments = {key: value for key, value in arguments.items() if DEFAULTS.get(key) != value}
    left, right = SYMMETRIC.get(step.name, ("", ""))
    if left in arguments and right in arguments:
        arguments["pair"] = frozenset({arguments.pop(left), arguments.pop(right)})
    if arguments.get("alternative") not in MIRROR:
        arguments.pop("first", None)
    where = frozenset((c.column.text, c.operator, _literal(c.value)) for c in step.where)
    return step.name, frozenset(arguments.items()), where, step.by.text if step.by else None, step.transform


def _value(value: Value) -> Any:
    if isinstance(value, tuple):
        entries = frozenset(_value(entry) for entry in value)
        return next(iter(entries)) if len(entries) == 1 else entries
    return value.text if isinstance(value, Name) else value if isinstance(value, bool | float) else _expression(value)


def _expression(value: Any) -> str:
    text = str(value)
    return text.strip("()").replace(" ", "").replace('"', "")


def _literal(value: Any) -> Any:
    if isinstance(value, tuple):
        return frozenset(str(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
