"""Chi-square statistics of tables against R's documentation and Agresti's book."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.tools.hypothesis.contingency import (
    Contingency,
    corrected_v,
    cramers_v,
    expected_counts,
    likelihood_ratio,
    pearson,
    permutation_p,
    random_tables,
    tail,
    v_interval,
)

# Agresti (2007), Introduction to Categorical Data Analysis, table 2.5; the example of R's ?chisq.test
PARTY = np.array([[762, 327, 468], [484, 239, 477]])


def table(counts: np.ndarray) -> Contingency:
    rows, columns = (tuple(f"{mark}{i}" for i in range(size)) for mark, size in zip("rc", counts.shape, strict=True))
    return Contingency("row", "column", rows, columns, counts)


def test_party_agrees_with_r() -> None:
    # R: chisq.test(M): X-squared 30.07, df 2, p 2.954e-07; M$expected; M$stdres
    found = table(PARTY)
    chi2 = pearson(PARTY, found.expected)
    assert chi2 == pytest.approx(30.07, abs=5e-3)
    assert found.df == 2
    assert tail(chi2, 2) == pytest.approx(2.954e-07, rel=2e-4)
    assert found.expected[0] == pytest.approx((703.6714, 319.6453, 533.6834), abs=5e-5)
    assert found.residuals[0] == pytest.approx((4.5020535, 0.6994517, -5.3159455), abs=5e-8)
    # Agresti (2007), section 2.4.4: G squared 30.0
    assert likelihood_ratio(PARTY, found.expected) == pytest.approx(30.0, abs=0.05)


def test_yates_agrees_with_r() -> None:
    # R: chisq.test(matrix(c(12, 5, 7, 7), ncol = 2)): X-squared 0.6411, p 0.4233 (with the correction)
    counts = np.array([[12, 7], [5, 7]])
    chi2 = pearson(counts, expected_counts(counts), yates=True)
    assert chi2 == pytest.approx(0.6411, abs=5e-5)
    assert tail(chi2, 1) == pytest.approx(0.4233, abs=5e-5)


def test_yates_never_overshoots() -> None:
    counts = np.array([[10, 10], [10, 11]])
    assert pearson(counts, expected_counts(counts), yates=True) == pytest.approx(0, abs=1e-12)


def test_likelihood_ratio_bears_empty_cells() -> None:
    counts = np.array([[5, 0], [2, 4]])
    assert np.isfinite(likelihood_ratio(counts, expected_counts(counts)))


def test_random_tables_keep_their_margins() -> None:
    counts = np.array([[3, 0, 4], [2, 5, 1]])
    drawn = random_tables(counts)
    assert (drawn.sum(axis=1) == counts.sum(axis=0)).all()
    assert (drawn.sum(axis=2) == counts.sum(axis=1)).all()
    assert drawn.mean(axis=0) == pytest.approx(expected_counts(counts), abs=0.05)


def test_permutation_p_agrees_with_fisher() -> None:
    # The tables of Fisher's tea experiment: exact p 0.4857 = 34/70 for either ordering of the tables
    assert permutation_p(np.array([[3, 1], [1, 3]])) == pytest.approx(34 / 70, abs=0.02)


def test_permutation_p_is_the_same_at_every_call() -> None:
    counts = np.array([[3, 0, 4], [2, 5, 1]])
    assert permutation_p(counts) == permutation_p(counts)


def test_v_interval_inverts_the_noncentral_chi_square() -> None:
    stats = pytest.importorskip("scipy.stats")
    low, high = v_interval(30.07, 2, 2757, 1, 0.05)
    assert low < cramers_v(30.07, 2757, 1) < high
    assert stats.ncx2.cdf(30.07, 2, low**2 * 2757) == pytest.approx(0.975, abs=1e-6)
    assert stats.ncx2.cdf(30.07, 2, high**2 * 2757) == pytest.approx(0.025, abs=1e-6)


def test_v_interval_covers_the_population() -> None:
    # Drawn from shares with phi = 0.3: 2x2, margins one half, cells 0.325 and 0.175
    random = np.random.default_rng(4)
    inside = 0
    for _ in range(400):
        counts = random.multinomial(150, [0.325, 0.175, 0.175, 0.325]).reshape(2, 2)
        low, high = v_interval(pearson(counts, expected_counts(counts)), 1, 150, 1, 0.05)
        inside += low <= 0.3 <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_corrected_v_of_extremes() -> None:
    perfect, none = table(np.array([[50, 0], [0, 50]])), table(np.array([[25, 25], [25, 25]]))
    assert corrected_v(perfect, 100.0) == pytest.approx(1.0, abs=1e-9)
    assert corrected_v(none, 0.0) == 0.0
