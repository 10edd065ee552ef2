"""Dates in the usual national forms, decided by the column as a whole."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Column, Table

NEW_YEARS_EVE = np.datetime64("2024-12-31", "s")


def column(*cells: str | None) -> Column:
    return Table.from_columns({"d": list(cells)}).column("d")


@pytest.mark.parametrize(
    "cell",
    [
        "2024-12-31",
        "2024/12/31",
        "31.12.2024",
        "31/12/2024",
        "12/31/2024",
        "31-12-2024",
        "31-Dec-24",
        "31-Dec-2024",
        "31 December 2024",
        "Dec 31, 2024",
        "31. Dezember 2024",
        "31 dic 2024",
        "31.12.24",
    ],
)
def test_a_date_in_any_form(cell: str) -> None:
    d = column(cell, None)
    assert d.kind == "date"
    assert d.dates[0] == NEW_YEARS_EVE
    assert np.isnat(d.dates[1])


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2024-12-31T14:05:09", "14:05:09"),
        ("2024-12-31 14:05", "14:05:00"),
        ("31.12.2024 14:05:09", "14:05:09"),
        ("12/31/2024 2:05 PM", "14:05:00"),
        ("12/31/2024 12:05 am", "00:05:00"),
        ("2024-12-31T14:05:09Z", "14:05:09"),
        ("2024-12-31T14:05:09+02:00", "12:05:09"),
        ("2024-12-31 14:05:09.250", "14:05:09"),
    ],
)
def test_a_date_with_a_time(cell: str, clock: str) -> None:
    assert column(cell).dates[0] == np.datetime64(f"2024-12-31T{clock}")


def test_one_cell_above_twelve_decides_for_the_column() -> None:
    assert column("01/02/2024", "13/02/2024").dates[0] == np.datetime64("2024-02-01")
    assert column("01/02/2024", "02/13/2024").dates[0] == np.datetime64("2024-01-02")


def test_another_column_decides_where_this_one_cannot() -> None:
    table = Table.from_columns({"d": ["02/01/2024", "01/02/2024"], "e": ["13/01/2024", "14/02/2024"]})
    assert table.column("d").dates[0] == np.datetime64("2024-01-02")


def test_an_undecided_column_says_which_reading_was_taken() -> None:
    table = Table.from_columns({"d": ["01/02/2024", "03/04/2024"]})
    assert table.column("d").dates[0] == np.datetime64("2024-01-02")
    assert any("read as month/day" in note for note in table.profile.notes)
    assert "read as month/day" in table.profile.columns[0].treatment


def test_the_reading_that_keeps_the_rows_in_time_order_wins() -> None:
    assert column("05/01/2024", "06/01/2024", "01/02/2024").dates[2] == np.datetime64("2024-02-01")


def test_dotted_dates_put_the_day_first() -> None:
    assert column("01.02.2024", "03.04.2024").dates[0] == np.datetime64("2024-02-01")


def test_an_impossible_date_is_no_date() -> None:
    assert column("31.02.2024", "01.03.2024").kind != "date"


def test_a_rare_stray_is_set_aside_and_named() -> None:
    days = [(date(2024, 1, 1) + timedelta(days=step)).isoformat() for step in range(60)]
    d = column(*days, "unknown")
    assert d.kind == "date"
    assert d.missing == 1
    assert "`unknown` (row 61) is no date" in d.treatment


def test_times_of_day_stand_on_one_day() -> None:
    d = column("06:15", "14:30")
    assert d.dates[1] - d.dates[0] == np.timedelta64(8 * 3600 + 15 * 60, "s")
    assert "1970-01-01" in d.treatment


def test_dates_of_numbers_are_refused() -> None:
    with pytest.raises(TableError, match=r"`d` is no date column but"):
        _ = column("1.5", "2.5").dates


FORMS = ["%Y-%m-%d", "%d.%m.%Y", "%d-%b-%Y", "%Y/%m/%d", "%b %d, %Y", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M:%S"]


@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2068, 1, 1)), min_size=1), st.sampled_from(FORMS))
def test_a_written_date_reads_back(moments: list[datetime], form: str) -> None:
    wanted = [datetime.strptime(moment.strftime(form), form) for moment in moments]
    found = column(*[moment.strftime(form) for moment in moments]).labels
    assert len(found) == len(wanted)
    d = Table.from_columns({"d": [moment.strftime(form) for moment in moments]}).column("d")
    assert d.dates.tolist() == wanted
