"""What a table holds, in short: what the planner sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from havoc_pipeline.tables.column import Column
from havoc_pipeline.tables.kinds import FEW_LEVELS, Kind

FIRST_VALUES = 5
LEVELS_SHOWN = 12
LEVEL_KINDS = frozenset({"two-level", "categorical", "ordered", "constant"})


@dataclass(frozen=True)
class ColumnProfile:
    """One column in short: `n` present and `missing` cells add up to the rows."""

    header: str
    kind: Kind
    n: int
    missing: int
    distinct: int
    examples: tuple[str, ...]
    unit: str | None
    minimum: float | None
    maximum: float | None
    description: str | None
    treatment: str


@dataclass(frozen=True)
class Block:
    """Columns that hold one quantity: repeated readings of a subgroup, or a before-after pair."""

    name: str
    headers: tuple[str, ...]
    kind: Literal["subgroup", "pair"]


@dataclass(frozen=True)
class TableProfile:
    """A table in short: columns, wide layouts, and notes on how it was read."""

    name: str
    n_rows: int
    columns: tuple[ColumnProfile, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]


def column_profile(column: Column) -> ColumnProfile:
    """Summarise a column.

    Args:
        column: the column, n cells.

    Returns:
        Kind, counts, examples, unit, range and treatment.
    """
    low, high = _range(column)
    return ColumnProfile(
        header=column.header,
        kind=column.kind,
        n=len(column) - column.missing,
        missing=column.missing,
        distinct=column.distinct,
        examples=_examples(column),
        unit=column.unit,
        minimum=low,
        maximum=high,
        description=column.description,
        treatment=column.treatment,
    )


def _range(column: Column) -> tuple[float | None, float | None]:
    if not column.is_numeric or column.missing == len(column):
        return None, None
    return float(np.nanmin(column.numbers)), float(np.nanmax(column.numbers))


def _examples(column: Column) -> tuple[str, ...]:
    coded = column.kind == "integer" and column.distinct <= FEW_LEVELS
    if coded or column.kind in LEVEL_KINDS:
        return column.levels[:LEVELS_SHOWN]
    head = (text.strip() for text in column.text[: 20 * FIRST_VALUES] if text is not None)
    return tuple(dict.fromkeys(head))[:FIRST_VALUES]
