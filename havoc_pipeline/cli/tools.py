"""`havoc tools`: every command, and the full page of one."""

from __future__ import annotations

import inspect
from typing import Any

from havoc_pipeline.cli.terminal import show, show_json, style
from havoc_pipeline.reports.style import Style
from havoc_pipeline.tools.registry import FAMILIES, Parameter, Tool, all_tools, find_tool


def show_tools(name: str | None, as_json: bool) -> None:
    """List the commands, or print the page of one.

    Raises
    ------
    CommandError
        When there is no such command.
    """
    chosen = [find_tool(name.upper())] if name else list(all_tools().values())
    if as_json:
        schemas = [tool_schema(tool) for tool in chosen]
        show_json(schemas[0] if name else schemas)
    else:
        show(tool_page(chosen[0], style()) if name else tool_list(chosen, style()))


def tool_schema(tool: Tool) -> dict[str, Any]:
    """A command as tool-calling interfaces take it."""
    return {"name": tool.name, "description": tool.summary, "family": tool.family, "parameters": tool.json_schema()}


def tool_list(tools: list[Tool], looks: Style) -> str:
    """Commands by family with their summaries."""
    width = max(len(tool.name) for tool in tools) + 4
    parts = []
    for family in FAMILIES:
        lines = [looks.wrapped(t.summary, f"  {t.name}".ljust(width), " " * width) for t in tools if t.family == family]
        if lines:
            parts.append("\n".join([looks.paint(family, "head"), *lines]))
    return "\n\n".join([*parts, "`havoc tools NAME` shows a command's parameters and an example."])


def tool_page(tool: Tool, looks: Style) -> str:
    """Everything about one command."""
    lines = [looks.paint(tool.name, "head") + f"  ({tool.family})", looks.wrapped(tool.summary), ""]
    lines.append(looks.paint("Parameters", "head"))
    for parameter in tool.parameters.values():
        lines.append(looks.wrapped(f"{parameter.name}: {takes(parameter)}", "  ", "      "))
        lines.append(looks.wrapped(parameter.doc, "      ", "      "))
    lines += [looks.wrapped(text, "  ", "      ") for text in any_command(tool)]
    lines += ["", looks.paint("Example", "head"), looks.wrapped(tool.example, "  ", "      ")]
    sources = references(tool)
    if sources:
        lines += ["", looks.paint("References", "head"), *(looks.wrapped(s, "  ", "      ") for s in sources)]
    return "\n".join(lines)


def takes(parameter: Parameter) -> str:
    """What a parameter takes, and whether it may be left out."""
    listed = ", or a list in brackets" if parameter.many and "list" not in parameter.takes else ""
    if parameter.required:
        return f"{parameter.takes}{listed} (required)"
    default = "" if parameter.default is None else f" (default {_written(parameter.default)})"
    return f"{parameter.takes}{listed}{default}"


def _written(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def any_command(tool: Tool) -> list[str]:
    """What every command that works on a table takes besides its own parameters."""
    rows = ['where=(line == "3" and x > 1): only these rows', "by=column: once for each level"] * tool.needs_table
    scale = [f"transform=log, log10, sqrt or box_cox: rescales {', '.join(tool.transforms)}"] * bool(tool.transforms)
    return rows + scale


def references(tool: Tool) -> list[str]:
    """Sources that the tool's docstring names."""
    text = inspect.getdoc(tool.function) or ""
    _, _, after = text.partition("References\n----------\n")
    section = after.split("\n\n")[0] if after else ""
    joined = section.replace("\n    ", " ").strip()
    return [line.strip().removeprefix("- ").strip() for line in joined.split("\n") if line.strip()]
