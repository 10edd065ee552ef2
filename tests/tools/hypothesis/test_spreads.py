"""Tests of spreads against NIST's handbook and Minitab's help."""

from __future__ import annotations

import math

import numpy as np
import pytest

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.hypothesis.spreads import (
    bartlett,
    detectable_ratio,
    f_interval,
    sd_chi2,
    sd_interval,
    spread_f,
    spread_t,
    t_tail,
    variance_f,
)
from havoc_pipeline.tools.samples import Floats

# NIST/SEMATECH e-Handbook, GEAR.DAT: diameters of gears, ten batches of ten
GEAR = np.array([
    1.006, .996, .998, 1.000, .992, .993, 1.002, .999, .994, 1.000, .998, 1.006, 1.000, 1.002, .997, .998, .996,
    1.000, 1.006, .988, .991, .987, .997, .999, .995, .994, 1.000, .999, .996, .996, 1.005, 1.002, .994, 1.000,
    .995, .994, .998, .996, 1.002, .996, .998, .998, .982, .990, 1.002, .984, .996, .993, .980, .996, 1.009, 1.013,
    1.009, .997, .988, 1.002, .995, .998, .981, .996, .990, 1.004, .996, 1.001, .998, 1.000, 1.018, 1.010, .996,
    1.002, .998, 1.000, 1.006, 1.000, 1.002, .996, .998, .996, 1.002, 1.006, 1.002, .998, .996, .995, .996, 1.004,
    1.004, .998, .999, .991, .991, .995, .984, .994, .997, .997, .991, .998, 1.004, .997,
])  # fmt: skip
BATCHES = {str(batch): GEAR[10 * batch : 10 * batch + 10] for batch in range(10)}


def with_sd(n: int, sd: float, seed: int = 1) -> Floats:
    """A sample of exactly this standard deviation."""
    raw = np.random.default_rng(seed).standard_normal(n)
    return np.asarray(sd * (raw - raw.mean()) / raw.std(ddof=1))


def test_bartlett_agrees_with_nist() -> None:
    # Handbook 1.3.5.7: T = 20.78580 (single precision) on 9 degrees of freedom; critical 16.91898
    statistic, p = bartlett(BATCHES)
    assert statistic == pytest.approx(20.78580, rel=1e-5)
    assert 0.01 < p < 0.05


def test_levene_agrees_with_nist() -> None:
    # Handbook 1.3.5.10, from the medians: W = 1.705910; not significant at 0.05
    statistic, p = spread_f(BATCHES, "brown_forsythe")
    assert statistic == pytest.approx(1.705910, rel=1e-5)
    assert p > 0.05


def test_levene_from_the_means_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    theirs = stats.levene(*BATCHES.values(), center="mean")
    assert spread_f(BATCHES, "levene") == pytest.approx((theirs.statistic, theirs.pvalue))


def test_chi_square_agrees_with_nist() -> None:
    # Handbook 1.3.5.8, GEAR.DAT against 0.1: T = 0.3903044 on 99 degrees of freedom
    statistic, p = sd_chi2(GEAR, 0.1, "two-sided")
    assert statistic == pytest.approx(0.3903044, rel=2e-6)
    assert p < 1e-12
    # Handbook 7.2.3: n = 10, s = 13.97 against 10, upper tail: 17.56 exceeds 16.92
    statistic, p = sd_chi2(with_sd(10, 13.97), 10.0, "greater")
    assert statistic == pytest.approx(17.56, abs=0.01)
    assert 0.025 < p < 0.05


def test_f_agrees_with_nist() -> None:
    # Handbook 1.3.5.9, JAHANMI2.DAT: sd 65.54909 and 61.85425, n 240 each; F = 1.123037, CDF 0.814808
    f, p = variance_f(with_sd(240, 65.54909), with_sd(240, 61.85425, 2), "greater")
    assert (f, p) == pytest.approx((1.123037, 1 - 0.814808), rel=1e-5)


def test_f_tails_add_up() -> None:
    first, second = with_sd(12, 2.0), with_sd(9, 1.0, 2)
    above, below = (variance_f(first, second, way)[1] for way in ("greater", "less"))
    assert above + below == pytest.approx(1)
    assert variance_f(first, second, "two-sided")[1] == pytest.approx(2 * above)


def test_f_interval_excludes_one_exactly_when_the_test_rejects() -> None:
    first = with_sd(12, 2.0)
    for sd in (0.9, 1.0, 1.05, 1.1, 1.2):
        second = with_sd(9, sd, 2)
        for way in ("two-sided", "greater", "less"):
            low, high = f_interval(first, second, 0.05, way)
            assert (low > 1 or high < 1) == (variance_f(first, second, way)[1] < 0.05)


def test_sd_interval_agrees_with_minitab() -> None:
    # Minitab's help, Bonferroni intervals: n 33, variance 1.02841, two levels: upper end 1.39977
    assert sd_interval(with_sd(33, math.sqrt(1.02841)), 0.05 / 2)[1] == pytest.approx(1.39977, abs=5e-6)


def test_sd_interval_one_sided() -> None:
    values = with_sd(10, 3.0)
    assert sd_interval(values, 0.05, "greater")[1] == math.inf
    assert sd_interval(values, 0.05, "less")[0] == 0.0
    # chi-square(0.95; 9) = 16.9190 from tables
    assert sd_interval(values, 0.05, "greater")[0] == pytest.approx(3 * math.sqrt(9 / 16.9190), rel=1e-5)


def test_signed_root_is_the_t_of_distances() -> None:
    samples = {"a": with_sd(15, 2.0), "b": with_sd(20, 1.0, 2)}
    t = spread_t(samples, "brown_forsythe")
    f, p = spread_f(samples, "brown_forsythe")
    assert t > 0
    assert t * t == pytest.approx(f)
    assert t_tail(t, 33, "two-sided") == pytest.approx(p)
    assert t_tail(t, 33, "greater") == pytest.approx(p / 2)


def test_distances_that_do_not_vary_are_refused() -> None:
    with pytest.raises(DataError, match="at least 3 values"):
        spread_f({"a": np.array([1.0, 3.0]), "b": np.array([2.0, 10.0])}, "brown_forsythe")


def test_detectable_ratio_is_detected() -> None:
    # By drawing: a ratio of that size is found in 80 of 100 pairs
    ratio, random = detectable_ratio(20, 20, 0.05), np.random.default_rng(3)
    found = [
        variance_f(ratio * random.standard_normal(20), random.standard_normal(20), "two-sided")[1] < 0.05
        for _ in range(1000)
    ]
    assert np.mean(found) == pytest.approx(0.80, abs=0.04)
