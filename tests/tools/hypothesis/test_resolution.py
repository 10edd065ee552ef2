"""The recorded step against the spread."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.tools.hypothesis.resolution import resolution, step_of


def test_step_ignores_rounding_of_doubles() -> None:
    assert step_of(np.array([0.1 + 0.2, 0.3, 0.4])) == pytest.approx(0.1)
    assert step_of(np.full(3, 2.0)) == 0.0


@pytest.mark.parametrize(("places", "status"), [(2, "pass"), (0, "pass"), (-1, "warn")])
def test_coarse_scale_warns(places: int, status: str) -> None:
    values = np.random.default_rng(1).normal(50, 4, 60).round(places)
    assert resolution(values, "y").status == status


def test_limit_and_equal_values() -> None:
    values = np.random.default_rng(1).normal(50, 1.5, 60).round(0)
    assert resolution(values, "y", limit=0.5).status == "warn"
    assert resolution(np.full(4, 1.0), "y").status == "note"
