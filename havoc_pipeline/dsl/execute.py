"""Running a checked plan: rows, levels, scale, tool, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.dsl.bind import Binder, Series
from havoc_pipeline.dsl.check import as_values, check
from havoc_pipeline.dsl.command import Command, Condition
from havoc_pipeline.dsl.rows import rows_where
from havoc_pipeline.dsl.transform import rescale
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import Tool
from havoc_pipeline.tools.result import Finding, Provenance, Result
from havoc_pipeline.tools.samples import AnyColumn, Sample

MOST_LEVELS = 60
MISSING_SHARE_OF_CONCERN = 0.1


@dataclass(frozen=True)
class ToolResult:
    """What one command gave: `name` is `r1`, or `r1[night]` for one level of `by=`.

    Attributes
    ----------
    name : str
    command : Command
    level : str or None
        Level of the `by=` column.
    result : Result
    rows : int array, shape (n,)
        Positions in the table of the rows in use.
    """

    name: str
    command: Command
    level: str | None
    result: Result
    rows: NDArray[np.intp]


def execute(plan: Sequence[Command], table: Table | None) -> list[ToolResult]:
    """Run the commands of a plan in order; a later one may use an earlier one's columns.

    Parameters
    ----------
    plan : sequence of Command
    table : Table or None

    Returns
    -------
    list of ToolResult
        One a command, or one a level where a command has `by=`.

    Raises
    ------
    CommandError
        Before anything runs, when any command does not fit the table.
    DataError
        When a method cannot be computed on these rows.
    """
    tools = [check(command, table, steps=step) for step, command in enumerate(plan)]
    done: list[ToolResult] = []
    made: list[Series] = []
    for step, (tool, command) in enumerate(zip(tools, plan, strict=True), 1):
        parts = list(_run(tool, command, table, tuple(made), f"r{step}"))
        made.append(_spread(parts, table))
        done += parts
    return done


def run_tool(tool: Tool, table: Table | None, arguments: Mapping[str, Any]) -> Result:
    """Run one tool with Python arguments; `where=` is DSL text, `by=` is not taken here."""
    extra = {key: arguments[key] for key in ("where", "transform") if arguments.get(key) is not None}
    own = as_values({key: value for key, value in arguments.items() if key not in extra})
    where = _conditions(extra.pop("where")) if "where" in extra else ()
    command = Command(tool.name, own, where=where, transform=extra.get("transform"))
    return execute([command], table)[0].result


def _conditions(text: str) -> tuple[Condition, ...]:
    from havoc_pipeline.dsl.parse import parse_command

    return parse_command(f"DESCRIBE where=({text})").where


def _run(
    tool: Tool, command: Command, table: Table | None, earlier: tuple[Series, ...], name: str
) -> Iterator[ToolResult]:
    for level, rows in _parts(command, table):
        used = table.take(rows) if table is not None else None
        label = name if level is None else f"{name}[{level}]"
        binder = Binder(used, np.flatnonzero(rows), earlier)
        try:
            result = _call(tool, command, binder)
        except DataError as error:
            if level is None:
                raise
            raise DataError(f"{command.by} = {level}: {error}") from None
        finished = _finish(result, command, table, rows)
        yield ToolResult(label, command, level, finished, np.flatnonzero(rows))


def _parts(command: Command, table: Table | None) -> Iterator[tuple[str | None, NDArray[np.bool_]]]:
    """Rows of each level of `by=`, or all rows at once."""
    if table is None:
        yield None, np.zeros(0, dtype=bool)
        return
    rows = rows_where(command, table)
    if command.by is None:
        yield None, rows
        return
    column = table.column(command.by.text)
    present = set(column.labels[rows]) - {None}
    if len(present) > MOST_LEVELS:
        raise CommandError(f"`{column.header}` has {len(present)} levels; by= repeats for at most {MOST_LEVELS}")
    for level in (level for level in column.levels if level in present):
        yield level, rows & np.asarray(column.labels == level, dtype=bool)


def _call(tool: Tool, command: Command, binder: Binder) -> Result:
    arguments = {key: binder.value(tool.parameters[key], value) for key, value in command.arguments.items()}
    notes = [*_missing(arguments)]
    if command.transform:
        arguments, note = rescale(tool, command.transform, arguments)
        notes.append(note)
    result = tool.function(binder.table, **arguments) if tool.needs_table else tool.function(**arguments)
    return replace(result, findings=(*result.findings, *notes))


def _missing(arguments: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding on rows that lack a value in a column the command uses.

    A tool over columns of any kind takes each for itself and says of each what is missing.
    """
    samples = [s for value in arguments.values() for s in (value if isinstance(value, list) else [value])
               if isinstance(s, Sample)]  # fmt: skip
    if not samples or any(isinstance(sample, AnyColumn) for sample in samples):
        return
    missing = np.logical_or.reduce([sample.missing for sample in samples])
    count, total = int(missing.sum()), int(missing.size)
    if count:
        share = count / total
        yield Finding(
            "missing values", "warn" if share > MISSING_SHARE_OF_CONCERN else "note",
            f"{count} of {total} rows lack a value in a column used here and do not enter",
            statistic=share, threshold=MISSING_SHARE_OF_CONCERN,
            reference="Little and Rubin (2019), Statistical Analysis with Missing Data, ch. 3",
            mend="find out why they are missing; leaving them out is fair only if it is unrelated to the value",
        )  # fmt: skip


def _finish(result: Result, command: Command, table: Table | None, rows: NDArray[np.bool_]) -> Result:
    findings = result.findings
    if table is not None and command.where:
        text = " and ".join(map(str, command.where))
        note = f"{int(rows.sum())} of {rows.size} rows are used: those where {text}"
        findings = (*findings, Finding("row filter", "note", note))
    provenance = Provenance(
        str(command), table.fingerprint if table is not None else "", int(rows.sum()), int(rows.size),
        _versions(), dict(result.conventions),
    )  # fmt: skip
    return replace(result, findings=findings, provenance=provenance)


def _versions() -> dict[str, str]:
    """Versions of the libraries that computed, of those that are loaded."""
    import sys

    from havoc_pipeline import __version__

    loaded = {name: sys.modules[name] for name in ("numpy", "scipy", "sympy") if name in sys.modules}
    return {"havoc": __version__} | {name: str(getattr(m, "__version__", "")) for name, m in loaded.items()}


def _spread(parts: Sequence[ToolResult], table: Table | None) -> Series:
    """Series of a step over the whole table, NaN where a row was not in use."""
    spread = dict[str, NDArray[Any]]()
    for part in parts if table is not None else ():
        for name, values in part.result.series.items():
            if len(values) == len(part.rows):
                whole = spread.setdefault(name, np.full(table.n_rows if table else 0, np.nan))
                whole[part.rows] = values
    return spread
