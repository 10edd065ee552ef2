"""Headers are unique, never empty, and found again when mistyped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table
from havoc_pipeline.tables.headers import clean_headers, suggestions


def test_a_second_header_is_numbered_and_noted() -> None:
    headers, notes = clean_headers(["x", "y", "x", "x"])
    assert headers == ("x", "y", "x (2)", "x (3)")
    assert "column 3 repeats the header `x` and is called `x (2)`" in notes


def test_an_empty_header_is_called_by_its_place() -> None:
    headers, notes = clean_headers(["a", "", "  "])
    assert headers == ("a", "column 2", "column 3")
    assert len(notes) == 2


@given(st.lists(st.sampled_from(["x", "x (2)", "", "column 2", " x "]), min_size=1, max_size=8))
def test_headers_are_always_unique(raw: list[str]) -> None:
    headers, _ = clean_headers(raw)
    assert len(set(headers)) == len(raw)
    assert all(headers)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("strenght", "strength"),
        ("STRENGTH", "strength"),
        ("weight", "Weight (g)"),
        ("Weight(g)", "Weight (g)"),
        ("bond force", "bond_force"),
        ("temp", "temp_C"),
    ],
)
def test_a_mistyped_header_is_suggested(typed: str, meant: str) -> None:
    assert suggestions(typed, ["resin", "strength", "Weight (g)", "bond_force", "temp_C"])[0] == meant


def test_the_error_suggests_or_lists() -> None:
    table = Table.from_columns({"strength": [1.5], "resin": ["a"]}, name="pellets")
    with pytest.raises(TableError, match=r"^no column `strenght` in `pellets`; did you mean `strength`[?]$"):
        table.column("strenght")
    with pytest.raises(TableError, match=r"its columns are `strength`, `resin`$"):
        table.column("humidity")
