"""The run sheet of a design: what to set in which order, with a column to write the result in."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError, TableError
from havoc_pipeline.tools.doe.layout import Layout
from havoc_pipeline.tools.result import ResultTable


def random_order(runs: int, seed: int) -> NDArray[np.intp]:
    """Standard order numbers (from 0) in the order in which to run them, shape (runs,).

    The order depends only on `runs` and `seed`: it sorts the numbers that Python's documented
    Mersenne Twister gives.
    """
    numbers = random.Random(seed)  # not for secrets
    return np.argsort([numbers.random() for _ in range(runs)], kind="stable")


def sheet_columns(layout: Layout, names: tuple[str, ...]) -> tuple[str, ...]:
    """Headers of a run's description."""
    return ("run", "standard order", "point", *(("block",) if layout.blocks is not None else ()), *names)


def sheet_rows(layout: Layout, order: NDArray[np.intp], *, by_run: bool) -> tuple[tuple[object, ...], ...]:
    """Description of every run, in run order or in standard order."""
    run_of = np.empty_like(order)
    run_of[order] = np.arange(order.size)
    places = order if by_run else np.arange(order.size)
    rows = []
    for place in places:
        block = () if layout.blocks is None else (int(layout.blocks[place]),)
        coded = (_plain(value) for value in layout.matrix[place])
        rows.append((int(run_of[place]) + 1, int(place) + 1, layout.points[place], *block, *coded))
    return tuple(rows)


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else round(float(value), 6)


def run_tables(layout: Layout, order: NDArray[np.intp], names: tuple[str, ...]) -> tuple[ResultTable, ResultTable]:
    """The design in run order and in standard order."""
    columns = sheet_columns(layout, names)
    return (
        ResultTable("Design in run order (coded)", columns, sheet_rows(layout, order, by_run=True)),
        ResultTable("Design in standard order (coded)", columns, sheet_rows(layout, order, by_run=False)),
    )


def write_sheet(
    path: str | Path,
    layout: Layout,
    order: NDArray[np.intp],
    names: tuple[str, ...],
    ranges: Mapping[str, tuple[float, float]],
) -> Path:
    """Write the run sheet as CSV, in run order, with an empty column `response`.

    Parameters
    ----------
    path : str or Path
    layout : Layout
    order : int array, shape (runs,)
    names : tuple of str
        Of the factors.
    ranges : mapping of str to (low, high)
        Settings that -1 and +1 stand for, by factor; other factors stay coded.

    Returns
    -------
    Path

    Raises
    ------
    CommandError
        When a range names no factor, or is empty.
    TableError
        When the file cannot be written.
    """
    _check_ranges(names, ranges)
    first = len(sheet_columns(layout, names)) - len(names)
    settings = [_settings(layout, factor, ranges.get(name)) for factor, name in enumerate(names)]
    try:
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*sheet_columns(layout, names), "response"])
            for row, place in zip(sheet_rows(layout, order, by_run=True), order, strict=True):
                writer.writerow([*row[:first], *(setting[place] for setting in settings), ""])
    except OSError as error:
        raise TableError(f"the run sheet cannot be written to {path} ({error.strerror}); name another file") from None
    return Path(path)


def _settings(layout: Layout, factor: int, reach: tuple[float, float] | None) -> list[float | int]:
    coded = layout.matrix[:, factor]
    if reach is None:
        return [_plain(value) for value in coded]
    low, high = reach
    return [_plain((low + high) / 2 + value * (high - low) / 2) for value in coded]


def _check_ranges(names: tuple[str, ...], ranges: Mapping[str, tuple[float, float]]) -> None:
    for name, (low, high) in ranges.items():
        if name not in names:
            raise CommandError(f"`{name}` is no factor of this design; it has {', '.join(names)}")
        if not low < high:
            raise CommandError(
                f"the range of `{name}` goes from {low:g} to {high:g}; the low setting must be below the high"
            )
