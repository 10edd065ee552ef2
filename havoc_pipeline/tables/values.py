"""Raw columns of any origin turned into cells."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from havoc_pipeline.tables.cells import Cells, ListCells, NumberCells
from havoc_pipeline.tables.kinds import SAFE_INTEGER


def as_cells(raw: Any) -> Cells:
    """Turn one raw column into cells.

    Args:
        raw: a sequence of Python values, a numpy array, or an Arrow chunked array of strings.

    Returns:
        The cells; numbers keep their shortest exact text.
    """
    if isinstance(raw, np.ndarray) and _fits(raw):
        return NumberCells.of(raw)
    if type(raw).__module__.startswith("pyarrow"):
        from havoc_pipeline.tables.arrow_cells import ArrowCells

        return ArrowCells.of(raw)
    values: Sequence[Any] = raw.tolist() if isinstance(raw, np.ndarray) else raw
    return ListCells.of([text_of(value) for value in values])


def _fits(raw: npt.NDArray[Any]) -> bool:
    if raw.dtype.kind == "f":
        return bool(raw.dtype.itemsize <= 8)
    if raw.dtype.kind not in "iu":
        return False
    return raw.size == 0 or max(abs(int(raw.max())), abs(int(raw.min()))) <= SAFE_INTEGER


def text_of(value: Any) -> str | None:
    """Return the exact text of one value, None for missing.

    Args:
        value: str, number, bool, date, datetime, time, None or anything with a text.

    Returns:
        Text that reads back to the same value; dates in ISO form.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if value != value else repr(value)
    if isinstance(value, dt.datetime):
        return _moment(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if value != value and isinstance(value, numbers.Number):
        return None
    return None if str(value) in {"NaT", "<NA>"} else str(value)


def _moment(value: dt.datetime) -> str:
    if value.time() == dt.time(0) and value.tzinfo is None:
        return value.date().isoformat()
    return value.isoformat(sep=" ")
