"""Dates of questions."""

from __future__ import annotations

from datetime import datetime

import pytest

from havoc_pipeline.linking.dates import find_dates, undated_spans
from havoc_pipeline.linking.extract import extract


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01", datetime(2024, 3, 1)), ("1.3.2024", datetime(2024, 3, 1)), ("01/03/2024", datetime(2024, 3, 1)),
        ("03/25/2024", datetime(2024, 3, 25)), ("1.3.24", datetime(2024, 3, 1)), ("2024/3/1", datetime(2024, 3, 1)),
        ("3 March 2024", datetime(2024, 3, 3)), ("March 3rd, 2024", datetime(2024, 3, 3)),
        ("3rd of May, 2024", datetime(2024, 5, 3)), ("Mar 2024", datetime(2024, 3, 1)), ("2024-03", datetime(2024, 3, 1)),
        ("5 Okt 2024", datetime(2024, 10, 5)), ("Q2 2024", datetime(2024, 4, 1)), ("2024-W12", datetime(2024, 3, 18)),
        ("2024-03-01T06:00", datetime(2024, 3, 1, 6)), ("2024-03-01 06:30", datetime(2024, 3, 1, 6, 30)),
        ("1.3.2024 5:30 pm", datetime(2024, 3, 1, 17, 30)), ("29.2.2024", datetime(2024, 2, 29)),
    ],
)  # fmt: skip
def test_date_as_written(text: str, expected: datetime) -> None:
    (mention,) = find_dates(f"since {text} only")
    assert (mention.text, mention.value) == (text, expected)


@pytest.mark.parametrize("text", ["31.02.2024", "since March", "before May 3", "1.2.3", "18-26", "10/12", "2024"])
def test_no_date_without_a_valid_day_and_a_year(text: str) -> None:
    assert find_dates(text) == []


def test_two_dates_of_a_range() -> None:
    found = find_dates("from 2024-03-01 to 2024-04-15")
    assert [m.value for m in found] == [datetime(2024, 3, 1), datetime(2024, 4, 15)]


def test_digits_of_undated_days_and_times_are_no_numbers() -> None:
    assert undated_spans("at 06:00 on 3 March")
    assert extract("at 06:00 on 3 March") == ()
