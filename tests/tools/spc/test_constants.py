"""Control-chart constants against closed forms and the published table."""

import math

import numpy as np
import pytest

from havoc_pipeline.tools.spc.constants import by_size, c4, d2, d3

# ASTM Manual on Presentation of Data and Control Chart Analysis, 7th ed., table of factors.
PUBLISHED = [
    (2, 1.128, 0.853, 0.7979), (3, 1.693, 0.888, 0.8862), (4, 2.059, 0.880, 0.9213), (5, 2.326, 0.864, 0.9400),
    (6, 2.534, 0.848, 0.9515), (7, 2.704, 0.833, 0.9594), (8, 2.847, 0.820, 0.9650), (9, 2.970, 0.808, 0.9693),
    (10, 3.078, 0.797, 0.9727), (15, 3.472, 0.756, 0.9823), (20, 3.735, 0.729, 0.9869), (25, 3.931, 0.708, 0.9896),
]  # fmt: skip


@pytest.mark.parametrize(("n", "mean", "spread", "bias"), PUBLISHED)
def test_the_published_table(n: int, mean: float, spread: float, bias: float) -> None:
    assert d2(n) == pytest.approx(mean, abs=5.1e-4)
    assert d3(n) == pytest.approx(spread, abs=5.1e-4)
    assert c4(n) == pytest.approx(bias, abs=5.1e-5)


def test_closed_forms_for_two_and_three() -> None:
    assert d2(2) == pytest.approx(2 / math.sqrt(math.pi), rel=1e-13)
    assert d2(3) == pytest.approx(3 / math.sqrt(math.pi), rel=1e-13)
    assert d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), rel=1e-12)
    assert c4(2) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-14)


def test_large_subgroups() -> None:
    assert d2(100) == pytest.approx(5.01519, abs=5e-6)  # Harter (1960), Ann. Math. Stat. 31, 1122-1147
    assert d2(1000) == pytest.approx(6.4829, abs=5e-4)  # Tippett (1925), table X: 6.48287
    assert c4(999) < c4(1000) < c4(1001) < c4(10**9) < 1
    assert c4(10**7) == pytest.approx(1 - 1 / (4 * 10**7), rel=1e-12)


def test_by_size_gives_no_constant_to_single_readings() -> None:
    found = by_size(d2, np.array([2, 1, 5]))
    assert found[[0, 2]] == pytest.approx([d2(2), d2(5)])
    assert math.isnan(found[1])
