"""Efficiencies, variance inflation, leverage and prediction variance by their definitions."""

import numpy as np
import pytest

from havoc_pipeline.tools.doe.assessment import Assessment, alias_matrix, assess, correlations
from havoc_pipeline.tools.doe.defining_words import Fraction
from havoc_pipeline.tools.doe.minimum_aberration import best_fraction
from havoc_pipeline.tools.doe.model_terms import CodedFactor, ModelKind, build_model, contrasts
from havoc_pipeline.tools.samples import Floats


def continuous(runs: Floats) -> list[CodedFactor]:
    return [CodedFactor("ABCDEFGHJ"[place], runs[:, [place]], curved=True) for place in range(runs.shape[1])]


def judge(runs: Floats, kind: ModelKind = "quadratic") -> Assessment:
    return assess(build_model(continuous(runs), kind), runs)


def some_runs() -> Floats:
    return np.random.default_rng(5).uniform(-1, 1, (25, 3))


def test_model_matrix_has_the_terms_in_order() -> None:
    model = build_model(continuous(np.array([[0.5, -1.0], [1.0, 1.0]])), "quadratic")
    assert model.names == ("mean", "A", "B", "A·B", "A²", "B²")
    assert model.matrix[0].tolist() == [1, 0.5, -1, -0.5, 0.25, 1]


def test_two_level_fractions_are_fully_efficient() -> None:
    for factors, runs in [(3, 4), (7, 16), (9, 32)]:
        found = judge(best_fraction(factors, runs).matrix(), "linear")
        assert (found.d_efficiency, found.a_efficiency, found.g_efficiency) == pytest.approx((100, 100, 100))
        assert found.largest_correlation == 0
        assert found.largest_inflation == pytest.approx(1)


def test_efficiencies_by_their_definitions() -> None:
    runs = some_runs()
    found = judge(runs)
    x = found.model.matrix
    n, p = x.shape
    information = x.T @ x
    hat = np.diagonal(x @ np.linalg.inv(information) @ x.T)
    assert found.d_efficiency == pytest.approx(100 * np.linalg.det(information) ** (1 / p) / n)
    assert found.a_efficiency == pytest.approx(100 * p / (n * np.trace(np.linalg.inv(information))))
    assert found.g_efficiency == pytest.approx(100 * p / (n * hat.max()))
    assert found.leverage == pytest.approx(hat)
    assert found.leverage.sum() == pytest.approx(p)


def test_inflation_is_that_of_the_regression_on_the_other_terms() -> None:
    found = judge(some_runs())
    x = found.model.matrix
    for column in range(1, x.shape[1]):
        others = np.delete(x, column, axis=1)
        rest = x[:, column] - others @ np.linalg.lstsq(others, x[:, column], rcond=None)[0]
        spread = ((x[:, column] - x[:, column].mean()) ** 2).sum()
        assert found.vif[column - 1] == pytest.approx(spread / (rest @ rest))


def test_inflation_of_the_rotatable_design_of_four_factors() -> None:
    # By hand, 30 runs: the centred squares have sums of squares 48 - 24²/30 = 28.8 and of products
    # 16 - 24²/30 = -3.2, so that the inverse has (1 + 3.2 / 19.2) / 32 on its diagonal: 28.8 times that is 1.05.
    cube = Fraction(4).matrix()
    stars = np.vstack([2.0 * np.eye(4), -2.0 * np.eye(4)])
    found = judge(np.vstack([cube, stars, np.zeros((6, 4))]))
    assert found.vif[-4:] == pytest.approx([1.05] * 4)
    assert found.vif[:-4] == pytest.approx([1.0] * 10)


def test_prediction_variance_is_the_average_over_the_cube() -> None:
    found = judge(some_runs())
    nodes, weights = np.polynomial.legendre.leggauss(3)  # exact for the fourth powers that enter
    grid = np.array(np.meshgrid(nodes, nodes, nodes)).reshape(3, -1).T
    weight = np.array(np.meshgrid(weights, weights, weights)).reshape(3, -1).prod(axis=0) / 8
    points = build_model(continuous(grid), "quadratic").matrix
    variance = np.einsum("ij,jk,ik->i", points, found.inverse, points)
    assert found.prediction_variance == pytest.approx(float(variance @ weight))


def test_prediction_variance_of_main_effects_by_hand() -> None:
    # 2^2: each coefficient has variance 1/4, and the mean square of a factor over its range is 1/3.
    assert judge(Fraction(2).matrix(), "linear").prediction_variance == pytest.approx((1 + 2 / 3) / 4)


def test_prediction_variance_over_categories_is_their_average() -> None:
    table = contrasts(3)
    factor = CodedFactor("A", table[[0, 0, 1, 2, 2, 2]], table)
    found = assess(build_model([factor], "linear"), factor.columns)
    assert found.prediction_variance == pytest.approx((1 / 2 + 1 / 1 + 1 / 3) / 3)


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_contrasts_are_orthogonal_and_of_mean_square_one(levels: int) -> None:
    table = contrasts(levels)
    assert table.sum(axis=0) == pytest.approx(np.zeros(levels - 1), abs=1e-12)
    assert table.T @ table == pytest.approx(levels * np.eye(levels - 1))
    assert contrasts(2).ravel().tolist() == [-1.0, 1.0]


def test_balanced_categories_are_fully_efficient() -> None:
    table = contrasts(3)
    rows = np.repeat(np.arange(3), 4)
    side = np.tile([-1.0, 1.0], 6)[:, None]
    factors = [CodedFactor("A", table[rows], table), CodedFactor("B", side, contrasts(2))]
    found = assess(build_model(factors, "interactions"), np.hstack([f.columns for f in factors]))
    assert found.model.names == ("mean", "A[1]", "A[2]", "B", "A[1]·B", "A[2]·B")
    assert found.d_efficiency == pytest.approx(100)


def test_degrees_of_freedom_add_up() -> None:
    runs = np.vstack([Fraction(3).matrix(), Fraction(3).matrix()[:3], np.zeros((2, 3))])
    found = judge(runs, "interactions")
    assert (found.runs, found.distinct) == (13, 9)
    assert (found.pure_error_df, found.lack_of_fit_df, found.error_df) == (4, 2, 6)


def test_aliased_columns_are_named_and_left_out() -> None:
    found = judge(best_fraction(4, 8).matrix(), "interactions")
    assert found.aliased == ("B·C", "B·D", "C·D")
    assert found.kept.size == 8
    assert found.error_df == 0


def test_alias_matrix_of_a_half_fraction() -> None:
    # 2^(3-1) with C=AB: each main effect carries the interaction of the other two.
    runs = best_fraction(3, 4).matrix()
    found = judge(runs, "linear")
    pairs = np.column_stack([runs[:, 0] * runs[:, 1], runs[:, 0] * runs[:, 2], runs[:, 1] * runs[:, 2]])
    assert alias_matrix(found, pairs) == pytest.approx(np.array([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]))


def test_alias_matrix_of_squares_in_the_mean() -> None:
    # Box and Draper (2007), Response Surfaces, Mixtures, and Ridge Analyses: the mean of a two-level
    # design with equally many centre points holds half of each square.
    runs = np.vstack([Fraction(2).matrix(), np.zeros((4, 2))])
    found = alias_matrix(judge(runs, "linear"), runs**2)
    assert found == pytest.approx(np.array([[0.5, 0.5], [0, 0], [0, 0]]))


def test_correlation_of_a_column_that_does_not_vary_is_nan() -> None:
    found = correlations(np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 4.0]]))
    assert np.isnan(found[0, 1])
    assert found[1, 1] == pytest.approx(1)
