"""Filling the numbers in: `{p_value}` in a tool's sentence, `{r1.p_value}` in a model's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.errors import ModelError
from havoc_pipeline.tools.result import format_number

_NAMED = re.compile(r"\{(r\d+(?:\[[^\]{}]*\])?)\.([A-Za-z0-9_]+)\}")


def fill(statement: str, values: Mapping[str, float]) -> str:
    """A tool's sentence with each `{name}` written as a reader expects it.

    Raises
    ------
    KeyError
        When the sentence names a value that the result does not hold: a bug of the tool.
    """
    pieces = []
    for text, name, _, _ in Formatter().parse(statement):
        pieces.append(text)
        if name is not None:
            pieces.append(format_number(name, values[name]))
    return "".join(pieces)


def fill_named(text: str, results: tuple[ToolResult, ...]) -> str:
    """A model's sentence with each `{r1.name}` filled from the results.

    Raises
    ------
    ModelError
        When a placeholder names no value of the results, or a brace is left over.
    """
    known = {(r.name, name): value for r in results for name, value in r.result.values.items()}

    def written(match: re.Match[str]) -> str:
        key = (match.group(1), match.group(2))
        if key not in known:
            raise ModelError(f"the model's sentence refers to `{match.group(0)}`, which no result holds")
        return format_number(key[1], known[key])

    filled = _NAMED.sub(written, text)
    if "{" in filled or "}" in filled:
        raise ModelError("the model's sentence holds a placeholder that names no result")
    return filled
