"""Bonett's intervals: formulas on paper, and how often they cover what they should."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from havoc_pipeline.tools.hypothesis.bonett import bonett_ratio, bonett_sd
from havoc_pipeline.tools.hypothesis.spreads import f_interval
from havoc_pipeline.tools.samples import Floats

Draw = Callable[[int], Floats]


def test_sd_by_hand() -> None:
    # Bonett (2006), formula 3, by hand for 1 to 10: trimmed mean 5.5 (2 cut at each end), sum of fourth
    # powers about it 1208.625, s squared 9.16667, kurtosis 1.775758; z 1.959964, c 10 / 8.040036
    values = np.arange(1.0, 11.0)
    c = 10 / (10 - 1.959964)
    reach = 1.959964 * c * math.sqrt((10 * 1208.625 / (9 * 9.1666667) ** 2 - 0.7) / 9)
    expected = [math.sqrt(c * 9.1666667 * math.exp(way * reach)) for way in (-1, 1)]
    assert bonett_sd(values, 0.05) == pytest.approx(expected, rel=1e-6)


def test_equal_sizes_by_hand() -> None:
    # Two samples of equal shape and size, the second three times as wide: the log ratio is -log 3 and the
    # interval is symmetric about it on the log scale
    values = np.arange(1.0, 13.0)
    low, high = bonett_ratio(values, 3 * values, 0.05)
    assert low * high == pytest.approx(1 / 9, rel=1e-9)


def test_exchange_inverts() -> None:
    random = np.random.default_rng(1)
    first, second = random.normal(0, 2, 20), random.normal(0, 1, 30)
    low, high = bonett_ratio(first, second, 0.05)
    assert bonett_ratio(second, first, 0.05) == pytest.approx((1 / high, 1 / low))


def test_one_sided_ends_are_those_of_twice_the_level() -> None:
    random = np.random.default_rng(2)
    first, second = random.normal(0, 2, 20), random.normal(0, 1, 20)
    low, high = bonett_ratio(first, second, 0.10)
    assert bonett_ratio(first, second, 0.05, "greater") == pytest.approx((low, math.inf))
    assert bonett_ratio(first, second, 0.05, "less") == pytest.approx((0.0, high))


def test_few_values_give_nothing() -> None:
    few = np.array([1.0, 2.0, 4.0, 7.0])
    assert all(math.isnan(end) for end in (*bonett_sd(few, 0.05), *bonett_ratio(few, np.arange(9.0), 0.05)))


@pytest.mark.parametrize(
    "draw",
    [np.random.default_rng(3).standard_normal, np.random.default_rng(5).standard_exponential],
    ids=["normal", "exponential"],
)
def test_ratio_covers_where_f_does_not(draw: Draw) -> None:
    # Sizes 20 and 40, true ratio 2: nominal 95 percent
    inside = 0
    for _ in range(300):
        low, high = bonett_ratio(2 * draw(20), draw(40), 0.05)
        inside += low <= 2 <= high
    assert inside / 300 >= 0.91


def test_f_interval_misses_for_exponential_values() -> None:
    # Why the robust interval is the default: Box (1953) on non-normality
    random = np.random.default_rng(4)
    inside = 0
    for _ in range(300):
        low, high = f_interval(random.exponential(2, 20), random.exponential(1, 40), 0.05, "two-sided")
        inside += low <= 2 <= high
    assert inside / 300 < 0.85
