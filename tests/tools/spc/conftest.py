"""Subgroups made from plain values, as the executor would hand them to a tool."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.tables import Table
from havoc_pipeline.tools.samples import Numeric, Order, Subgroup, Wide
from havoc_pipeline.tools.spc.subgroups import Subgroups, make_subgroups


def as_value(values: Any) -> Numeric | Wide:
    """A column, or several side by side when each entry is a row."""
    held = np.asarray(values, dtype=np.float64)
    if held.ndim == 1:
        return Numeric("y", ("y",), held)
    columns = tuple(Numeric(f"x{i}", (f"x{i}",), column) for i, column in enumerate(held.T, 1))
    return Wide(", ".join(c.name for c in columns), tuple(c.name for c in columns), columns)


def as_subgroup(labels: Sequence[str | None]) -> Subgroup:
    levels = tuple(dict.fromkeys(label for label in labels if label is not None))
    return Subgroup("group", ("group",), np.array(labels, dtype=object), levels)


@pytest.fixture(scope="session")
def grouped() -> Callable[..., Subgroups]:
    """Subgroups of values (rows of several make a wide sample), by labels or by size, in time order."""

    def make(
        values: Any, *, labels: Sequence[str | None] | None = None, size: int | None = None,
        times: Sequence[float] | None = None, table: Table | None = None,
    ) -> Subgroups:  # fmt: skip
        order = None if times is None else Order("t", ("t",), np.asarray(times, dtype=np.float64))
        return make_subgroups(table, as_value(values), as_subgroup(labels) if labels else None, size, order)

    return make
