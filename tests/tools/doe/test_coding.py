"""Coding of settings: ranges, axial points, centre points, categories."""

import numpy as np
import pytest

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.doe.coding import CodedRuns, code_runs
from havoc_pipeline.tools.samples import Factor, Numeric


def number(name: str, *values: float) -> Numeric:
    return Numeric(name, (name,), np.array(values, dtype=float))


def words(name: str, *labels: str) -> Factor:
    return Factor(name, (name,), np.array(labels, dtype=object), tuple(sorted(set(labels))))


def coded(*samples: Numeric | Factor) -> CodedRuns:
    return code_runs(samples)


def test_low_and_high_become_minus_and_plus_one() -> None:
    runs = coded(number("T", 180, 220, 180, 220))
    assert runs.matrix.ravel().tolist() == [-1, 1, -1, 1]
    assert runs.settings[0] == {"180": 2, "220": 2}


def test_inner_settings_of_a_central_composite_design_are_the_low_and_high() -> None:
    cube = [100, 100, 140, 140, 120 - 1.414 * 20, 120 + 1.414 * 20, 120, 120, 120]
    other = [1.0, 3, 1, 3, 2, 2, 2 - 1.414, 2 + 1.414, 2]
    runs = coded(number("T", *cube), number("C", *other))
    assert runs.matrix[:4].tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert runs.matrix[4:8].max() == pytest.approx(1.414)
    assert runs.centre.tolist() == [False] * 8 + [True]
    assert runs.signs is None


def test_five_settings_equally_often_are_coded_by_their_range() -> None:
    runs = coded(number("T", 1, 2, 3, 4, 5, 1, 2, 3, 4, 5))
    assert np.unique(runs.matrix).tolist() == [-1, -0.5, 0, 0.5, 1]


def test_centre_points_of_a_two_level_design() -> None:
    runs = coded(number("A", 10, 20, 10, 20, 15, 15), number("B", 1, 1, 3, 3, 2, 2))
    assert runs.centre.sum() == 2
    assert runs.signs is not None
    assert runs.signs.tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    assert not any(factor.curved for factor in runs.factors)


def test_rounded_centre_setting_is_still_a_centre_point() -> None:
    runs = coded(number("A", 10, 25, 10, 25, 17.6), number("B", 1, 1, 3, 3, 2))
    assert runs.centre.tolist() == [False] * 4 + [True]


def test_centre_points_beside_a_factor_without_half_way_setting() -> None:
    runs = coded(number("A", -1, 1, -1, 1, 0, 0), number("B", -1, -1, 1, 1, 0, 0), number("G", 1, 2, 2, 1, 1, 2))
    assert runs.centre.sum() == 2


def test_middle_of_a_single_three_level_factor_is_a_level() -> None:
    runs = coded(number("A", -1, 0, 1, -1, 0, 1), number("B", -1, -1, -1, 1, 1, 1))
    assert not runs.centre.any()
    assert [factor.curved for factor in runs.factors] == [True, False]


def test_three_level_factorial_is_curved() -> None:
    a, b = np.meshgrid([-1.0, 0, 1], [-1.0, 0, 1])
    runs = coded(number("A", *a.ravel()), number("B", *b.ravel()))
    assert all(factor.curved for factor in runs.factors)
    assert runs.centre.sum() == 1


def test_categories_take_contrasts() -> None:
    runs = coded(words("N", "a", "b", "c", "a", "b", "c"), words("S", "x", "x", "x", "y", "y", "y"))
    assert [factor.columns.shape[1] for factor in runs.factors] == [2, 1]
    assert runs.factors[1].columns.ravel().tolist() == [-1, -1, -1, 1, 1, 1]
    assert runs.settings[0] == {"a": 2, "b": 2, "c": 2}


def test_imbalance() -> None:
    runs = coded(number("A", -1, 1, 1, 1), words("N", "a", "b", "a", "b"), number("C", 0, 1, 2, 2))
    assert runs.imbalance == pytest.approx({"A": 2 / 3, "N": 0.0, "C": 0.25})


def test_a_factor_must_vary() -> None:
    with pytest.raises(DataError, match="`A` has 1 setting in 3 runs; a factor needs 2"):
        coded(number("A", 5, 5, 5), number("B", 1, 2, 1))
