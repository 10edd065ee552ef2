"""Derived columns: arithmetic over numeric columns, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from havoc_pipeline.dsl.command import Call, Name, Operand, ResultColumn
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.samples import Floats, Numeric

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power
}  # fmt: skip
_ONE: dict[str, Callable[[Any], Any]] = {
    "log": np.log, "log10": np.log10, "sqrt": np.sqrt, "exp": np.exp, "abs": np.abs
}  # fmt: skip
_ACROSS: dict[str, Callable[[Any], Any]] = {
    "mean": lambda m: m.mean(axis=0), "min": lambda m: m.min(axis=0), "max": lambda m: m.max(axis=0),
    "sum": lambda m: m.sum(axis=0), "range": lambda m: np.ptp(m, axis=0), "sd": lambda m: m.std(axis=0, ddof=1),
}  # fmt: skip
_KEEPS_UNIT = {"+", "-", "abs", "mean", "min", "max", "sum", "range", "sd"}

Lookup = Callable[[Name | ResultColumn], Numeric]


def derive(call: Call, lookup: Lookup) -> Numeric:
    """Compute an expression over columns.

    `mean`, `min`, `max`, `sum`, `range` and `sd` work across the columns of one row. A row with a
    missing operand is missing.

    Parameters
    ----------
    call : Call
        Parsed expression.
    lookup : callable
        Gives the numeric sample of a name.

    Raises
    ------
    DataError
        When a row has no finite value although its operands do (a logarithm of zero, a division
        by zero); the message names the first such row.
    """
    operands = [lookup(operand) for operand in _leaves(call)]
    with np.errstate(all="ignore"):
        values = np.asarray(_evaluate(call, lookup), dtype=np.float64)
    values = np.broadcast_to(values, operands[0].values.shape).copy() if operands else values
    _refuse_non_finite(call, values, operands)
    return Numeric(call.inner(), tuple(call.headers()), values, _unit(call, operands))


def _leaves(operand: Operand) -> list[Name | ResultColumn]:
    if isinstance(operand, Call):
        return [leaf for inner in operand.operands for leaf in _leaves(inner)]
    return [] if isinstance(operand, float) else [operand]


def _evaluate(operand: Operand, lookup: Lookup) -> Floats | float:
    if isinstance(operand, float):
        return operand
    if not isinstance(operand, Call):
        return lookup(operand).values
    values = [_evaluate(inner, lookup) for inner in operand.operands]
    if operand.function in _BINARY and len(values) == 2:
        return _BINARY[operand.function](*values)  # type: ignore[no-any-return]
    if operand.function == "-":
        return -values[0]
    if operand.function in _ONE:
        if len(values) != 1:
            raise CommandError(f"{operand.function}(…) takes one operand, not {len(values)}")
        return _ONE[operand.function](values[0])  # type: ignore[no-any-return]
    return _ACROSS[operand.function](np.array(np.broadcast_arrays(*values)))  # type: ignore[no-any-return]


def _refuse_non_finite(call: Call, values: Floats, operands: list[Numeric]) -> None:
    known = ~np.logical_or.reduce([o.missing for o in operands]) if operands else np.ones(values.shape, bool)
    bad = np.flatnonzero(known & ~np.isfinite(values))
    if bad.size:
        row = int(bad[0])
        with_values = ", ".join(f"{o.name} = {o.values[row]:g}" for o in operands)
        raise DataError(
            f"{call.inner()} has no finite value in row {row + 1} of the rows in use ({with_values})"
            f"{f' and in {bad.size - 1} more' if bad.size > 1 else ''}; leave such rows out with where="
        )


def _unit(call: Call, operands: list[Numeric]) -> str | None:
    units = {operand.unit for operand in operands}
    return units.pop() if len(units) == 1 and call.function in _KEEPS_UNIT else None
