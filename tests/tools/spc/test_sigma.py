"""Sigma within subgroups: published values, precision, refusals."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.spc.constants import c4, d2
from havoc_pipeline.tools.spc.sigma import Method, within_sigma
from havoc_pipeline.tools.spc.subgroups import Subgroups

Grouped = Callable[..., Subgroups]
# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rates; average moving range 1.8778.
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_moving_range(grouped: Grouped) -> None:
    assert within_sigma(grouped(FLOW), "moving_range").value == pytest.approx(1.8778 / 1.128, abs=6e-4)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("r_bar", (2 + 4) / 2 / d2(3)),
        ("s_bar", (1 + 2) / 2 / c4(3)),
        ("pooled", math.sqrt((1 + 4) / 2) / c4(5)),
    ],
)
def test_equal_subgroups_by_hand(grouped: Grouped, method: Method, expected: float) -> None:
    assert within_sigma(grouped([1, 2, 3, 5, 7, 9], size=3), method).value == pytest.approx(expected, rel=1e-12)


def test_unequal_subgroups_weigh_by_precision(grouped: Grouped) -> None:
    # Minitab, methods and formulas for the Xbar-R chart: f = d2²/d3², sigma = sum(f R/d2) / sum(f).
    found = within_sigma(grouped([0, 1, 0, 2, 4, 1, 3], labels=list("aabbbbb")), "r_bar")
    f2, f5 = (1.12838 / 0.85250) ** 2, (2.32593 / 0.86408) ** 2
    assert found.value == pytest.approx((f2 * 1 / 1.12838 + f5 * 4 / 2.32593) / (f2 + f5), rel=1e-5)


@pytest.mark.parametrize(
    # Minitab: pooled sum(n - 1), R-bar 0.9 k (n - 1), S-bar 0.95 k (n - 1) for subgroups of five.
    ("method", "degrees", "within"), [("pooled", 80, 1e-9), ("r_bar", 72, 0.6), ("s_bar", 76, 0.3)],
)  # fmt: skip
def test_degrees_of_freedom(grouped: Grouped, method: Method, degrees: float, within: float) -> None:
    values = np.random.default_rng(1).normal(size=100).tolist()
    assert within_sigma(grouped(values, size=5), method).degrees == pytest.approx(degrees, abs=within)


@pytest.mark.parametrize(("method", "size"), [("moving_range", None), ("r_bar", 5), ("s_bar", 5), ("pooled", 5)])
def test_unbiased_and_as_precise_as_its_degrees_say(grouped: Grouped, method: Method, size: int | None) -> None:
    random = np.random.default_rng(3)
    found = [within_sigma(grouped(random.normal(size=50).tolist(), size=size), method) for _ in range(1500)]
    values = np.array([s.value for s in found])
    assert values.mean() == pytest.approx(1, abs=0.012)
    assert values.std() * math.sqrt(2 * found[0].degrees) == pytest.approx(1, abs=0.07)


def test_methods_that_do_not_fit(grouped: Grouped) -> None:
    with pytest.raises(CommandError, match="use within=moving_range"):
        within_sigma(grouped(FLOW), "pooled")
    with pytest.raises(CommandError, match="pooled, r_bar or s_bar"):
        within_sigma(grouped(FLOW, size=5), "moving_range")


@pytest.mark.parametrize("values", [[5.0] * 6, [0.1] * 6, [1e9] * 6])
@pytest.mark.parametrize(("size", "method"), [(None, "moving_range"), (3, "pooled"), (3, "r_bar")])
def test_no_variation(grouped: Grouped, values: list[float], size: int | None, method: Method) -> None:
    with pytest.raises(DataError, match="does not vary within subgroups"):
        within_sigma(grouped(values, size=size), method)


def test_one_value_has_no_moving_range(grouped: Grouped) -> None:
    with pytest.raises(DataError, match="needs at least 2"):
        within_sigma(grouped([3.0]), "moving_range")
