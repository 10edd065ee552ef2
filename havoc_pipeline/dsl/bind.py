"""From a checked command to the samples and values that its tool receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.dsl.command import Call, Name, ResultColumn, Value, write_value
from havoc_pipeline.dsl.expression import derive
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Column, Table
from havoc_pipeline.tools.registry import Parameter
from havoc_pipeline.tools.samples import (
    MOST,
    AnyColumn,
    Factor,
    Numeric,
    Order,
    Sample,
    Subgroup,
    Wide,
    computable,
)

Series = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Binder:
    """Resolves names over the rows in use.

    Attributes
    ----------
    table : Table or None
        The rows in use.
    rows : int array, shape (n,)
        Where they stand in the whole table.
    earlier : sequence of mappings
        Series of each earlier step, each spread over the whole table.
    """

    table: Table | None
    rows: NDArray[np.intp]
    earlier: tuple[Series, ...] = ()

    def value(self, parameter: Parameter, value: Value) -> Any:
        """What the tool's function gets for `parameter`."""
        word = isinstance(value, Name) and "word" in parameter.kinds and value.text in parameter.words
        if "column" in parameter.kinds and not word and not isinstance(value, bool | float):
            return self._samples(parameter, value)
        if isinstance(value, tuple):
            return [_plain(parameter, entry) for entry in value]
        plain = _plain(parameter, value)
        listed = parameter.many and "integer" not in parameter.kinds
        return [plain] if listed else plain

    def _samples(self, parameter: Parameter, value: Value) -> Any:
        entries = value if isinstance(value, tuple) else (value,)
        made = [self._sample(parameter, entry) for entry in entries]
        if any(sample is Wide for sample in parameter.samples):
            numeric = [m for m in made if isinstance(m, Numeric)]
            sources = tuple(h for m in made for h in m.sources)
            return made[0] if len(made) == 1 else Wide(write_value(value).strip("[]"), sources, tuple(numeric))
        return made if parameter.many else made[0]

    def _sample(self, parameter: Parameter, entry: Value) -> Sample:
        if isinstance(entry, Call):
            return derive(entry, self.numeric)
        if isinstance(entry, ResultColumn):
            return self.numeric(entry)
        if not isinstance(entry, Name):
            raise CommandError(f"`{parameter.name}` takes {parameter.takes}, not {entry!r}")
        column = self._column(entry.text)
        fitting = [s for s in parameter.samples if s.accepts(column)]
        # A row filter may leave one level of a category; the tool says what that means for it.
        fitting += [s for s in parameter.samples if issubclass(s, Factor)]
        if not fitting:
            raise DataError(f"`{entry.text}` has no usable values among the rows in use; widen the filter")
        return sample_of(fitting[0], column)

    def numeric(self, name: Name | ResultColumn) -> Numeric:
        """The numeric sample of a header or of an earlier result's series."""
        if isinstance(name, Name):
            return _numeric(self._column(name.text))
        series = self.earlier[name.step - 1]
        if name.series not in series:
            made = ", ".join(series) or "no columns"
            raise CommandError(f"r{name.step} has no `{name.series}`; it made {made}")
        return Numeric(str(name), (), np.asarray(series[name.series], float)[self.rows])

    def _column(self, header: str) -> Column:
        if self.table is None:
            raise CommandError(f"there is no table to look up `{header}` in; give one with --data FILE")
        return self.table.column(header)


def sample_of(kind: type[Sample], column: Column) -> Sample:
    """A table's column as the sample type that a tool asks for."""
    header, sources = column.header, (column.header,)
    if kind is Numeric or kind is Wide:
        return _numeric(column)
    if kind is Order:
        return Order(header, sources, _keys(column))
    if kind is AnyColumn:
        return AnyColumn(header, sources, column)
    present = [label for label in column.labels if label is not None]
    levels = tuple(dict.fromkeys(present)) if kind is Subgroup else _ordered(column, set(present))
    if issubclass(kind, Factor):
        return kind(header, sources, column.labels, levels)
    raise CommandError(f"no sample of type {kind.__name__} can be made of `{header}`")


def _ordered(column: Column, present: set[str]) -> tuple[str, ...]:
    return tuple(level for level in column.levels if level in present)


def _numeric(column: Column) -> Numeric:
    if not computable(column.numbers):
        raise DataError(
            f"`{column.header}` holds values of about {np.nanmax(np.abs(column.numbers)):.0e}, whose powers leave the range "
            f"of a computer's numbers ({1 / MOST:.0e} to {MOST:.0e} are taken): write them in another unit"
        )
    return Numeric(column.header, (column.header,), column.numbers, column.unit)


def _keys(column: Column) -> NDArray[np.float64]:
    if column.kind != "date":
        return column.numbers
    seconds = column.dates.astype("datetime64[s]").astype(np.float64)
    return np.where(np.isnat(column.dates), np.nan, seconds)


def _plain(parameter: Parameter, value: Value) -> Any:
    if isinstance(value, Name):
        return value.text
    if isinstance(value, float) and "number" not in parameter.kinds and value.is_integer():
        whole = "integer" in parameter.kinds
        return int(value) if whole else value if "alpha" in parameter.kinds else f"{value:g}"
    return value
