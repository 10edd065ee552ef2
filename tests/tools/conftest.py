"""Fixtures for tests of tools: a command run the way a user's is, and its findings."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.result import Finding, Result

Columns = Mapping[str, Sequence[Any]]


@pytest.fixture
def answer() -> Callable[[str, Columns], Any]:
    """Result of one command over columns; its sentence must name only values that it has."""

    def run(command: str, columns: Columns) -> Any:
        plan = [step for step in parse_plan(command) if isinstance(step, Command)]
        result = execute(plan, Table.from_columns(dict(columns)))[0].result
        named = {field for _, field, _, _ in string.Formatter().parse(result.statement) if field is not None}
        assert named <= set(result.values), named - set(result.values)
        return result

    return run


@pytest.fixture
def finding() -> Callable[[Result, str], Finding]:
    """The first finding of a check."""

    def first(result: Result, check: str) -> Finding:
        found = [entry for entry in result.findings if entry.check == check]
        assert found, f"no finding {check!r} among {[entry.check for entry in result.findings]}"
        return found[0]

    return first
