"""Which rows a command works on: the typed comparisons of `where=`."""

from __future__ import annotations

import datetime
import operator
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.dsl.command import Command, Condition
from havoc_pipeline.dsl.parse import pointed
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Column, Table

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip


def rows_where(command: Command, table: Table) -> NDArray[np.bool_]:
    """Rows of `table`, shape (n,), that satisfy every condition of the command.

    A row whose filtered column is missing satisfies no condition.

    Raises
    ------
    CommandError
        When a literal does not fit its column.
    DataError
        When no row is left.
    """
    mask = np.ones(table.n_rows, dtype=bool)
    for condition in command.where:
        column = table.column(condition.column.text)
        try:
            mask &= _matches(condition, column)
        except CommandError as error:
            raise CommandError(pointed(command, "where", str(error))) from None
    if not mask.any():
        text = " and ".join(map(str, command.where))
        raise DataError(f"none of the {table.n_rows} rows satisfies {text}; widen the filter")
    return mask


def _matches(condition: Condition, column: Column) -> NDArray[np.bool_]:
    if condition.operator == "in":
        wanted = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
        return np.asarray(np.any([_equal(column, value) for value in wanted], axis=0), dtype=bool)
    if column.kind == "date":
        return _compare_dates(condition, column)
    if condition.operator in ("==", "!="):
        present = np.array([text is not None for text in column.text], dtype=bool)
        equal = _equal(column, condition.value)
        return equal if condition.operator == "==" else present & ~equal
    return _compare_numbers(condition, column)


def _equal(column: Column, value: Any) -> NDArray[np.bool_]:
    number = _number(value)
    if column.is_numeric and number is not None:
        return np.asarray(column.numbers == number, dtype=bool)
    label = f"{value:g}" if isinstance(value, float) else str(value)
    found = np.asarray(column.labels == label, dtype=bool)
    if not found.any():
        raise CommandError(_no_level(column, label))
    return found


def _no_level(column: Column, label: str) -> str:
    near = get_close_matches(label, column.levels, n=1, cutoff=0.5)
    levels = ", ".join(f"`{level}`" for level in column.levels[:8])
    hint = f"did you mean `{near[0]}`?" if near else f"it has {levels}{' …' if len(column.levels) > 8 else ''}"
    return f"`{column.header}` has no value `{label}`; {hint}"


def _compare_numbers(condition: Condition, column: Column) -> NDArray[np.bool_]:
    number = _number(condition.value)
    if not column.is_numeric or number is None:
        raise CommandError(
            f"`{column.header}` {condition.operator} {condition.value}: `{condition.operator}` takes a numeric or "
            "date column and a literal of its kind; use == or in for categories"
        )
    with np.errstate(invalid="ignore"):
        return np.asarray(_COMPARE[condition.operator](column.numbers, number), dtype=bool)


def _compare_dates(condition: Condition, column: Column) -> NDArray[np.bool_]:
    moment = condition.value
    if isinstance(moment, str):
        try:
            moment = datetime.datetime.fromisoformat(moment)
        except ValueError:
            moment = ""
    if not isinstance(moment, datetime.datetime):
        raise CommandError(f"`{column.header}` holds dates; compare it with a date such as 2024-03-01")
    limit, dates = np.datetime64(moment, "s"), column.dates
    if condition.operator in ("==", "!=", "<=", ">") and moment.time() == datetime.time():
        dates = dates.astype("datetime64[D]").astype("datetime64[s]")  # a day names the whole day
    return np.asarray(_COMPARE[condition.operator](dates, limit), dtype=bool) & ~np.isnat(column.dates)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
