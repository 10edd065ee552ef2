"""Commands, results and findings as the other stages and the answer show them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.case import Executed
from havoc_pipeline.programs.placeholders import fill
from havoc_pipeline.signatures.types import CommandView, FindingView, ResultView, TableView
from havoc_pipeline.tools.result import Finding, Provenance, ResultTable


def command_view(command: Command) -> CommandView:
    """A command with exact headers as values."""
    return CommandView(name=command.name, arguments=command.as_arguments(), text=str(command))


def executed(tool_results: Iterable[ToolResult]) -> Executed:
    """Results with their numbers filled in, and every check with its id."""
    kept = tuple(tool_results)
    findings = tuple(f for result in kept for f in finding_views(result))
    return Executed(kept, tuple(map(result_view, kept)), findings)


def result_view(done: ToolResult) -> ResultView:
    """A result as an answer carries it; a number that is not finite is null."""
    result = done.result
    return ResultView(
        name=done.name, command=command_view(done.command), level=done.level, decision=result.decision,
        statement=fill(result.statement, result.values),
        values={name: _finite(value) for name, value in result.values.items()},
        tables=tuple(map(_table, result.tables)), conventions=dict(result.conventions),
        references=result.references, provenance=_provenance(result.provenance),
    )  # fmt: skip


def finding_views(done: ToolResult) -> list[FindingView]:
    """The checks of a result: `r1.f1`, `r1.f2` and so on."""
    return [_finding(done.name, place, finding) for place, finding in enumerate(done.result.findings, 1)]


def _finding(result: str, place: int, finding: Finding) -> FindingView:
    return FindingView(
        id=f"{result}.f{place}", result=result, check=finding.check, status=finding.status, statement=finding.statement,
        statistic=_finite(finding.statistic), p_value=_finite(finding.p_value), threshold=_finite(finding.threshold),
        reference=finding.reference, mend=finding.mend,
    )  # fmt: skip


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _table(table: ResultTable) -> TableView:
    return TableView(title=table.title, columns=table.columns, rows=tuple(tuple(map(_cell, row)) for row in table.rows))


def _cell(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _provenance(provenance: Provenance | None) -> dict[str, Any]:
    if provenance is None:
        return {}
    return {
        "command": provenance.command, "fingerprint": provenance.fingerprint, "rows_used": provenance.rows_used,
        "rows_total": provenance.rows_total, "versions": dict(provenance.versions),
    }  # fmt: skip
