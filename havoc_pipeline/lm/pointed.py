"""What may get a pointer: columns and wide blocks of a table, and which parameters each may fill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from havoc_pipeline.tables import Table
from havoc_pipeline.tools.samples import Sample


@dataclass(frozen=True)
class Pointed:
    """A column or a wide block that has a pointer: its headers, and which parameters it may fill."""

    headers: tuple[str, ...]
    fits: frozenset[str]
    """Names of the sample types that accept it."""


def headed(table: Table) -> list[tuple[str, ...]]:
    """Everything that may get a pointer: wide blocks, then the columns outside them."""
    blocks = [block.headers for block in table.profile.blocks if block.kind == "subgroup"]
    inside = {header for headers in blocks for header in headers}
    return [*blocks, *((c.header,) for c in table.columns if c.header not in inside and c.kind != "empty")]


def fits_of(headers: tuple[str, ...], table: Table) -> frozenset[str]:
    """Sample types that accept the column; a block only fits where a list of columns does."""
    if len(headers) > 1:
        return frozenset({"Wide"})
    column = table.column(headers[0])
    fits = {kind.__name__ for kind in _sample_types(Sample) if kind.accepts(column)} - {"Wide", "TwoLevel"}
    return frozenset(fits | ({"TwoLevel"} if "Factor" in fits and column.distinct == 2 else set()))


def _sample_types(base: type[Sample]) -> Iterator[type[Sample]]:
    """Every kind of column that a tool may ask for."""
    for kind in base.__subclasses__():
        yield kind
        yield from _sample_types(kind)
