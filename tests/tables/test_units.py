"""Units in headers, and words that only look like units."""

import pytest

from havoc_pipeline.tables.units import is_unit, split_unit


@pytest.mark.parametrize(
    ("header", "stem", "unit"),
    [
        ("Weight (g)", "Weight", "g"),
        ("temp_C", "temp", "C"),
        ("flow [L/min]", "flow", "L/min"),
        ("t_ha", "t_ha", "t/ha"),
        ("yield_t_ha", "yield", "t/ha"),
        ("dwell_ms", "dwell", "ms"),
        ("Bond force (N)", "Bond force", "N"),
        ("Temp °C", "Temp", "°C"),
        ("moisture_pct", "moisture", "%"),
        ("density (kg/m³)", "density", "kg/m³"),
        ("cure time min", "cure time", "min"),
        ("Länge [mm]", "Länge", "mm"),
    ],
)
def test_a_header_gives_its_unit(header: str, stem: str, unit: str) -> None:
    assert split_unit(header) == (stem, unit)


@pytest.mark.parametrize(
    "header",
    [
        "Group_A",
        "Ovality B",
        "Haze in",
        "temp_min",
        "x_max",
        "h0",
        "score (1-5)",
        "result (pass/fail)",
        "Reading 1",
        "x (2)",
        "line_h",
        "cells",
    ],
)
def test_a_header_without_unit_stays_whole(header: str) -> None:
    assert split_unit(header) == (header, None)


@pytest.mark.parametrize("text", ["mm", "kg/m³", "°C", "N·m", "m/s^2", "µm", "%", "W/m2 K", "1/min"])
def test_units(text: str) -> None:
    assert is_unit(text)


@pytest.mark.parametrize("text", ["", "pass", "A12", "before", "yes/no", "2", "foo/bar", "and"])
def test_no_units(text: str) -> None:
    assert not is_unit(text)
