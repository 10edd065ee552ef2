"""Which columns are taken for factors when none are named."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from havoc_pipeline.errors import DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.doe.factor_columns import factor_columns
from havoc_pipeline.tools.samples import Factor, Numeric

TWICE = [-1, 1, -1, 1, -1, 1, -1, 1]


def found(columns: Mapping[str, Sequence[Any]], response: str | None = None) -> list[str]:
    return [sample.name for sample in factor_columns(Table.from_columns(columns), response)]


def test_settings_are_taken_and_measurements_are_not() -> None:
    assert found({"Temp": TWICE, "Gas": ["N2", "Ar"] * 4, "Force": [1.2, 3.4, 2.2, 2.9, 4.1, 3.3, 2.7, 3.0]}) == [
        "Temp", "Gas"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "header",
    ["StdOrder", "Run order", "CenterPt", "PtType", "Blocks", "Replicate", "WP", "Batch no", "Result", "Yield (%)",
     "n_defects", "Pass/Fail", "Y1"],
)  # fmt: skip
def test_other_roles_are_left_out(header: str) -> None:
    assert found({"Temp": TWICE, header: [1, 1, 2, 2, 1, 1, 2, 2]}) == ["Temp"]


def test_verdicts_are_no_factor() -> None:
    assert found({"Temp": TWICE, "check": ["ok", "nok"] * 4}) == ["Temp"]


def test_the_response_is_no_factor() -> None:
    columns = {"Temp": TWICE, "count": [0, 0, 1, 1, 2, 2, 1, 0]}
    assert found(columns) == ["Temp", "count"]
    assert found(columns, response="count") == ["Temp"]


def test_a_copy_in_coded_units_is_left_out() -> None:
    assert found({"Speed": [100, 140] * 4, "Speed_coded": TWICE, "Time": [1, 1, 2, 2] * 2}) == ["Speed", "Time"]


def test_many_settings_count_when_each_is_common() -> None:
    six = [1, 2, 3, 4, 5, 6]
    assert found({"Temp": [-1, 1] * 30, "Pos": six * 10}) == ["Temp", "Pos"]
    assert found({"Temp": [-1, 1] * 12, "Pos": six * 4}) == ["Temp"]


def test_numbers_are_continuous_and_texts_categories() -> None:
    samples = factor_columns(Table.from_columns({"Temp": TWICE, "Gas": ["N2", "Ar"] * 4}))
    assert isinstance(samples[0], Numeric)
    assert isinstance(samples[1], Factor)
    assert samples[1].levels == ("Ar", "N2")


def test_no_factor_at_all() -> None:
    with pytest.raises(DataError, match="no column of the 1 looks like a factor"):
        found({"Force": [1.2, 3.4, 2.2, 2.9]})
