"""Capability indices and their intervals against published examples."""

import math

import numpy as np
import pytest

from havoc_pipeline.tools.capability.indices import (
    Specification,
    indices,
    spread_interval,
    taguchi_degrees,
    taguchi_index,
    worst_interval,
)


def test_nist_handbook_example() -> None:
    # NIST/SEMATECH e-Handbook, 6.1.6: LSL 8, USL 20, mean 16, s 2: Cp 1.0, Cpk 0.6667, Cpl 1.3333.
    found = indices(16, 2, 99, 100, Specification(8, 20))
    assert found.spread == pytest.approx(1.0)
    assert (found.lower, found.upper, found.worst) == pytest.approx((1.3333, 0.6667, 0.6667), abs=5e-5)


def test_interval_of_cp() -> None:
    # Montgomery, Introduction to Statistical Quality Control, example on Cp: 2.29, n 20: 1.57 to 3.01.
    assert spread_interval(24 / (6 * 1.75), 19, 0.95) == pytest.approx((1.57, 3.01), abs=6e-3)


def test_interval_of_cpk() -> None:
    # Montgomery, ibid., example on Cpk: 1.33, n 20: 0.88 to 1.78.
    assert worst_interval(1.33, 20, 19, 0.95) == pytest.approx((0.88, 1.78), abs=6e-3)


def test_share_outside() -> None:
    # A centred normal process at Cp = 1 has 2700 ppm outside, at Cp = 2 0.00197 ppm (Montgomery, table 8.2).
    one, two = (indices(0, 1, 9, 10, Specification(-3 * c, 3 * c)) for c in (1, 2))
    assert (one.ppm, two.ppm) == pytest.approx((2699.8, 0.00197), rel=2e-3)
    assert one.z_bench == pytest.approx(2.782, abs=1e-3)


def test_one_limit() -> None:
    found = indices(10, 2, 9, 10, Specification(None, 16))
    assert math.isnan(found.spread)
    assert math.isnan(found.lower)
    assert found.worst == found.upper == 1
    assert found.low_ppm == 0
    assert found.z_bench == pytest.approx(3)


def test_taguchi_index() -> None:
    values = np.array([4.0, 6.0, 8.0, 6.0])
    off = taguchi_index(values, Specification(0, 12, 5))
    assert off == pytest.approx(5 / (3 * math.sqrt((1 + 1 + 9 + 1) / 4)))  # the nearer limit is 5 from the target
    assert taguchi_index(values, Specification(None, 12, 5)) == pytest.approx(7 / (3 * math.sqrt(3)))
    assert math.isnan(taguchi_index(values, Specification(0, 12)))
    assert taguchi_degrees(6, 2, 40, 6) == 40  # on target Cpm is as precise as n readings


def test_far_off_process_has_every_part_outside() -> None:
    found = indices(100, 1, 9, 10, Specification(0, 10))
    assert found.worst < 0
    assert found.ppm == pytest.approx(1e6)
    assert found.z_bench == -math.inf
