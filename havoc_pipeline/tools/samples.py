"""What a tool's column parameters receive: samples, typed by what the method needs.

A tool annotates a parameter with one of these classes. The same class says which columns of a
table qualify (`accepts`), so the checker, the decoder's grammar and the documentation all read the
annotation, and nothing about a parameter is written twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError

Floats = NDArray[np.float64]
Labels = NDArray[np.object_]


class ColumnLike(Protocol):
    """The part of `tables.Column` that qualification reads."""

    @property
    def header(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_numeric(self) -> bool: ...
    @property
    def distinct(self) -> int: ...


@dataclass(frozen=True)
class Sample:
    """A column, or an expression over columns, with one value for each row in use.

    Attributes
    ----------
    name : str
        Header of the column, or the text of the expression.
    sources : tuple of str
        Headers it was made from.
    """

    takes: ClassVar[str] = "a column"

    name: str
    sources: tuple[str, ...]

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        """Whether `column` may stand for this parameter."""
        return column.kind != "empty"

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Rows, shape (n,), in which the sample has no value."""
        raise NotImplementedError

    def rows(self, mask: NDArray[np.bool_]) -> Any:
        """The same sample over the rows where `mask` is true."""
        raise NotImplementedError


@dataclass(frozen=True)
class Numeric(Sample):
    """Measurements: `values` is float64, shape (n,), NaN where missing; `unit` as the header says."""

    takes: ClassVar[str] = "a numeric column"

    values: Floats
    unit: str | None = None

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        return column.is_numeric and column.kind not in ("empty", "date", "identifier")

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.isnan(self.values)

    def rows(self, mask: NDArray[np.bool_]) -> Numeric:
        return Numeric(self.name, self.sources, self.values[mask], self.unit)

    @property
    def with_unit(self) -> str:
        """Name with the unit in brackets, unless the name already carries it."""
        return name_with_unit(self.name, self.unit)


@dataclass(frozen=True)
class Wide(Sample):
    """Several columns read as one: repeated readings of a row; `columns` are k numeric samples."""

    takes: ClassVar[str] = "a list of numeric columns"

    columns: tuple[Numeric, ...]

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        return Numeric.accepts(column)

    @property
    def matrix(self) -> Floats:
        """Readings, shape (n, k)."""
        return np.column_stack([column.values for column in self.columns])

    @property
    def unit(self) -> str | None:
        """Unit that all columns share, or None."""
        units = {column.unit for column in self.columns}
        return units.pop() if len(units) == 1 else None

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.asarray(np.isnan(self.matrix).all(axis=1), dtype=bool)

    def rows(self, mask: NDArray[np.bool_]) -> Wide:
        return Wide(self.name, self.sources, tuple(column.rows(mask) for column in self.columns))


@dataclass(frozen=True)
class Factor(Sample):
    """Categories: `labels` are str or None, shape (n,); `levels` those that occur, in order."""

    takes: ClassVar[str] = "a column of categories (at most 60 levels, or 12 when they are decimals)"
    most_levels: ClassVar[int] = 60
    most_numbers: ClassVar[int] = 12

    labels: Labels
    levels: tuple[str, ...]

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        coded = column.kind in ("two-level", "categorical", "ordered", "date", "integer", "order")
        most = cls.most_levels if coded else cls.most_numbers if column.kind == "numeric" else 0
        return 2 <= column.distinct <= most

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.array([label is None for label in self.labels], dtype=bool)

    def rows(self, mask: NDArray[np.bool_]) -> Factor:
        kept = self.labels[mask]
        present = set(kept.tolist())
        levels = tuple(level for level in self.levels if level in present)
        return type(self)(self.name, self.sources, kept, levels)

    @property
    def numbered(self) -> bool:
        """Whether every level is a finite number, written with a point or a comma."""
        return all(map(_is_number, self.levels))

    def where(self, level: str) -> NDArray[np.bool_]:
        """Rows, shape (n,), whose label is `level`."""
        return np.asarray(self.labels == level, dtype=bool)


@dataclass(frozen=True)
class TwoLevel(Factor):
    """Categories of which exactly two occur among the rows in use (a row filter may see to it)."""

    takes: ClassVar[str] = "a column with two levels (or filtered to two by `where=`)"


@dataclass(frozen=True)
class Category(Factor):
    """Categories to count; a table of totals has each of them in one row, beside its count."""

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        return super().accepts(column) or (column.kind == "identifier" and 2 <= column.distinct <= cls.most_levels)


@dataclass(frozen=True)
class Subgroup(Factor):
    """Rational subgroups: rows with the same label form one subgroup, in order of appearance."""

    takes: ClassVar[str] = "a column that says which rational subgroup a row belongs to"

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        return column.kind not in ("empty", "text", "constant") and column.distinct >= 2


@dataclass(frozen=True)
class Order(Sample):
    """Order of production: `keys`, shape (n,), sort the rows in time; NaN where missing."""

    takes: ClassVar[str] = "a date, time or run-order column"

    keys: Floats

    @classmethod
    def accepts(cls, column: ColumnLike) -> bool:
        if column.kind in ("date", "order"):
            return True
        return column.is_numeric and column.kind in ("integer", "numeric", "identifier")

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.isnan(self.keys)

    def rows(self, mask: NDArray[np.bool_]) -> Order:
        return Order(self.name, self.sources, self.keys[mask])


@dataclass(frozen=True)
class AnyColumn(Sample):
    """A column of any kind, as a tool that only describes receives it."""

    takes: ClassVar[str] = "any column"

    column: Any

    @property
    def missing(self) -> NDArray[np.bool_]:
        return np.array([text is None for text in self.column.text], dtype=bool)

    def rows(self, mask: NDArray[np.bool_]) -> AnyColumn:
        return AnyColumn(self.name, self.sources, self.column.take(mask))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.replace(",", ".")))
    except ValueError:
        return False


MOST = 1e60
"""Largest value whose fourth power, as kurtosis takes it, is far from the limit of doubles."""


def computable(values: Floats) -> bool:
    """Whether the values' powers stay within the range of doubles; NaN are passed over."""
    largest = float(np.nanmax(np.abs(values), initial=0.0))
    return largest == 0 or 1 / MOST <= largest <= MOST


def complete(*samples: Sample) -> tuple[NDArray[np.bool_], int]:
    """Rows in which every sample has a value, shape (n,), and how many rows are left out."""
    keep = ~np.logical_or.reduce([sample.missing for sample in samples])
    return keep, int((~keep).sum())


def name_with_unit(name: str, unit: str | None) -> str:
    """A name with the unit in brackets, unless the name already carries it."""
    return f"{name} [{unit}]" if unit and unit not in name else name


def names(samples: Sequence[Sample]) -> str:
    """The samples' names in backticks, as a sentence lists them."""
    quoted = [f"`{sample.name}`" for sample in samples]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def find_level(factor: Factor, level: str) -> str:
    """The factor's level written `level`, also when only case or spaces differ.

    Raises
    ------
    CommandError
        When there is none; the message names the nearest.
    """
    if level in factor.levels:
        return level
    plain = {known.strip().casefold(): known for known in factor.levels}
    if level.strip().casefold() in plain:
        return plain[level.strip().casefold()]
    near = get_close_matches(level, factor.levels, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(factor.levels[:8])}"
    raise CommandError(f"`{factor.name}` has no level `{level}`; {hint}")
