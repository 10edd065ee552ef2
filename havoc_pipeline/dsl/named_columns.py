"""Which columns a command names: what stands where its tool takes a column, and in filters and `by=`."""

from __future__ import annotations

from collections.abc import Iterator

from havoc_pipeline.dsl.command import Call, Command, Name, Value
from havoc_pipeline.tools.registry import find_tool


def named_columns(command: Command) -> tuple[str, ...]:
    """Return the headers of every column the command names, each once, in order.

    Parameters
    ----------
    command : Command

    Raises
    ------
    CommandError
        When there is no such command.
    """
    parameters = find_tool(command.name).parameters
    found = list[str]()
    for key, value in command.arguments.items():
        parameter = parameters.get(key)
        if parameter is not None and "column" in parameter.kinds:
            found += (header for header in _headers(value) if header not in parameter.words)
    found += [condition.column.text for condition in command.where]
    found += [command.by.text] if command.by is not None else []
    return tuple(dict.fromkeys(found))


def _headers(value: Value) -> Iterator[str]:
    if isinstance(value, tuple):
        for entry in value:
            yield from _headers(entry)
    elif isinstance(value, Name | Call):
        yield from value.headers()
