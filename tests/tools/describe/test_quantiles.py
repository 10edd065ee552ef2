"""Quartiles against the examples of the programs whose conventions they follow."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.tools.describe.quantiles import quantile


def test_inclusive_agrees_with_excel() -> None:
    # Microsoft's page on QUARTILE.INC: 1, 2, 4, 7, 8, 9, 10, 12 has first quartile 3.5
    data = np.array([1.0, 2.0, 4.0, 7.0, 8.0, 9.0, 10.0, 12.0])
    assert quantile(data, 0.25, "inclusive") == 3.5


def test_exclusive_agrees_with_excel() -> None:
    # Microsoft's page on QUARTILE.EXC: quartiles 15 and 43
    data = np.array([6.0, 7.0, 15.0, 36.0, 39.0, 40.0, 41.0, 42.0, 43.0, 47.0, 49.0])
    assert (quantile(data, 0.25, "exclusive"), quantile(data, 0.75, "exclusive")) == (15.0, 43.0)


def test_inclusive_is_numpys_default() -> None:
    data = np.sort(np.random.default_rng(1).normal(size=37))
    for p in (0.05, 0.25, 0.5, 0.9):
        assert quantile(data, p, "inclusive") == pytest.approx(np.quantile(data, p))
        assert quantile(data, p, "exclusive") == pytest.approx(np.quantile(data, p, method="weibull"))


def test_ends_and_single_value() -> None:
    assert quantile(np.array([2.0]), 0.25, "exclusive") == 2.0
    assert quantile(np.array([1.0, 3.0]), 0.25, "exclusive") == 1.0
    assert quantile(np.array([1.0, 3.0]), 1.0, "inclusive") == 3.0
