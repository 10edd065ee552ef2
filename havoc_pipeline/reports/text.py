"""Results as text: wrapped to a width, tables in columns, a mark before each check."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from havoc_pipeline.reports.render import Shown, cell_text, filled, written
from havoc_pipeline.reports.style import Style
from havoc_pipeline.tools.result import ResultTable

GAP = "  "
MOST_ROWS = 60


def result_text(view: Shown, style: Style) -> str:
    """Everything about one result.

    Parameters
    ----------
    view : Shown
    style : Style

    Returns
    -------
    str
        Lines, without a last line break.
    """
    head = style.wrapped(f"{view.name}  {view.command}", rest="    ")
    parts = [style.paint(head, "head"), style.wrapped(view.statement), values_text(view, style)]
    parts += [table_text(table, style) for table in view.tables]
    parts += [
        checks_text(view, style),
        listing("Conventions", [f"{k}: {v}" for k, v in view.conventions.items()], style),
    ]
    parts.append(listing("References", view.references, style))
    return "\n\n".join(part for part in parts if part)


def values_text(view: Shown, style: Style) -> str:
    """The named values of a result as a table of two columns."""
    rows = tuple((name, written(name, value)) for name, value in view.values.items())
    return table_text(ResultTable("Values", ("name", "value"), rows), style) if rows else ""


def checks_text(view: Shown, style: Style) -> str:
    """The checks of a result, a mark before each and the mend after."""
    if not view.findings:
        return ""
    lines = [style.paint("Checks", "head")]
    for finding in view.findings:
        mark = style.mark(finding.status)
        lines.append(style.wrapped(f"{finding.check}: {finding.statement}", f"  {mark} ", "    "))
        if finding.mend:
            lines.append(style.wrapped(f"{'→' if style.unicode else '->'} {finding.mend}", "    ", "      "))
    return "\n".join(lines)


def table_text(table: ResultTable, style: Style) -> str:
    """A table in aligned columns; one too wide is cut into several that repeat the first column."""
    table = filled(table)
    kept = table.rows[:MOST_ROWS]
    cells = [list(table.columns), *([cell_text(cell) for cell in row] for row in kept)]
    right = [_is_numbers([row[place] for row in kept]) for place in range(len(table.columns))]
    widths = [max(_length(row[place]) for row in cells) for place in range(len(table.columns))]
    first = min(widths[0], style.width // 2) if widths else 0
    most = max(8, style.width - first - 2 * len(GAP))
    widths = [first, *(min(width, most) for width in widths[1:])]
    lines = [style.paint(style.wrapped(table.title), "head")] if table.title else []
    for columns in _slices(widths, style.width):
        lines += _lines(cells, columns, widths, right, style)
    if len(table.rows) > MOST_ROWS:
        lines.append(f"  and {len(table.rows) - MOST_ROWS} more rows; --json gives all")
    return "\n".join(lines)


def _slices(widths: Sequence[int], width: int) -> Iterable[list[int]]:
    """Columns that stand side by side within the width."""
    current: list[int] = []
    for place in range(len(widths)):
        if current and sum(widths[p] + len(GAP) for p in [*current, place]) > width and current != [0]:
            yield current
            current = [0]
        current = [*current, place]
    if current:
        yield current


def _lines(
    cells: list[list[str]], columns: list[int], widths: list[int], right: list[bool], style: Style
) -> Iterable[str]:
    for number, row in enumerate(cells):
        yield (GAP + GAP.join(_fit(row[c], widths[c], right[c], style) for c in columns)).rstrip()
        if number == 0:
            yield GAP + GAP.join(("─" if style.unicode else "-") * widths[c] for c in columns)


def _fit(text: str, width: int, right: bool, style: Style) -> str:
    text = text.replace("\n", " ")
    if _length(text) > width:
        end = "…" if style.unicode else "..."
        text = text[: max(1, width - len(end))] + end
    space = " " * max(0, width - _length(text))
    return space + text if right else text + space


def _length(text: str) -> int:
    """Places that a text takes on a terminal: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum((unicodedata.combining(c) == 0) * (1 + (unicodedata.east_asian_width(c) in "WF")) for c in text)


def _is_numbers(column: Sequence[Any]) -> bool:
    known = [cell for cell in column if cell is not None and cell != ""]
    return bool(known) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known)


def listing(title: str, entries: Iterable[str], style: Style) -> str:
    """A heading and a list under it; empty when there is nothing to list."""
    lines = [style.wrapped(entry, f"  {'·' if style.unicode else '-'} ", "    ") for entry in entries]
    return "\n".join([style.paint(title, "head"), *lines]) if lines else ""
