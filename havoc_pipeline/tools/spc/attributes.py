"""Counts for attribute charts: defectives or defects, and what they were counted over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.samples import Floats, Numeric, Order, Subgroup
from havoc_pipeline.tools.spc.subgroups import Subgroups, make_subgroups

Attribute = Literal["p", "np", "c", "u"]
WHOLE = 1e-6


@dataclass(frozen=True)
class Counts:
    """Counts of each sample with its size.

    Attributes
    ----------
    groups : Subgroups
        Rows that make up each sample; its readings are the counts of the rows.
    counts, sizes : float array, shape (m,)
        Defectives or defects, and items, units or area.
    """

    groups: Subgroups
    counts: Floats
    sizes: Floats


def make_counts(
    table: Any, value: Numeric, size: Numeric | float | None, chart: Attribute,
    subgroup: Subgroup | None, subgroup_size: int | None, order: Order | None,
) -> Counts:  # fmt: skip
    """Counts by sample: one row each, or the sum over the rows of a subgroup.

    Parameters
    ----------
    value : Numeric
        Count of each row; with subgroups and no `size`, 0 or 1 for each item of a p or np chart.
    size : Numeric or float, optional
        Items, units or area of each row.
    chart : {"p", "np", "c", "u"}

    Raises
    ------
    CommandError
        When the sizes that the chart needs are not given.
    DataError
        When counts or sizes cannot be such.
    """
    if isinstance(size, Numeric):
        value = replace(value, values=np.where(size.missing, np.nan, value.values))
    groups = make_subgroups(table, value, subgroup, subgroup_size, order)
    counts = np.asarray(np.add.reduceat(groups.readings, groups.starts), dtype=np.float64)
    sizes = _sizes(groups, size, chart)
    _check_counts(groups, counts, sizes, chart)
    return Counts(groups, counts, sizes)


def likeliest_chart(value: Numeric, size: Numeric | float) -> Attribute:
    """`p` when every count is whole and at most its size, else `u`."""
    counts = value.values
    sizes = size.values if isinstance(size, Numeric) else np.full(counts.shape, float(size))
    known = ~np.isnan(counts) & ~np.isnan(sizes)
    counts, sizes = counts[known], sizes[known]
    whole = _whole(counts) and _whole(sizes)
    return "p" if whole and bool((counts <= sizes).all()) else "u"


def _sizes(groups: Subgroups, size: Numeric | float | None, chart: Attribute) -> Floats:
    if size is None:
        return _implied_sizes(groups, chart)
    of_rows = size.values[groups.rows] if isinstance(size, Numeric) else np.full(groups.rows.size, float(size))
    if not (of_rows > 0).all():
        many = int((of_rows <= 0).sum())
        raise DataError(f"size= is not above 0 in {many} row{'s' * (many > 1)}; leave them out with where=")
    sizes = np.asarray(np.add.reduceat(of_rows, groups.starts), dtype=np.float64)
    if chart == "c" and float(np.ptp(sizes)) > 0:
        low, high = sizes.min(), sizes.max()
        raise CommandError(f"a c chart takes equal sizes, and these run from {low:g} to {high:g}; use chart=u")
    return np.ones_like(sizes) if chart == "c" else sizes


def _implied_sizes(groups: Subgroups, chart: Attribute) -> Floats:
    if chart == "c":
        return np.ones(groups.count)
    items = np.isin(groups.readings, (0.0, 1.0)).all()
    if groups.individual or (chart in ("p", "np") and not items):
        what = "the number inspected" if chart in ("p", "np") else "the units, area or time counted over"
        raise CommandError(f"chart={chart} needs size=, {what}: a column or a number")
    return groups.sizes.astype(np.float64)


def _check_counts(groups: Subgroups, counts: Floats, sizes: Floats, chart: Attribute) -> None:
    name = groups.name
    if groups.count < 2:
        raise DataError(
            f"`{name}` gives {groups.count} sample, and a chart needs at least 2; check subgroup= and where="
        )
    if (counts < 0).any():
        raise DataError(f"`{name}` holds the negative count {counts.min():g}; counts are 0 or more: check the column")
    if chart in ("p", "np") and (counts > sizes).any():
        worst = int(np.argmax(counts - sizes))
        raise DataError(
            f"`{name}` has {counts[worst]:g} defectives among {sizes[worst]:g} inspected, more than there are items; "
            "use chart=u where an item can have several defects"
        )
    if not _whole(groups.readings) and float(groups.readings.max()) <= 1:
        share = groups.readings[~np.isclose(groups.readings % 1, 0)][0]
        raise DataError(
            f"`{name}` holds shares such as {share:g}, and chart={chart} takes counts; "
            "give them as value=(share * number inspected)"
        )


def _whole(values: Floats) -> bool:
    return bool((np.abs(values - np.rint(values)) <= WHOLE).all())
