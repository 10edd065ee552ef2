"""Readings as users keep them, grouped in the order of production."""

from collections.abc import Callable

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.spc.subgroups import Subgroups, refused_lists

Grouped = Callable[..., Subgroups]

NAN = np.nan


def test_individuals_leave_a_gap_where_a_value_is_missing(grouped: Grouped) -> None:
    groups = grouped([1, 3, NAN, 4, 6])
    assert groups.individual
    assert groups.readings.tolist() == [1, 3, 4, 6]
    assert groups.moving_ranges[1] == 2
    assert np.isnan(groups.moving_ranges[[0, 2]]).all()
    assert groups.moving_ranges[3] == 2


def test_consecutive_rows_keep_their_places_when_one_is_missing(grouped: Grouped) -> None:
    groups = grouped([1, NAN, 3, 4, 5, 6, 7], size=3)
    assert groups.sizes.tolist() == [2, 3, 1]
    assert groups.means.tolist() == [2, 5, 7]
    assert np.isnan(groups.ranges[2])
    assert np.isnan(groups.deviations[2])
    assert groups.ranges[:2].tolist() == [2, 2]


def test_labels_stand_in_order_of_appearance(grouped: Grouped) -> None:
    groups = grouped([5, 1, 7, 3, 9], labels=["b", "a", "b", "a", None])
    assert [groups.label(i) for i in range(2)] == ["b", "a"]
    assert groups.means.tolist() == [6, 2]
    assert groups.repeated
    assert not grouped([1, 2, 3], labels=["b", "b", "a"]).repeated


def test_wide_rows_with_missing_cells(grouped: Grouped) -> None:
    groups = grouped([[1, 2, 3], [NAN, 4, 6], [NAN, NAN, NAN], [5, NAN, NAN]])
    assert groups.sizes.tolist() == [3, 2, 1]
    assert groups.means.tolist() == [2, 5, 5]
    assert groups.name == "x1 to x3"


def test_wide_rows_of_one_label_are_one_subgroup(grouped: Grouped) -> None:
    groups = grouped([[1, 2], [5, 6], [3, 4]], labels=["a", "b", "a"])
    assert groups.sizes.tolist() == [4, 2]
    assert groups.means.tolist() == [2.5, 5.5]


def test_order_sorts_first_and_drops_rows_without_a_time(grouped: Grouped) -> None:
    table = Table.from_columns({"y": [1, 2, 3, 4], "t": [30, 10, None, 20]})
    groups = grouped([1, 2, 3, 4], times=[30, 10, NAN, 20], table=table)
    assert groups.readings.tolist() == [2, 4, 1]
    assert [groups.label(i) for i in range(3)] == ["10", "20", "30"]
    assert groups.by_row(np.array([7.0, 8.0, 9.0])).tolist()[:2] == [9, 7]
    assert np.isnan(groups.by_row(groups.means)[2])


def test_deviations_stay_exact_far_from_zero(grouped: Grouped) -> None:
    # NIST StRD NumAcc4 has the same trouble: a spread of 0.1 on a level of 10^7.
    groups = grouped([10000000.2, 10000000.1, 10000000.3] * 2, size=3)
    assert groups.deviations == pytest.approx([0.1, 0.1], rel=1e-7)


@pytest.mark.parametrize(("size", "label"), [(2, True), (0, False), (-3, False)])
def test_contradictory_subgroups_are_refused(grouped: Grouped, size: int, label: bool) -> None:
    with pytest.raises(CommandError, match="subgroup_size"):
        grouped([1, 2], labels=["a", "b"] if label else None, size=size)


def test_wide_rows_take_no_subgroup_size() -> None:
    refused = refused_lists({"value": ("a", "b"), "subgroup_size": 2.0})
    assert refused is not None and "leave subgroup_size= out" in refused.reason
    assert refused_lists({"value": ("a", "b"), "subgroup_size": 1.0}) is None
    assert refused_lists({"value": "a", "subgroup_size": 2.0}) is None


def test_nothing_but_missing_values(grouped: Grouped) -> None:
    with pytest.raises(DataError, match="no value"):
        grouped([NAN, NAN])


def test_infinite_values_are_refused(grouped: Grouped) -> None:
    with pytest.raises(DataError, match="1 infinite value"):
        grouped([1, np.inf])
