"""Results made ready to show: numbers filled into sentences, cells made plain, infinities set aside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.result import Finding, ResultTable, format_number

if TYPE_CHECKING:
    from havoc_pipeline.dsl.execute import ToolResult
    from havoc_pipeline.signatures.types import Answer, FindingView, ResultView


@dataclass(frozen=True)
class Shown:
    """One result as a reader sees it, whether it comes from `run` or from an answer.

    `values` holds None where an answer has no finite number.
    """

    name: str
    command: str
    level: str | None
    decision: str
    statement: str
    values: Mapping[str, float | None]
    tables: tuple[ResultTable, ...] = ()
    findings: tuple[Finding, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)


def fill(statement: str, values: Mapping[str, float]) -> str:
    """Fill each `{name}` of a sentence with its value, written as a reader expects it.

    Parameters
    ----------
    statement : str
        Braces that are no placeholder stand doubled.
    values : mapping of str to float

    Returns
    -------
    str

    Raises
    ------
    CommandError
        When a placeholder names no value, or a brace stands alone.
    """
    pieces = []
    try:
        parts = list(Formatter().parse(statement))
    except ValueError as error:
        raise CommandError(f"the sentence {statement!r} has a stray brace ({error}); double it") from None
    for text, name, _, _ in parts:
        pieces.append(text)
        if name is not None:
            if name not in values:
                raise CommandError(
                    f"the sentence names `{{{name}}}`, which is none of {', '.join(values) or 'no values'}"
                )
            pieces.append(format_number(name, values[name]))
    return "".join(pieces)


def shown(done: ToolResult) -> Shown:
    """A tool's result, ready to show."""
    result, origin = done.result, done.result.provenance
    provenance = {} if origin is None else {
        "fingerprint": origin.fingerprint, "rows_used": origin.rows_used, "rows_total": origin.rows_total,
        "versions": dict(origin.versions),
    }  # fmt: skip
    return Shown(
        done.name, str(done.command), done.level, result.decision, fill(result.statement, result.values), result.values,
        tuple(map(_plain_table, result.tables)), tuple(map(_plain_finding, result.findings)),
        dict(result.conventions), result.references, provenance,
    )  # fmt: skip


def shown_of_answer(answer: Answer) -> list[Shown]:
    """The results of an answer, each with its own findings."""
    return [_of_view(view, [f for f in answer.findings if f.result == view.name]) for view in answer.results]


def _of_view(view: ResultView, findings: list[FindingView]) -> Shown:
    checks = tuple(
        Finding(f.check, f.status, f.statement, f.statistic, f.p_value, f.threshold, f.reference, f.mend)
        for f in findings
    )
    tables = tuple(ResultTable(t.title, t.columns, t.rows) for t in view.tables)
    return Shown(
        view.name, view.command.text, view.level, view.decision, view.statement, view.values, tables, checks,
        view.conventions, view.references, view.provenance,
    )  # fmt: skip


def finite(value: Any) -> float | None:
    """A number as JSON takes it: None for what is not finite."""
    if value is None or not math.isfinite(value):
        return None
    return value if isinstance(value, int) else float(value)


def written(name: str, value: float | None) -> str:
    """A named value as a reader expects it."""
    if value is None:
        return "no bound" if name.startswith("ci_") else "not available"
    return format_number(name, value)


def cell_text(value: Any) -> str:
    """A cell of a table as a reader expects it: four digits for measured numbers."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_number("", value) if isinstance(value, int | float) else str(value)


def filled(table: ResultTable) -> ResultTable:
    """The table less the columns, after the first, that are empty in every row."""
    kept = [c for c in range(len(table.columns)) if c == 0 or _says(table, c) or not table.rows]
    rows = tuple(tuple(row[c] for c in kept) for row in table.rows)
    return ResultTable(table.title, tuple(table.columns[c] for c in kept), rows)


def _says(table: ResultTable, column: int) -> bool:
    return any(cell_text(row[column]) for row in table.rows)


def _plain_table(table: ResultTable) -> ResultTable:
    rows = tuple(tuple(_plain_cell(cell) for cell in row) for row in table.rows)
    return ResultTable(table.title, tuple(map(str, table.columns)), rows)


def _plain_cell(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or value is None:
        return value
    return finite(value) if isinstance(value, int | float) else str(value)


def _plain_finding(finding: Finding) -> Finding:
    numbers = (finite(finding.statistic), finite(finding.p_value), finite(finding.threshold))
    return Finding(finding.check, finding.status, finding.statement, *numbers, finding.reference, finding.mend)
