"""A plan in words, from the registry: the command's summary, then what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from havoc_pipeline.dsl.command import Call, Command, Name, Value, number, write_value
from havoc_pipeline.programs.case import Planned
from havoc_pipeline.signatures.types import Alternative
from havoc_pipeline.tools.registry import Tool, find_tool

_PLACE = re.compile(r"\{([a-z_0-9]+)\}")

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
    given = {key: _said(tool, key, value) for key, value in command.arguments.items()}
    template = _template(tool, set(given))
    named = set(_PLACE.findall(template))
    rest = [f"{_spoken(key)} {value}" for key, value in given.items() if key not in named]
    if command.by is not None:
        rest.append(f"for each level of `{command.by.text}`")
    if command.transform is not None:
        rest.append(f"on the {command.transform.replace('_', '-')} scale")
    if command.where:
        rest.append("only rows where " + " and ".join(map(str, command.where)))
    return ", ".join([_PLACE.sub(lambda place: given[place[1]], template), *rest]) + "."


def _said(tool: Tool, key: str, value: Value) -> str:
    """A value as a sentence has it; words of the language stand plain, names in backticks."""
    plain = isinstance(value, Name) and value.text in tool.parameters[key].words
    return str(value).replace("_", "-") if plain else _value(value)


def _template(tool: Tool, given: set[str]) -> str:
    """The line of the tool's `In words` that names most of what is given, and nothing that is not."""
    fitting = [line for line in tool.words if set(_PLACE.findall(line)) <= given]
    return max(fitting, key=lambda line: len(_PLACE.findall(line)), default=tool.summary.rstrip("."))


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
