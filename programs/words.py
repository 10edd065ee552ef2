"""A plan in words, from the registry: the command's summary, then what it is about."""

from __future__ import annotations

from collections.abc import Sequence

from havoc_pipeline.dsl.command import Call, Command, Name, Value, number, write_value
from havoc_pipeline.programs.case import Planned
from havoc_pipeline.signatures.types import Alternative
from havoc_pipeline.tools.registry import Tool, find_tool

REFUSALS = {
    "missing_column": "The table lacks what the question asks for.",
    "ambiguous": "The question can be read in more than one way.",
    "off_topic": "This is no question of data or process analysis.",
    "unsupported": "No command here does this analysis.",
    "impossible": "The method does not fit these data.",
}


def command_words(command: Command) -> str:
    """One sentence: what the command does, on which columns, with which options and rows."""
    tool = find_tool(command.name)
    about = [f"{_spoken(key)} {_value(value)}" for key, value in command.arguments.items()]
    if command.by is not None:
        about.append(f"for each level of `{command.by.text}`")
    if command.transform is not None:
        about.append(f"on the {command.transform.replace('_', '-')} scale")
    if command.where:
        about.append("only rows where " + " and ".join(map(str, command.where)))
    summary = tool.summary.rstrip(".")
    return f"{summary}: {', '.join(about)}." if about else f"{summary}."


def plan_words(planned: Planned) -> str:
    """The plan in one or two sentences; a refusal says why."""
    if planned.plan.refusal:
        return REFUSALS[planned.plan.refusal]
    return " Then: ".join(map(command_words, planned.commands))


def alternative_of(planned: Planned) -> Alternative:
    """A reading as it is offered to the user."""
    views = tuple(step.command for step in planned.plan.steps)
    return Alternative(commands=views, words=plan_words(planned), probability=planned.probability)


def command_help(tools: Sequence[Tool]) -> str:
    """One line a command, for models that read text: name, summary, parameters, an example."""
    return "\n".join(
        f"{tool.name}: {tool.summary} Parameters: {_parameters(tool)}. Example: {tool.example}" for tool in tools
    )


def _parameters(tool: Tool) -> str:
    return ", ".join(p.name + ("" if p.required else "?") for p in tool.parameters.values())


def _spoken(parameter: str) -> str:
    return {"lsl": "lower specification limit", "usl": "upper specification limit", "mu": "reference value"}.get(
        parameter, parameter.replace("_", " ")
    )


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return " and ".join(filter(None, [", ".join(map(_value, value[:-1])), _value(value[-1])]))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Name):
        return f"`{value.text}`"
    return f"`{value.inner()}`" if isinstance(value, Call) else f"`{write_value(value)}`"
