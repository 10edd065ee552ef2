"""The studentised range and noncentrality limits that RUN_ANOVA rests on."""

import math

import pytest

from havoc_pipeline.tools.hypothesis.effect_sizes import effect, noncentrality
from havoc_pipeline.tools.hypothesis.ranges import studentized_range_quantile, studentized_range_sf


@pytest.mark.parametrize(
    ("p", "k", "df", "published"),
    [
        # Pearson and Hartley (1966), Biometrika Tables 1, table 29; Harter (1960), Ann. Math. Stat. 31.
        (0.95, 2, 1, 17.97), (0.95, 3, 10, 3.877), (0.95, 4, 16, 4.046), (0.99, 3, 10, 5.270),
        (0.95, 10, 4, 7.826), (0.95, 5, 60, 3.977), (0.95, 20, 120, 5.13), (0.99, 2, 5, 5.702),
    ],
)  # fmt: skip
def test_quantiles_agree_with_published_tables(p: float, k: int, df: float, published: float) -> None:
    digits = len(str(published).split(".")[1])
    assert studentized_range_quantile(p, k, df) == pytest.approx(published, abs=0.6 * 10**-digits)


@pytest.mark.parametrize(("k", "df"), [(2, 1.0), (3, 1.3), (5, 2.0), (7, 33.7), (60, 30.0), (4, 1e3)])
def test_distribution_agrees_with_scipy(k: int, df: float) -> None:
    from scipy.stats import studentized_range

    for q in (0.5, 3.0, 6.0, 20.0):
        assert studentized_range_sf(q, k, df) == pytest.approx(studentized_range.sf(q, k, df), abs=1e-9)


def test_two_means_are_a_t_test() -> None:
    from scipy.stats import t

    assert studentized_range_sf(2.5 * math.sqrt(2), 2, 11) == pytest.approx(2 * t.sf(2.5, 11), rel=1e-12)


def test_infinite_df_is_the_range_of_normals() -> None:
    # Pearson and Hartley (1966), table 29, last row: q(0.05; 3, inf) = 3.31.
    assert studentized_range_sf(3.31, 3, math.inf) == pytest.approx(0.05, abs=5e-4)
    assert studentized_range_sf(3.31, 3, 1e7) == pytest.approx(studentized_range_sf(3.31, 3, math.inf), abs=1e-6)


def test_quantile_inverts_the_distribution() -> None:
    for p in (0.5, 0.9, 0.999):
        assert 1 - studentized_range_sf(studentized_range_quantile(p, 6, 13), 6, 13) == pytest.approx(p, abs=1e-12)


def test_nothing_exceeds_zero_less_than_always() -> None:
    assert studentized_range_sf(0.0, 4, 10) == 1.0


@pytest.mark.parametrize("f", [0.3, 2.6, 40.0, 1e4])
def test_noncentrality_puts_the_wanted_probability_below_f(f: float) -> None:
    from scipy.stats import ncf

    for probability in (0.975, 0.025):
        found = noncentrality(f, 3, 24, probability)
        reached = ncf.cdf(f, 3, 24, found)
        assert reached == pytest.approx(probability, abs=1e-9) or (found == 0 and reached < probability)


def test_effect_of_enormous_or_infinite_f_stays_a_share() -> None:
    assert effect(math.inf, 2, 10, 13, 0.05).omega == 1.0
    huge = effect(1e12, 2, 10, 13, 0.05)
    assert 0.999 < huge.low <= huge.high <= 1.0
