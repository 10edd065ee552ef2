"""Power of designs against published figures and scipy's noncentral t."""

import math

import numpy as np
import pytest
from scipy import stats

from havoc_pipeline.tools.doe.assessment import Assessment, assess
from havoc_pipeline.tools.doe.defining_words import Fraction
from havoc_pipeline.tools.doe.model_terms import CodedFactor, ModelKind, build_model, contrasts
from havoc_pipeline.tools.doe.power import detectable_effect, main_effect_power, term_power
from havoc_pipeline.tools.samples import Floats


def coded(runs: Floats) -> list[CodedFactor]:
    return [CodedFactor("ABCD"[place], runs[:, [place]], curved=True) for place in range(runs.shape[1])]


def judge(runs: Floats, kind: ModelKind = "linear") -> tuple[Assessment, list[CodedFactor]]:
    return assess(build_model(coded(runs), kind), runs), coded(runs)


def test_eight_runs_find_two_standard_deviations_in_four_of_seven_cases() -> None:
    # F on 1 and 4 degrees of freedom with noncentrality 8: scipy.stats.nct 1.17 gives 0.571609458.
    fitted, factors = judge(Fraction(3).matrix())
    assert main_effect_power(fitted, factors, 2.0, 0.05) == pytest.approx(0.571609458, abs=5e-10)


@pytest.mark.parametrize(("effect", "alpha"), [(1.0, 0.05), (2.0, 0.05), (1.5, 0.01), (0.3, 0.1)])
def test_power_is_that_of_the_t_test(effect: float, alpha: float) -> None:
    runs = np.vstack([Fraction(3).matrix(), np.zeros((3, 3))])
    fitted, factors = judge(runs, "interactions")
    df = fitted.error_df
    t = stats.t.isf(alpha / 2, df)
    shift = effect / 2 * math.sqrt(8)
    expected = stats.nct.sf(t, df, shift) + stats.nct.cdf(-t, df, shift)
    assert main_effect_power(fitted, factors, effect, alpha) == pytest.approx(expected, rel=1e-9)


def test_no_effect_is_found_at_the_level() -> None:
    fitted, factors = judge(Fraction(3).matrix())
    assert main_effect_power(fitted, factors, 0.0, 0.05) == pytest.approx(0.05)


def test_a_square_moves_the_response_by_its_coefficient() -> None:
    runs = np.array([[-1.0], [0.0], [1.0]] * 4)
    fitted, factors = judge(runs, "quadratic")
    square = fitted.model.terms[-1]
    error = math.sqrt(fitted.inverse[2, 2])
    t, df = stats.t.isf(0.025, 9), 9
    expected = stats.nct.sf(t, df, 1 / error) + stats.nct.cdf(-t, df, 1 / error)
    assert term_power(fitted, factors, square, 1.0, 0.05) == pytest.approx(expected, rel=1e-9)


def test_categories_are_judged_by_the_least_favourable_pair() -> None:
    # One-way layout, 3 groups of 5, two means one sigma apart and the third half-way: the noncentrality
    # is 5 (1/4 + 1/4) = 2.5 (Montgomery 2019, section 3.7).
    table = contrasts(3)
    factor = CodedFactor("A", table[np.repeat([0, 1, 2], 5)], table)
    fitted = assess(build_model([factor], "linear"), factor.columns)
    expected = stats.ncf.sf(stats.f.isf(0.05, 2, 12), 2, 12, 2.5)
    assert main_effect_power(fitted, [factor], 1.0, 0.05) == pytest.approx(expected, rel=1e-9)


def test_unequal_categories_take_the_smallest_pair() -> None:
    table = contrasts(3)
    factor = CodedFactor("A", table[[0] * 8 + [1] * 3 + [2] * 3], table)
    fitted = assess(build_model([factor], "linear"), factor.columns)
    counts, shifts = np.array([8, 3, 3]), [np.array([1, -1, 0]) / 2, np.array([1, 0, -1]) / 2, np.array([0, 1, -1]) / 2]
    smallest = min(float((counts * (s - (counts @ s) / 14) ** 2).sum()) for s in shifts)
    expected = stats.ncf.sf(stats.f.isf(0.05, 2, 11), 2, 11, smallest)
    assert main_effect_power(fitted, [factor], 1.0, 0.05) == pytest.approx(expected, rel=1e-9)


def test_saturated_and_aliased_designs_have_none() -> None:
    fitted, factors = judge(Fraction(2).matrix(), "interactions")
    assert math.isnan(main_effect_power(fitted, factors, 1.0, 0.05))
    assert math.isnan(detectable_effect(fitted, factors, 0.05))
    same = np.repeat([[-1.0, -1.0], [1.0, 1.0]], 3, axis=0)
    fitted, factors = judge(same)
    assert math.isnan(main_effect_power(fitted, factors, 1.0, 0.05))


@pytest.mark.parametrize(("runs", "alpha"), [(Fraction(4).matrix(), 0.05), (Fraction(2).matrix(), 0.001)])
def test_detectable_effect_has_power_of_80_percent(runs: Floats, alpha: float) -> None:
    fitted, factors = judge(runs)
    effect = detectable_effect(fitted, factors, alpha)
    assert main_effect_power(fitted, factors, effect, alpha) == pytest.approx(0.8, abs=1e-9)


def test_interactions_of_categories_are_left_open() -> None:
    table = contrasts(3)
    rows = np.repeat(np.arange(3), 4)
    factors = [CodedFactor("A", table[rows], table), CodedFactor("B", table[np.tile([0, 1, 2, 2], 3)], table)]
    fitted = assess(build_model(factors, "interactions"), np.hstack([f.columns for f in factors]))
    assert math.isnan(term_power(fitted, factors, fitted.model.terms[-1], 1.0, 0.05))
