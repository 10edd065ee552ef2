"""`havoc describe`: what HAVOC sees in a table."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from havoc_pipeline.cli.terminal import show, show_json, style
from havoc_pipeline.errors import ModelError
from havoc_pipeline.reports.render import cell_text
from havoc_pipeline.reports.style import Style
from havoc_pipeline.reports.text import listing, table_text
from havoc_pipeline.tables import ColumnProfile, Table
from havoc_pipeline.tools.result import ResultTable

COLUMNS = ("column", "kind", "likely role", "unit", "n", "missing", "distinct", "range or levels")
LEVELS_SHOWN = 4


def describe_table(data: Path, sheet: str | None, dictionary: Path | None, as_json: bool) -> None:
    """Print a row for each column, wide layouts, and how the file was read.

    Raises
    ------
    TableError
        When the file cannot be read as a table.
    """
    table = Table.read(data, sheet=sheet, dictionary=dictionary)
    roles = likely_roles(table)
    if as_json:
        show_json(asdict(table.profile) | {"roles": roles, "fingerprint": table.fingerprint})
    else:
        show(table_page(table, roles, style()))


def likely_roles(table: Table) -> dict[str, dict[str, Any]]:
    """The likeliest role of each column and its probability; empty where the linker is not installed."""
    from havoc_pipeline.linking.linker import Linker

    try:
        found = Linker.load().roles(table)
    except ModelError:
        return {}
    best = {header: max(roles, key=roles.__getitem__) for header, roles in found.items()}
    return {h: {"role": role, "probability": round(float(found[h][role]), 4)} for h, role in best.items()}


def table_page(table: Table, roles: dict[str, dict[str, Any]], looks: Style) -> str:
    """The page as text."""
    profile = table.profile
    head = looks.paint(f"{profile.name}: {profile.n_rows} rows, {len(profile.columns)} columns", "head")
    rows = tuple(_row(column, roles.get(column.header, {})) for column in profile.columns)
    treated = [f"`{column.header}`: {column.treatment}" for column in profile.columns if column.treatment]
    meant = [f"`{column.header}`: {column.description}" for column in profile.columns if column.description]
    wide = [f"{block.kind} `{block.name}`: {', '.join(block.headers)}" for block in profile.blocks]
    parts = [head, table_text(ResultTable("", COLUMNS, rows), looks), listing("Wide layouts", wide, looks),
             listing("Meanings", meant, looks), listing("Treatment", treated, looks),
             listing("How the file was read", [n for n in profile.notes if n not in treated], looks)]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _row(column: ColumnProfile, role: dict[str, Any]) -> tuple[Any, ...]:
    likely = f"{role['role'].replace('_', ' ')} {100 * role['probability']:.0f}%" if role else ""
    return (column.header, column.kind, likely, column.unit or "", column.n, column.missing, column.distinct,
            _extent(column))  # fmt: skip


def _extent(column: ColumnProfile) -> str:
    if column.minimum is not None and column.maximum is not None and column.kind not in ("two-level", "constant"):
        return f"{cell_text(column.minimum)} to {cell_text(column.maximum)}"
    more = " …" if column.distinct > LEVELS_SHOWN else ""
    return ", ".join(column.examples[:LEVELS_SHOWN]) + more
