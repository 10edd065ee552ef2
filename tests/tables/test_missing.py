"""Which cells are missing, and how that is told."""

import pytest

from havoc_pipeline.tables import Table

WRITTEN = ["", " ", "NA", "N/A", "n/a", "NaN", "nan", "null", "None", "*", ".", "-", "--", "?", "#N/A", "#DIV/0!"]


@pytest.mark.parametrize("mark", WRITTEN)
def test_every_marker_is_missing_among_numbers(mark: str) -> None:
    x = Table.from_columns({"x": ["1.5", mark, "2.5"]}).column("x")
    assert x.missing == 1
    assert x.text == ["1.5", None, "2.5"]
    assert x.numbers[2] == 2.5


@pytest.mark.parametrize("mark", WRITTEN)
def test_every_marker_is_missing_among_words(mark: str) -> None:
    x = Table.from_columns({"x": ["a", mark, "b", "a"]}).column("x")
    assert x.levels == ("a", "b")
    assert x.labels.tolist() == ["a", None, "b", "a"]


def test_minus_beside_plus_is_a_level() -> None:
    x = Table.from_columns({"x": ["+", "-", "+", "NA"]}).column("x")
    assert x.levels == ("+", "-")
    assert x.missing == 1


def test_the_treatment_says_how_many_and_how_written() -> None:
    x = Table.from_columns({"x": ["1.5", "NA", "", "NA"]}).column("x")
    assert x.treatment == "3 of 4 cells are missing (2 written `NA`) and left out"


def test_a_full_column_needs_no_treatment() -> None:
    assert Table.from_columns({"x": ["1.5", "2.5"]}).profile.columns[0].treatment == ""
