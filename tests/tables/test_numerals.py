"""Numbers in each national form come back as they were written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.tables.numerals import Mark, canonical, exact, take_apart, vote

NATIONAL: list[tuple[str, Mark]] = [
    (",", "."),
    (".", ","),
    (" ", ","),
    ("\u00a0", ","),
    ("'", "."),
    ("", "."),
    ("", ","),
]


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    st.sampled_from(NATIONAL),
)
def test_a_decimal_written_in_a_national_form_reads_back_exactly(value: Decimal, form: tuple[str, Mark]) -> None:
    group, mark = form
    written = f"{value:,.4f}".replace(",", "_").replace(".", mark).replace("_", group)
    assert exact(written, mark) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_from_its_shortest_text(value: float) -> None:
    digits = canonical(take_apart(repr(value)).body, ".")
    assert digits is not None
    assert float(digits) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_with_a_decimal_comma(value: float) -> None:
    digits = canonical(take_apart(repr(value).replace(".", ",")).body, ",")
    assert digits is not None
    assert float(digits) == value


@pytest.mark.parametrize(
    ("body", "proof"),
    [
        ("1.5", "point"),
        ("1,5", "comma"),
        ("1,234.5", "point"),
        ("1.234,5", "comma"),
        ("1,234,567", "point"),
        ("1.234.567", "comma"),
        ("0.123", "point"),
        ("0,123", "comma"),
        ("1,234", "open comma"),
        ("1.234", "open point"),
        ("1234", "none"),
        ("12,34.5", "none"),
    ],
)
def test_a_cell_proves_its_decimal_mark_or_leaves_it_open(body: str, proof: str) -> None:
    assert vote(body) == proof


@pytest.mark.parametrize(
    ("cell", "limit", "body", "unit"),
    [
        ("12.3 mm", "", "12.3", "mm"),
        ("45%", "", "45", "%"),
        ("€ 1'234.50", "", "1'234.50", "€"),
        ("<0.01", "<", "0.01", ""),
        (">= 3", ">=", "3", ""),
        ("−4,5 °C", "", "-4,5", "°C"),
        ("1.2e-3 kg/m³", "", "1.2e-3", "kg/m³"),
    ],
)
def test_a_cell_is_taken_apart(cell: str, limit: str, body: str, unit: str) -> None:
    parts = take_apart(cell)
    assert (parts.limit, parts.body, parts.unit) == (limit, body, unit)


@pytest.mark.parametrize("cell", ["2024-01-05", "12 of 30", "K17", "1_000", "0x10", "12 / 5", "L2", "06:15", "1.2.3"])
def test_what_is_no_number_has_no_digits(cell: str) -> None:
    assert exact(cell, ".") is None
    assert exact(cell, ",") is None


@pytest.mark.parametrize("cell", ["inf", "-Inf", "Infinity", "∞"])
def test_infinity_is_recognised_and_no_number(cell: str) -> None:
    assert take_apart(cell).infinite
    assert exact(cell, ".") is None
