"""Moments against NIST's certified values and published examples."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.tools.describe.moments import Moments, exact_moments, moments

# Data and results of the examples in Microsoft's pages on SKEW and KURT.
EXCEL = [3.0, 4.0, 5.0, 2.0, 3.0, 4.0, 5.0, 6.0, 4.0, 7.0]


def certified(path: Path) -> tuple[list[Decimal], tuple[float, float, float]]:
    """Data and certified mean, standard deviation and autocorrelation of a NIST univariate set."""
    text = path.read_text()
    rows = [row for row in text.splitlines() if re.match(r"Sample (Mean|Standard|Auto)", row)]
    mean, sd, follow = (float(re.sub(r"\(.*?\)", "", row).split(":")[-1].split()[0]) for row in rows[:3])
    return [Decimal(row) for row in text[text.rindex("---") + 3 :].split()], (mean, sd, follow)


def digits(found: float, true: float) -> float:
    """Log relative error, capped at 15."""
    return 15.0 if found == true else min(15.0, -math.log10(abs(found - true) / abs(true)))


@pytest.mark.reference
@pytest.mark.parametrize("name", ["Lew", "Lottery", "Mavro", "Michelso", "NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4"])
def test_exact_moments_reach_nist(reference: Path, name: str) -> None:
    values, true = certified(reference / "nist_strd" / f"{name}.dat")
    found = exact_moments(values)
    assert found is not None
    reached = [digits(a, b) for a, b in zip((found.mean, found.sd, found.autocorrelation), true, strict=True)]
    assert min(reached) >= 14.7, reached  # the certified values carry 15 digits


def test_numacc4_without_the_folder() -> None:
    # NIST NumAcc4: 10000000.2, then 10000000.1 and 10000000.3 in turn, 1001 values; sd 0.1, r(1) -0.999
    values = [Decimal("10000000.2")] + [Decimal("10000000.1"), Decimal("10000000.3")] * 500
    found = exact_moments(values)
    assert found is not None
    assert (found.mean, found.sd) == (10000000.2, 0.1)
    assert found.autocorrelation == pytest.approx(-0.999, rel=1e-15)


@pytest.mark.parametrize("way", [moments, exact_moments])
def test_shape_agrees_with_excel(way: object) -> None:
    data = np.array(EXCEL) if way is moments else [Decimal(v) for v in EXCEL]
    found = way(data)  # type: ignore[operator]
    assert found.skewness == pytest.approx(0.359543071, abs=5e-10)
    assert found.kurtosis == pytest.approx(-0.151799637, abs=5e-10)


def test_standard_errors_agree_with_spss() -> None:
    # SPSS prints .687 and 1.334 for n = 10 (Field 2013, Discovering Statistics, tables of descriptives)
    found = moments(np.array(EXCEL))
    assert (found.skewness_se, found.kurtosis_se) == pytest.approx((0.687, 1.334), abs=5e-4)


@given(st.lists(st.decimals(-(10**6), 10**6, places=3), min_size=4, max_size=40, unique=True))
def test_both_ways_agree(values: list[Decimal]) -> None:
    exact, double = exact_moments(values), moments(np.array([float(v) for v in values]))
    assert exact is not None
    for name in ("mean", "sd", "skewness", "kurtosis", "autocorrelation"):
        assert getattr(double, name) == pytest.approx(getattr(exact, name), rel=1e-6, abs=1e-6)


def test_few_or_equal_values() -> None:
    assert math.isnan(moments(np.array([3.0])).sd)
    equal = moments(np.full(5, 0.1))
    assert (equal.sd, equal.n) == (0.0, 5)
    assert math.isnan(equal.skewness)
    exact = exact_moments([Decimal("0.1")] * 5)
    assert exact is not None
    assert (exact.mean, exact.sd) == (0.1, 0.0)


def test_huge_values_do_not_overflow() -> None:
    found: Moments = moments(np.array([1e300, 2e300, 3e300, 5e300]))
    assert found.sd == pytest.approx(1.707825127659933e300, rel=1e-14)  # 1e300 times that of 1, 2, 3, 5
    assert math.isfinite(found.kurtosis)


def test_wide_decimals_are_left_to_doubles() -> None:
    assert exact_moments([Decimal("1e60"), Decimal("1e-60")]) is None
