"""Rule: limits and reference values are in the unit, and of the size, of the column they are held against."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.programs.audit.evidence import Evidence, columns_of, issue, takes_columns
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tables import Column

RULE = "units"
ON_SCALE = ("lsl", "usl", "target", "mu")
"""Parameters in the unit of what was measured."""
MANY_TIMES = 8.0
"""Ratio of size from which a wrong unit is likelier than a bad process."""
FAR = 3.0
"""Ranges of the data by which a value lies outside."""
_DIMENSIONS: dict[str, dict[str, float]] = {
    "length": {"nm": 1e-9, "µm": 1e-6, "um": 1e-6, "μm": 1e-6, "microns": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3,
               "mil": 2.54e-5, "mils": 2.54e-5, "in": 0.0254, "inch": 0.0254, "ft": 0.3048},
    "mass": {"µg": 1e-9, "mg": 1e-6, "g": 1e-3, "kg": 1.0, "t": 1e3, "oz": 0.028349523125, "lb": 0.45359237, "lbs": 0.45359237},
    "time": {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "hr": 3600.0, "d": 86400.0},
    "force": {"mN": 1e-3, "N": 1.0, "kN": 1e3, "MN": 1e6, "lbf": 4.4482216152605, "kgf": 9.80665},
    "pressure": {"Pa": 1.0, "hPa": 1e2, "kPa": 1e3, "bar": 1e5, "mbar": 1e2, "MPa": 1e6, "N/mm²": 1e6, "N/mm2": 1e6,
                 "GPa": 1e9, "psi": 6894.757293168, "ksi": 6894757.293168},
    "voltage": {"µV": 1e-6, "mV": 1e-3, "V": 1.0, "kV": 1e3},
    "current": {"nA": 1e-9, "µA": 1e-6, "mA": 1e-3, "A": 1.0},
    "power": {"mW": 1e-3, "W": 1.0, "kW": 1e3, "MW": 1e6},
    "volume": {"µL": 1e-6, "mL": 1e-3, "ml": 1e-3, "cL": 1e-2, "dL": 0.1, "L": 1.0, "l": 1.0},
}  # fmt: skip
"""Units by dimension, in the base of each (BIPM, The International System of Units, 9th ed.)."""
_TEMPERATURES = {"°C": "C", "ºC": "C", "degC": "C", "C": "C", "°F": "F", "ºF": "F", "degF": "F", "F": "F", "K": "K"}


def units(evidence: Evidence) -> Iterator[AuditIssue]:
    """A failure when the question gives another unit than the column's, a warning on an unlikely size."""
    for command in evidence.commands:
        columns = _measured(command, evidence)
        given = [(n, v) for n in ON_SCALE if isinstance(v := command.arguments.get(n), float)]
        if columns and given:
            yield from _other_unit(evidence, columns[0], given)
            if command.transform is None:
                yield from _other_size(columns, given)


def _measured(command: Command, evidence: Evidence) -> list[Column]:
    first = takes_columns(command)[:1]
    return [c for name in first for c in columns_of(command, name, evidence.table) if c.is_numeric]


def _other_unit(evidence: Evidence, column: Column, given: list[tuple[str, float]]) -> Iterator[AuditIssue]:
    for name, value in given:
        said = {m.unit for m in evidence.numbers() if m.value == value and m.unit is not None}
        wrong = [unit for unit in said if column.unit is not None and _differ(unit, column.unit)]
        if wrong and len(said) == len(wrong):
            yield issue(RULE, "failure", f"{name}={value:g} is in {wrong[0]} in the question, and `{column.header}` is in "
                        f"{column.unit}", f"convert {value:g} {wrong[0]} to {column.unit} and ask again")  # fmt: skip


def _differ(one: str, other: str) -> bool:
    """Whether two units of one dimension are different ones; unknown units are let pass."""
    if one in _TEMPERATURES and other in _TEMPERATURES:
        return _TEMPERATURES[one] != _TEMPERATURES[other]
    sizes = [(units[one], units[other]) for units in _DIMENSIONS.values() if one in units and other in units]
    return any(a != b for a, b in sizes)


def _other_size(columns: list[Column], given: list[tuple[str, float]]) -> Iterator[AuditIssue]:
    data = np.concatenate([column.numbers for column in columns])
    data = data[np.isfinite(data)]
    if data.size == 0 or not all(_far(value, data) for _, value in given):
        return
    sides = {value > data.max() for _, value in given}
    if len(sides) == 1:
        said = " and ".join(f"{name}={value:g}" for name, value in given)
        yield issue(RULE, "warning", f"{said} {'is' if len(given) == 1 else 'are'} of another order of magnitude than "
                    f"`{columns[0].header}`, which runs from {data.min():g} to {data.max():g}",
                    "check the unit of the value and of the column")  # fmt: skip


def _far(value: float, data: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    """Whether a value is far outside the data and of another size than their median."""
    reach = FAR * float(np.ptp(data))
    outside = value < data.min() - reach or value > data.max() + reach
    middle = abs(float(np.median(data)))
    if not outside or value == 0 or middle == 0:
        return False
    ratio = abs(value) / middle
    return ratio >= MANY_TIMES or ratio <= 1 / MANY_TIMES
