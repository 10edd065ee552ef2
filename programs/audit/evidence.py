"""What the rules look at: the question, the table, the plan, its results, both sides, the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.dsl.named_columns import named_columns
from havoc_pipeline.linking.mentions import ColumnMention, Links, NumberMention, Role
from havoc_pipeline.signatures.types import AuditIssue, Debate, Mode, Plan, Verdict
from havoc_pipeline.tables import Column, Table
from havoc_pipeline.tools.registry import find_tool

STRONG = 0.8
"""Score from which a link is taken as what the question says."""
RIVAL = 0.3
"""Score from which another reading of the same words leaves it open."""
SURE_ROLE = 0.7
"""Probability from which a column is taken to play a role."""


@dataclass(frozen=True)
class Evidence:
    """All that the audit judges; `given` are the links, found anew when left out.

    Rules read it and yield `AuditIssue`s; they never change it.
    """

    question: str
    table: Table | None
    mode: Mode = field(default_factory=Mode)
    plan: Plan = field(default_factory=Plan)
    results: tuple[ToolResult, ...] = ()
    debate: Debate = field(default_factory=Debate)
    verdict: Verdict = field(default_factory=lambda: Verdict(decision="stands"))
    text: str = ""
    given: Links | None = None

    @cached_property
    def links(self) -> Links:
        """What the question mentions, and each column's roles."""
        if self.given is not None:
            return self.given
        from havoc_pipeline.linking.ground import ground

        return ground(self.question, self.table)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands that ran, each once (`by=` gives several results of one)."""
        return tuple({str(result.command): result.command for result in self.results}.values())

    @property
    def headers(self) -> frozenset[str]:
        """Every column that the plan names."""
        return frozenset(header for command in self.commands for header in named_columns(command))

    def clear(self) -> Iterator[ColumnMention]:
        """Spans that name a column or a level beyond doubt: strong, and without a rival."""
        for mention in self.links.mentions:
            if isinstance(mention, ColumnMention) and mention.best.score >= STRONG:
                rival = mention.candidates[1].score if len(mention.candidates) > 1 else 0.0
                if rival < RIVAL:
                    yield mention

    def numbers(self) -> list[NumberMention]:
        """The question's numbers."""
        return [m for m in self.links.mentions if isinstance(m, NumberMention)]

    def names(self, header: str) -> bool:
        """Whether the question itself names the column."""
        linked = any(header in mention.best.headers for mention in self.clear())
        return linked or (len(header) > 2 and header.casefold() in self.question.casefold())

    def plays(self, header: str, *roles: Role) -> bool:
        """Whether a column surely plays one of the roles."""
        told = self.links.roles.get(header, {})
        return sum(told.get(role, 0.0) for role in roles) >= SURE_ROLE


def issue(rule: str, severity: str, statement: str, mend: str = "") -> AuditIssue:
    """An objection; `severity` is `note`, `warning` or `failure`."""
    return AuditIssue.model_validate({"rule": rule, "severity": severity, "statement": statement, "mend": mend})


def columns_of(command: Command, parameter: str, table: Table | None) -> list[Column]:
    """The table's own columns that stand for a parameter; expressions and words are none."""
    value = command.arguments.get(parameter)
    entries = value if isinstance(value, tuple) else (value,)
    texts = [getattr(entry, "text", None) for entry in entries]
    return [table.column(t) for t in texts if table is not None and t in table.headers]


def takes_columns(command: Command) -> list[str]:
    """Parameters of a command that stand for columns."""
    tool = find_tool(command.name)
    return [p.name for p in tool.parameters.values() if "column" in p.kinds]
