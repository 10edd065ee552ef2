"""Rational subgroups: from columns as users keep them to readings grouped in time order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.lists import Given, Refused, listed
from havoc_pipeline.tools.samples import Floats, Numeric, Order, Subgroup, Wide, name_with_unit

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Subgroups:
    """Readings in subgroups, in the order of production.

    Attributes
    ----------
    name, unit : str, str or None
        What was measured.
    readings : float array, shape (N,)
        Without missing values; the readings of one subgroup stand together.
    rows : int array, shape (N,)
        Row, among those in use, that each reading comes from.
    starts : int array, shape (m,)
        Where each subgroup begins in `readings`.
    gaps : bool array, shape (m,)
        Whether a missing value stands between this individual and the one before.
    layout : {"individuals", "wide", "column", "consecutive"}
        How the subgroups were told apart.
    labels : sequence of str or None
        What the table calls each subgroup or moment; empty when it says nothing.
    n_rows : int
        Rows in use, with and without values.
    repeated : bool
        Whether rows of one label stand apart in time.
    """

    name: str
    unit: str | None
    readings: Floats
    rows: Rows
    starts: Rows
    gaps: NDArray[np.bool_]
    layout: str
    labels: Sequence[str | None]
    n_rows: int
    repeated: bool = False

    @cached_property
    def sizes(self) -> Rows:
        """Readings in each subgroup, shape (m,)."""
        return np.diff(self.starts, append=self.readings.size)

    @property
    def count(self) -> int:
        """Number of subgroups, m."""
        return int(self.starts.size)

    @property
    def individual(self) -> bool:
        """Whether every subgroup is one reading."""
        return self.count == self.readings.size

    @property
    def with_unit(self) -> str:
        """Name with the unit in brackets, unless the name already carries it."""
        return name_with_unit(self.name, self.unit)

    @cached_property
    def means(self) -> Floats:
        """Mean of each subgroup, shape (m,)."""
        if self.individual:
            return self.readings
        centre = float(self.readings.mean())
        return centre + np.add.reduceat(self.readings - centre, self.starts) / self.sizes

    @cached_property
    def squares(self) -> Floats:
        """Sum of squared deviations from the mean of each subgroup, shape (m,)."""
        deviations = self.readings - np.repeat(self.means, self.sizes)
        return np.asarray(np.add.reduceat(deviations**2, self.starts), dtype=np.float64)

    @cached_property
    def deviations(self) -> Floats:
        """Standard deviation of each subgroup, shape (m,); NaN where it has one reading."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.sizes > 1, np.sqrt(self.squares / (self.sizes - 1)), np.nan)

    @cached_property
    def ranges(self) -> Floats:
        """Range of each subgroup, shape (m,); NaN where it has one reading."""
        high = np.maximum.reduceat(self.readings, self.starts)
        low = np.minimum.reduceat(self.readings, self.starts)
        return np.where(self.sizes > 1, high - low, np.nan)

    @cached_property
    def moving_ranges(self) -> Floats:
        """Distance of each mean from the one before, shape (m,); NaN first and after a gap."""
        steps = np.full(self.count, np.nan)
        steps[1:] = np.abs(np.diff(self.means))
        steps[self.gaps] = np.nan
        return steps

    def label(self, point: int) -> str:
        """What the table calls the subgroup at `point`, counted from 0; empty when nothing."""
        return str(self.labels[point] or "") if len(self.labels) else ""

    def by_row(self, points: Floats) -> Floats:
        """A value of each subgroup, shape (m,), at every row in use, NaN where a row has none."""
        spread = np.full(self.n_rows, np.nan)
        spread[self.rows] = np.repeat(points, self.sizes)
        return spread


def make_subgroups(
    table: Any, value: Numeric | Wide, subgroup: Subgroup | None, size: int | None, order: Order | None
) -> Subgroups:
    """Group the readings of a column, or of several side by side.

    Parameters
    ----------
    table : Table or None
        Rows in use; names the moments of `order`.
    value : Numeric or Wide
        Readings; each row of a wide sample is one subgroup unless `subgroup` says otherwise.
    subgroup : Subgroup, optional
        Rows with the same label are one subgroup.
    size : int, optional
        So many consecutive rows are one subgroup.
    order : Order, optional
        Sorts the rows in time first.

    Raises
    ------
    CommandError
        When both `subgroup` and `size` are given.
    DataError
        When no reading is left.
    """
    _check(value, subgroup, size, order)
    matrix = value.matrix if isinstance(value, Wide) else value.values[:, None]
    rows = _in_time(order, matrix.shape[0])
    groups, repeated = _groups(subgroup, size, rows)
    kept = ~np.isnan(matrix[rows]) & (groups >= 0)[:, None]
    sorting = np.argsort(groups, kind="stable")
    rows, groups, kept = rows[sorting], groups[sorting], kept[sorting]
    readings = matrix[rows][kept]
    _check_readings(value.name, readings)
    member = np.repeat(groups, kept.sum(axis=1))
    starts = np.flatnonzero(np.diff(member, prepend=-1))
    gaps = np.diff(member[starts], prepend=member[0]) > 1
    own = np.repeat(rows, kept.sum(axis=1))
    layout = _layout(value, subgroup, size)
    single = starts.size == readings.size
    return Subgroups(
        value_name(value), value.unit, readings, own, starts, gaps if single else np.zeros_like(gaps), layout,
        _labels(table, subgroup, order, own[starts]), matrix.shape[0], repeated,
    )  # fmt: skip


def refused_lists(given: Given) -> Refused | None:
    """A list of readings beside a size of subgroups: each row is a subgroup already."""
    columns, size = listed(given, "value"), given.get("subgroup_size")
    if not columns or not isinstance(size, float) or size <= 1:
        return None
    text = f"each row of value=[…] is a subgroup of {len(columns)} already; leave subgroup_size= out"
    return Refused("subgroup_size", text)


def value_name(value: Numeric | Wide) -> str:
    """What a sentence calls the readings: the header, or the first and last of several."""
    if isinstance(value, Numeric):
        return value.name
    return f"{value.columns[0].name} to {value.columns[-1].name}"


def _check(value: Numeric | Wide, subgroup: Subgroup | None, size: int | None, order: Order | None) -> None:
    for name, sample, kind in (("subgroup", subgroup, Subgroup), ("order", order, Order)):
        if sample is not None and not isinstance(sample, kind):
            raise CommandError(f"{name}= takes {kind.takes}, not `{sample.name}`")
    if subgroup is not None and size is not None:
        raise CommandError("subgroup= and subgroup_size= both say what a subgroup is; give one of them")
    if size is not None and size < 1:
        raise CommandError(f"subgroup_size is {size}; it must be at least 1")


def _check_readings(name: str, readings: Floats) -> None:
    if readings.size == 0:
        raise DataError(f"`{name}` has no value in the rows in use; choose another column or widen where=")
    if not np.isfinite(readings).all():
        many = int((~np.isfinite(readings)).sum())
        raise DataError(f"`{name}` holds {many} infinite value{'s' * (many > 1)}; leave them out with where=")


def _in_time(order: Order | None, n: int) -> Rows:
    if order is None:
        return np.arange(n)
    sorting = np.argsort(order.keys, kind="stable")
    return sorting[~np.isnan(order.keys[sorting])]


def _groups(subgroup: Subgroup | None, size: int | None, rows: Rows) -> tuple[Rows, bool]:
    """Number of the subgroup of each row, -1 where it has none, and whether one stands apart."""
    if subgroup is None:
        return np.arange(rows.size) // (size or 1), False
    number: dict[str, int] = {}
    labels = subgroup.labels[rows].tolist()
    groups = np.array([-1 if x is None else number.setdefault(x, len(number)) for x in labels], dtype=np.intp)
    known = groups[groups >= 0]
    return groups, int(np.count_nonzero(np.diff(known))) + 1 > len(number)


def _layout(value: Numeric | Wide, subgroup: Subgroup | None, size: int | None) -> str:
    if subgroup is not None:
        return "column"
    if isinstance(value, Wide):
        return "wide"
    return "consecutive" if size is not None and size > 1 else "individuals"


def _labels(table: Any, subgroup: Subgroup | None, order: Order | None, first: Rows) -> Sequence[str | None]:
    if subgroup is not None:
        return list(subgroup.labels[first])
    if order is None or table is None or order.name not in getattr(table, "headers", ()):
        return ()
    text = table.column(order.name).text
    return [text[row] for row in first]
