"""Fisher's exact test against R's documentation and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from havoc_pipeline.tools.hypothesis.fisher import fisher_exact, odds_ratio, woolf

TEA = np.array([[3, 1], [1, 3]])  # Fisher (1935), The Design of Experiments, ch. 2
CONVICTED = np.array([[2, 15], [10, 3]])  # Fisher (1962), Science 136, 1110


def test_tea_agrees_with_r() -> None:
    # R: fisher.test(TeaTasting): p 0.4857, odds ratio 6.408309, 95% interval 0.2117329 to 621.9337505
    assert fisher_exact(TEA) == pytest.approx(0.4857, abs=5e-5)
    estimate, low, high = odds_ratio(TEA, 0.05)
    assert estimate == pytest.approx(6.408309, abs=2e-5)
    assert low == pytest.approx(0.2117329, abs=1e-5)
    assert high == pytest.approx(621.93, rel=0.01)  # R's own root finder stops at 0.7 percent here


def test_twins_agree_with_r() -> None:
    # R: fisher.test(Convictions): p 0.0005367; interval 0.003325764 to 0.363182271; estimate 0.04693661
    assert fisher_exact(CONVICTED) == pytest.approx(0.0005367, abs=5e-8)
    estimate, low, high = odds_ratio(CONVICTED, 0.05)
    assert estimate == pytest.approx(0.04693661, abs=5e-7)
    assert (low, high) == pytest.approx((0.003325764, 0.363182271), abs=2e-5)


def test_random_tables_agree_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(0)
    for _ in range(40):
        table = random.integers(0, 12, (2, 2))
        if (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any():
            continue
        assert fisher_exact(table) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-9)
        theirs = stats.contingency.odds_ratio(table)
        ends = theirs.confidence_interval(0.95)
        assert odds_ratio(table, 0.05) == pytest.approx((theirs.statistic, ends.low, ends.high), rel=1e-6)


def test_empty_cells_give_infinite_ends() -> None:
    estimate, low, high = odds_ratio(np.array([[5, 0], [1, 4]]), 0.05)
    assert (estimate, high) == (math.inf, math.inf)
    assert low > 0
    assert odds_ratio(np.array([[0, 5], [4, 1]]), 0.05)[:2] == (0.0, 0.0)


def test_large_tables_use_woolf() -> None:
    table = np.array([[30000, 40000], [35000, 36000]])
    assert odds_ratio(table, 0.05) == woolf(table, 0.05)
    assert woolf(table, 0.05)[0] == pytest.approx(30000 * 36000 / (40000 * 35000))
