"""The semantic check: a parsed command against a table, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from havoc_pipeline.dsl.command import Call, Command, Name, ResultColumn, Value, write_value
from havoc_pipeline.dsl.parse import pointed
from havoc_pipeline.errors import CommandError, TableError
from havoc_pipeline.tables import Column, Table
from havoc_pipeline.tools.registry import Parameter, Tool, find_tool
from havoc_pipeline.tools.samples import Factor, Sample


def check(command: Command, table: Table | None, steps: int = 0) -> Tool:
    """Hold a command against its tool and the table.

    Parameters
    ----------
    command : Command
    table : Table or None
        None only for commands that need no table.
    steps : int
        How many earlier steps a `r1.residuals` may refer to.

    Returns
    -------
    Tool
        The tool that will run it.

    Raises
    ------
    CommandError
        When a parameter is unknown, lacking, or of the wrong kind, a column does not exist or does
        not qualify, or arguments do not go together; the message points at the place and names the
        nearest valid choice or the mend.
    """
    tool = find_tool(command.name)
    if tool.needs_table and table is None:
        raise CommandError(f"{tool.name} needs a table; give one with --data FILE")
    for name in command.arguments:
        if name not in tool.parameters:
            raise CommandError(pointed(command, name, _unknown_parameter(tool, name)))
    lacking = [p.name for p in tool.parameters.values() if p.required and p.name not in command.arguments]
    if lacking:
        raise CommandError(f"{tool.name} lacks `{'`, `'.join(lacking)}`; for example: {tool.example}")
    for name, value in command.arguments.items():
        _check_value(command, tool.parameters[name], value, table, steps)
    _check_levels(command, tool, table)
    _check_together(command, tool)
    _check_common(command, tool, table)
    return tool


def _check_levels(command: Command, tool: Tool, table: Table | None) -> None:
    """A level must be one of the column that the command groups by."""
    factors = [p.name for p in tool.parameters.values() if any(issubclass(s, Factor) for s in p.samples)]
    grouped = [value for name in factors if isinstance(value := command.arguments.get(name), Name)]
    for parameter in (p for p in tool.parameters.values() if "level" in p.kinds):
        level = command.arguments.get(parameter.name)
        if isinstance(level, Name) and table is not None:
            levels = [known for name in grouped for known in find_column(table, name.text).levels]
            if level.text.strip().casefold() not in {known.strip().casefold() for known in levels}:
                choice = ", ".join(levels[:8]) or "no column is grouped by"
                problem = f"`{parameter.name}` names `{level.text}`, which is no level of the group: {choice}"
                raise CommandError(pointed(command, parameter.name, problem))


def _check_together(command: Command, tool: Tool) -> None:
    """The arguments must go together, as the tool itself says."""
    given = {name: _as_written(value) for name, value in command.arguments.items()}
    refused = tool.refuses(given) if tool.refuses is not None else None
    if refused is not None:
        raise CommandError(pointed(command, refused.parameter, refused.reason))


def _as_written(value: Value) -> bool | float | str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(map(write_value, value)) if len(value) > 1 else _as_written(value[0])
    if isinstance(value, bool | float):
        return value
    return value.text if isinstance(value, Name) else write_value(value)


def _unknown_parameter(tool: Tool, name: str) -> str:
    near = get_close_matches(name, tool.parameters, n=1, cutoff=0.5)
    known = f"did you mean `{near[0]}`?" if near else f"it takes {', '.join(tool.parameters)}"
    return f"{tool.name} has no parameter `{name}`; {known}"


def _check_value(command: Command, parameter: Parameter, value: Value, table: Table | None, steps: int) -> None:
    entries = value if isinstance(value, tuple) else (value,)
    if isinstance(value, tuple) and not parameter.many:
        raise CommandError(pointed(command, parameter.name, f"`{parameter.name}` takes one value, not {len(value)}"))
    for entry in entries:
        try:
            problem = _problem(parameter, entry, table, steps)
        except CommandError as error:
            problem = str(error)
        if problem:
            raise CommandError(pointed(command, parameter.name, problem))


def _problem(parameter: Parameter, entry: Value, table: Table | None, steps: int) -> str | None:
    """What is wrong with one value, or None."""
    if isinstance(entry, bool):
        return None if "flag" in parameter.kinds else f"`{parameter.name}` takes {parameter.takes}, not true or false"
    if isinstance(entry, float):
        return _number_problem(parameter, entry)
    if isinstance(entry, ResultColumn):
        return _result_problem(parameter, entry, steps)
    if isinstance(entry, Call):
        return _expression_problem(parameter, entry, table, steps)
    if isinstance(entry, Name):
        return _name_problem(parameter, entry, table)
    return f"`{parameter.name}` takes {parameter.takes}"


def _number_problem(parameter: Parameter, entry: float) -> str | None:
    if "integer" in parameter.kinds and "number" not in parameter.kinds and not entry.is_integer():
        return f"`{parameter.name}` takes a whole number, not {entry:g}"
    if not {"integer", "number", "alpha"} & set(parameter.kinds):
        return f"`{parameter.name}` takes {parameter.takes}, not the number {entry:g}"
    return None


def _result_problem(parameter: Parameter, entry: ResultColumn, steps: int) -> str | None:
    if "column" not in parameter.kinds:
        return f"`{parameter.name}` takes {parameter.takes}, not a result"
    if not 1 <= entry.step <= steps:
        reach = f"r1 to r{steps}" if steps else "no earlier step"
        return f"r{entry.step} is not an earlier step of this plan (there is {reach})"
    return None


def _expression_problem(parameter: Parameter, entry: Call, table: Table | None, steps: int) -> str | None:
    numeric = any(sample.__name__ in ("Numeric", "Wide", "AnyColumn") for sample in parameter.samples)
    if "column" not in parameter.kinds or not numeric:
        return f"`{parameter.name}` takes {parameter.takes}, not an expression"
    for header in entry.headers():
        column = find_column(table, header)
        if not column.is_numeric:
            return f"`{header}` holds {_holds(column)}; an expression takes numeric columns"
    return None


def _name_problem(parameter: Parameter, entry: Name, table: Table | None) -> str | None:
    if "word" in parameter.kinds and entry.text in parameter.words:
        return None
    if {"text", "level"} & set(parameter.kinds):
        return None
    if "column" not in parameter.kinds:
        near = get_close_matches(entry.text, parameter.words, n=1, cutoff=0.5)
        return f"`{parameter.name}` takes {parameter.takes}" + (f"; did you mean `{near[0]}`?" if near else "")
    column = find_column(table, entry.text)
    if any(sample.accepts(column) for sample in parameter.samples):
        return None
    fitting = qualifying(parameter.samples, table)
    choice = f"; columns that do: {', '.join(f'`{h}`' for h in fitting[:8])}" if fitting else ""
    return f"`{entry.text}` holds {_holds(column)}, and `{parameter.name}` takes {parameter.takes}{choice}"


def _holds(column: Column) -> str:
    if column.kind in ("empty", "constant"):
        return "no values" if column.kind == "empty" else "the same value in every row"
    if column.is_numeric:
        return f"numbers ({column.distinct} distinct)"
    examples = ", ".join(str(level) for level in column.levels[:3])
    return f"{'dates' if column.kind == 'date' else 'text'} ({examples}{', …' if column.distinct > 3 else ''})"


def find_column(table: Table | None, header: str) -> Column:
    """The column of exactly this header; a CommandError names the nearest otherwise."""
    if table is None:
        raise CommandError(f"there is no table to look up `{header}` in; give one with --data FILE")
    try:
        return table.column(header)
    except TableError as error:
        raise CommandError(str(error)) from None


def qualifying(samples: tuple[type[Sample], ...], table: Table | None) -> list[str]:
    """Headers of the table's columns that at least one of the column types accepts."""
    columns = table.columns if table is not None else ()
    return [c.header for c in columns if any(sample.accepts(c) for sample in samples)]


def _check_common(command: Command, tool: Tool, table: Table | None) -> None:
    for condition in command.where:
        _checked(command, "where", table, condition.column.text)
    if command.by is not None:
        column = _checked(command, "by", table, command.by.text)
        if not Factor.accepts(column) and column.kind != "constant":
            raise CommandError(
                pointed(
                    command,
                    "by",
                    f"`{command.by.text}` holds {_holds(column)}; `by` takes {Factor.takes}",
                )
            )
    if command.transform and not tool.transforms:
        raise CommandError(pointed(command, "transform", f"{tool.name} takes no transform"))


def _checked(command: Command, parameter: str, table: Table | None, header: str) -> Column:
    try:
        return find_column(table, header)
    except CommandError as error:
        raise CommandError(pointed(command, parameter, str(error))) from None


def as_values(arguments: Mapping[str, Any]) -> dict[str, Value]:
    """Python arguments (headers, numbers, lists) as the syntax tree holds them."""
    return {key: _value(value) for key, value in arguments.items() if value is not None}


def _value(value: Any) -> Value:
    if isinstance(value, list | tuple):
        return tuple(_value(entry) for entry in value)
    if isinstance(value, bool | Name | Call | ResultColumn):
        return value
    if isinstance(value, str):
        return Name(value)
    return float(value)
