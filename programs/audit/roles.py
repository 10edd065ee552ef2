"""Rule: each column stands where its part in the data allows, unless the question names it there."""

from __future__ import annotations

from collections.abc import Iterator

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.linking.mentions import ROLES, Role
from havoc_pipeline.programs.audit.evidence import Evidence, columns_of, issue, takes_columns
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tables import Column

RULE = "roles"
MEASURED = frozenset({"response", "value", "before", "after", "y"})
GROUPING = frozenset({"factor", "group", "by"})
EXPLAINING = frozenset({"predictors", "x"})
OWN_NAME = frozenset({"operator", "part", "machine", "reference", "nominal"})
"""Parameters that are named as the role that belongs there."""
SAME = {"reference": ("nominal",), "nominal": ("reference",), "part": ("identifier",)}
NO_READING: tuple[tuple[Role, str], ...] = (
    ("identifier", "an identifier"), ("run_order", "the run order"), ("time", "a time"),
    ("reference", "a reference value"), ("nominal", "a nominal value"),
)  # fmt: skip


def roles(evidence: Evidence) -> Iterator[AuditIssue]:
    """Failures and warnings on columns that play another part than the plan gives them."""
    for command in evidence.commands:
        for parameter in [*takes_columns(command), "by"]:
            for column in _columns(command, parameter, evidence):
                if not evidence.names(column.header) or parameter in OWN_NAME:
                    yield from _judged(evidence, command, parameter, column)


def _columns(command: Command, parameter: str, evidence: Evidence) -> list[Column]:
    if parameter != "by":
        return columns_of(command, parameter, evidence.table)
    known = command.by is not None and evidence.table is not None and command.by.text in evidence.table.headers
    return [evidence.table.column(command.by.text)] if known and evidence.table and command.by else []


def _judged(evidence: Evidence, command: Command, parameter: str, column: Column) -> Iterator[AuditIssue]:
    if parameter in OWN_NAME:
        yield from _swapped(evidence, command, parameter, column)
    if parameter in MEASURED and command.name != "DESCRIBE":
        for role, words in NO_READING:
            if evidence.plays(column.header, role):
                yield _wrong("failure", command, parameter, column, words, "a measurement")
    if parameter in GROUPING and evidence.plays(column.header, "identifier"):
        yield _wrong("failure", command, parameter, column, "an identifier", "a grouping")
    if parameter in EXPLAINING:
        for role, words in NO_READING[:2]:
            if evidence.plays(column.header, role):
                yield _wrong("warning", command, parameter, column, words, "something that explains the response")


def _swapped(evidence: Evidence, command: Command, parameter: str, column: Column) -> Iterator[AuditIssue]:
    """A column that surely plays the part of another parameter, such as the parts as operators."""
    allowed = {parameter, *SAME.get(parameter, ())}
    others = [
        r for r in ROLES if r not in allowed and r not in ("group", "setting") and evidence.plays(column.header, r)
    ]
    if others:
        yield _wrong("failure", command, parameter, column, f"the {others[0].replace('_', ' ')}", f"the {parameter}")


def _wrong(severity: str, command: Command, parameter: str, column: Column, is_: str, taken: str) -> AuditIssue:
    return issue(RULE, severity, f"{command.name} takes `{column.header}` for {taken} ({parameter}=), and it looks like "
                 f"{is_}", "name the column that is meant")  # fmt: skip
