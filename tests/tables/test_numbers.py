"""A column of texts becomes numbers, or says why it does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Column, Table


def column(*cells: str | None) -> Column:
    return Table.from_columns({"x": list(cells)}).column("x")


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["12,3", "1.234,5"], [12.3, 1234.5]),
        (["12.3", "1,234.5"], [12.3, 1234.5]),
        (["1 234,5", "2,25"], [1234.5, 2.25]),
        (["1'234.5", "2.25"], [1234.5, 2.25]),
        (["1.234.567", "8"], [1234567.0, 8.0]),
        (["12 %", "4%"], [12.0, 4.0]),
        (["12.3 mm", "13 mm"], [12.3, 13.0]),
        (["1,5E+03", "2,5"], [1500.0, 2.5]),
        (["+1.5", "−2.5"], [1.5, -2.5]),
        (["0.123", "1.234"], [0.123, 1.234]),
    ],
)
def test_a_national_form_is_found_from_the_column(cells: list[str], values: list[float]) -> None:
    assert column(*cells).numbers.tolist() == values


def test_the_unit_inside_the_cells_becomes_the_columns_unit() -> None:
    assert column("12.3 mm", "13 mm").unit == "mm"
    assert column("12 %", "4%").unit == "%"


def test_an_open_comma_follows_the_tables_habit_and_is_noted() -> None:
    german = Table.from_columns({"x": ["1,234", "2,345"], "y": ["1,5", "2,5"]})
    english = Table.from_columns({"x": ["1,234", "2,345"], "y": ["1.5", "2.5"]})
    assert german.column("x").numbers.tolist() == [1.234, 2.345]
    assert english.column("x").numbers.tolist() == [1234.0, 2345.0]
    assert any("`,` is taken for the decimal mark" in note for note in german.profile.notes)
    assert any("`,` is taken for a thousands separator" in note for note in english.profile.notes)


def test_an_open_point_in_a_german_table_is_a_thousands_separator_and_noted() -> None:
    table = Table.from_columns({"x": ["1.234", "2.345"], "y": ["1,5", "2,5"]})
    assert table.column("x").numbers.tolist() == [1234.0, 2345.0]
    assert any("`.` is taken for a thousands separator" in note for note in table.profile.notes)


def test_two_percent_of_stray_words_are_set_aside_and_named() -> None:
    x = column(*[f"{value}.5" for value in range(98)], "err", "broken")
    assert x.is_numeric
    assert (len(x) - x.missing, x.missing) == (98, 2)
    assert "`err` (row 99), `broken` (row 100) are no numbers, taken as missing" in x.treatment
    assert x.text[98] == "err"
    assert x.labels[98] is None


def test_more_stray_words_make_text_with_the_reason() -> None:
    x = column(*[f"{value}.5" for value in range(97)], "err", "err", "err")
    assert x.kind == "text"
    assert "3 of 100 cells where 2 % may be set aside" in x.treatment
    with pytest.raises(TableError, match=r"`x` is not numeric but text .*`err` \(row 98\)"):
        _ = x.numbers


def test_limits_are_not_measured_values() -> None:
    x = column("<0.01", "0.02", "0.03", "0.04")
    assert x.kind == "text"
    assert "`<0.01` (row 1) is a limit and no measured value" in x.treatment


def test_a_rare_limit_is_set_aside_and_said() -> None:
    x = column("<0.01", *[f"0.{value}" for value in range(10, 90)])
    assert np.isnan(x.numbers[0])
    assert "`<0.01` (row 1) is a limit" in x.treatment


@pytest.mark.parametrize("cell", ["inf", "1e999", "-Infinity"])
def test_infinities_are_named_and_never_computed_with(cell: str) -> None:
    few = column(cell, *[f"{value}.5" for value in range(60)])
    many = column(cell, "1.5", "2.5")
    assert np.isnan(few.numbers[0])
    assert f"`{cell}` (row 1) is not finite" in few.treatment
    assert not many.is_numeric
    assert f"`{cell}` (row 1) is not finite" in many.treatment


def test_an_infinity_in_an_array_is_named_too() -> None:
    x = Table.from_columns({"x": np.array([np.inf, *np.arange(60) / 4])}).column("x")
    assert np.isnan(x.numbers[0])
    assert "`inf` (row 1) is not finite" in x.treatment


def test_two_units_are_not_mixed() -> None:
    x = column("12 mm", "13 mm", "1.4 cm")
    assert not x.is_numeric
    assert "`1.4 cm` (row 3) is in another unit" in x.treatment


def test_numbers_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        column("1.5", "2.5").numbers[0] = 3.0


CELL = st.one_of(
    st.none(),
    st.sampled_from(
        ["NA", "", "-", "err", "<0.5", "inf", "1e999", "12 mm", "3,5", "1.234", "a b", "2024-01-05", "12:30"]
    ),
    st.integers(-1000, 1000).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.text(max_size=8),
)


@given(st.lists(CELL, min_size=1, max_size=60))
def test_nothing_is_dropped(cells: list[str | None]) -> None:
    profile = Table.from_columns({"x": cells}).profile
    (x,) = profile.columns
    assert x.n + x.missing == profile.n_rows == len(cells)
    assert x.missing == 0 or x.treatment


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=60))
def test_python_floats_come_back_bit_for_bit(values: list[float]) -> None:
    assert Table.from_columns({"x": values}).column("x").numbers.tolist() == values
    assert Table.from_columns({"x": np.array(values)}).column("x").numbers.tolist() == values


def test_decimals_keep_every_digit() -> None:
    x = column("10000000000000.1", "10000000000000.3", "NA")
    assert [None if value is None else str(value) for value in x.decimals()] == [
        "10000000000000.1",
        "10000000000000.3",
        None,
    ]


def test_decimals_of_text_are_refused() -> None:
    with pytest.raises(TableError, match="not numeric"):
        column("a", "b").decimals()
