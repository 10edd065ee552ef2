"""Statistics of tests of normality against other programs and published tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from havoc_pipeline.tools.assumptions import anderson_darling
from havoc_pipeline.tools.hypothesis.normality_tests import (
    METHODS,
    jarque_bera,
    jarque_bera_drawn_p,
    largest_gap,
    lilliefors,
    plot_correlation,
    shapiro_wilk,
)

# Weights of eleven men: Shapiro and Wilk (1965), Biometrika 52, p. 606; also the example of scipy's pages
MEN = np.array([148.0, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236])


def test_shapiro_wilk_agrees_with_the_paper_and_r() -> None:
    # Paper: W = 0.79; R: shapiro.test: W = 0.78881, p = 0.006704
    assert shapiro_wilk(MEN) == pytest.approx((0.78881, 0.006704), abs=5e-6)


def test_jarque_bera_agrees_with_scipys_page() -> None:
    # scipy's tutorial on the Jarque-Bera test: 6.982848237344646, p 0.03045746622458189
    assert jarque_bera(MEN) == pytest.approx((6.982848237344646, 0.03045746622458189), rel=1e-9)


def test_anderson_darling_agrees_with_statsmodels() -> None:
    # statsmodels 0.14, normal_ad(MEN): 0.9467718795988881, 0.010454024005147656
    assert anderson_darling(MEN) == pytest.approx((0.9467718795988881, 0.010454024005147656), rel=1e-9)


def test_lilliefors_agrees_with_statsmodels() -> None:
    # statsmodels 0.14, lilliefors(MEN): D 0.25921535714887756; p by its own table 0.0393
    gap, p = lilliefors(MEN)
    assert gap == pytest.approx(0.25921535714887756, rel=1e-12)
    assert p == pytest.approx(0.0393, abs=0.003)


@pytest.mark.parametrize(("n", "critical"), [(10, 0.262), (20, 0.192), (30, 0.159)])
def test_lilliefors_p_at_the_five_percent_points(n: int, critical: float) -> None:
    # Molin and Abdi (1998), New tables and numerical approximation for the Lilliefors test: 0.05 column
    sample = ndtri((np.arange(n) + 0.5) / n)
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        stretched = np.append(sample[:-1], sample[-1] + middle)
        low, high = (middle, high) if largest_gap(stretched) < critical else (low, middle)
    gap, p = lilliefors(np.append(sample[:-1], sample[-1] + high))
    assert gap == pytest.approx(critical, abs=1e-6)
    assert p == pytest.approx(0.05, abs=0.004)


@pytest.mark.parametrize("method", ["anderson_darling", "shapiro_wilk", "lilliefors"])
@pytest.mark.parametrize("n", [12, 60])
def test_tests_keep_their_level(method: str, n: int) -> None:
    # By drawing 600 normal samples: 5 percent give or take three standard errors
    random = np.random.default_rng(n)
    rejected = np.mean([METHODS[method].compute(random.standard_normal(n))[1] < 0.05 for _ in range(600)])
    assert rejected == pytest.approx(0.05, abs=0.027)


def test_lilliefors_p_stays_a_probability() -> None:
    random = np.random.default_rng(1)
    for n in (5, 40, 400):
        for values in (random.standard_normal(n), random.exponential(1, n), np.arange(float(n))):
            assert 0 <= lilliefors(values)[1] <= 1


def test_drawn_p_of_jarque_bera() -> None:
    # The chi-square p of the eleven men is 0.030; Monte Carlo in scipy's tutorial finds about 0.01
    assert jarque_bera_drawn_p(MEN) == pytest.approx(0.0105, abs=0.005)


def test_normal_scores_lie_on_a_line() -> None:
    scores = ndtri((np.arange(1, 41) - 0.375) / 40.25)
    assert plot_correlation(5 + 2 * scores) == pytest.approx(1, abs=1e-12)
    assert plot_correlation(np.exp(scores)) < 0.9


def test_shift_and_scale_change_nothing() -> None:
    for method in METHODS.values():
        assert method.compute(1e6 + 0.01 * MEN) == pytest.approx(method.compute(MEN), rel=1e-6)
