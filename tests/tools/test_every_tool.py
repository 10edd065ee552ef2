"""What holds for every registered tool, the next one included."""

import random
from typing import Any

import pytest

from havoc_pipeline.dsl.command import Command, Name, Value
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.grammar import grammar_text
from havoc_pipeline.dsl.parse import parse_command, parse_plan
from havoc_pipeline.reports.render import fill
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import FAMILIES, Parameter, Tool, all_tools
from havoc_pipeline.tools.result import Result

TOOLS = list(all_tools().values())
ROWS = 60


def column(parameter: Parameter, levels: list[str], random_: random.Random) -> list[Any]:
    """Plausible values for a parameter's column."""
    kinds = {sample.__name__ for sample in parameter.samples}
    if kinds & {"Numeric", "Wide"}:
        return [round(random_.gauss(20, 1.5), 2) for _ in range(ROWS)]
    if "TwoLevel" in kinds or levels:
        named = [*levels, "other one"][:2] if len(levels) < 2 else levels[:2]
        return [named[i % 2] for i in range(ROWS)]
    if "Order" in kinds:
        return list(range(1, ROWS + 1))
    return [f"{'abcdefghijklmno'[i // 4 if 'Subgroup' in kinds else i % 3]}" for i in range(ROWS)]


def headers(value: Value) -> list[str]:
    entries = value if isinstance(value, tuple) else (value,)
    return [h for entry in entries if not isinstance(entry, bool | float | tuple) for h in entry.headers()]


def table_for(tool: Tool, command: Command) -> Table | None:
    """A table with the columns that the example names."""
    random_ = random.Random(tool.name)
    levels = [
        v.text for k, v in command.arguments.items() if "level" in tool.parameters[k].kinds and isinstance(v, Name)
    ]
    columns: dict[str, list[Any]] = {}
    for key, value in command.arguments.items():
        parameter = tool.parameters[key]
        if "column" in parameter.kinds:
            for header in headers(value):
                columns.setdefault(header, column(parameter, levels if "group" in key else [], random_))
    return Table.from_columns(columns) if tool.needs_table and columns else None


def result_of(tool: Tool) -> Result:
    command = parse_command(tool.example)
    table = table_for(tool, command)
    if tool.needs_table and table is None:
        table = Table.from_columns({"a": [1.0, -1.0] * 4, "b": [1.0, 1.0, -1.0, -1.0] * 2})
    return execute([command], table)[0].result


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_the_example_runs_and_its_sentence_has_all_its_numbers(tool: Tool) -> None:
    result = result_of(tool)
    sentence = fill(result.statement, result.values)
    assert "{" not in sentence.replace("{{", "").replace("}}", "")
    assert result.findings or tool.family == "describe", "a result without a single check"
    assert result.references and result.provenance is not None


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_every_finding_and_value_is_named(tool: Tool) -> None:
    result = result_of(tool)
    assert all(finding.check and finding.statement for finding in result.findings)
    assert all(name.isidentifier() for name in result.values)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_documentation_and_schema_come_from_the_signature(tool: Tool) -> None:
    assert tool.family in FAMILIES and tool.summary.endswith(".")
    schema = tool.json_schema()
    assert set(schema["properties"]) == set(tool.parameters)
    assert all(entry["description"] for entry in schema["properties"].values())


def test_one_grammar_holds_every_command() -> None:
    text = grammar_text(TOOLS)
    assert all(f'"{tool.name}"' in text for tool in TOOLS)
    assert len(parse_plan(" ; ".join(tool.example for tool in TOOLS))) == len(TOOLS)


def test_the_figure_of_every_tool_that_has_one_can_be_drawn() -> None:
    drawn = [tool.name for tool in TOOLS if result_of(tool).figure() is not None]
    assert len(drawn) >= len(TOOLS) - 2
