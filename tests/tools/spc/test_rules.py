"""Each rule on the shortest series that completes it, and all of them against a plain loop."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havoc_pipeline.tools.spc import rules as module
from havoc_pipeline.tools.spc.rules import NELSON, RULE_SETS, Rule, rules_for, signals

Z = Sequence[float]


def points(rule: Rule, z: Z) -> list[int]:
    """Points, counted from 1, that break one rule."""
    return (np.flatnonzero(signals(np.array(z), [rule])) + 1).tolist()


def rule(name: str, number: int) -> Rule:
    return next(r for r in RULE_SETS[name] if r.number == number)


@pytest.mark.parametrize(
    ("number", "z", "expected"),
    [
        (1, [0, 3.1, -2.9, -3.01, 3.0], [2, 4]),
        (2, [0.1] * 8 + [-0.1] + [0.2] * 10, [18, 19]),
        (3, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0], [6, 7]),
        (3, [0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.0], []),
        (4, [0, 1] * 7, [14]),
        (4, [0, 1] * 6 + [0], []),
        (5, [2.1, 0, 2.1, 0, 0, 2.1, -2.1], [3]),
        (5, [2.1, 2.1], [2]),
        (6, [1.1, 1.1, 0, 1.1, 1.1, 0.5], [5]),
        (6, [1.1, 1.1, -1.1, 0, 1.1, 1.1], []),
        (7, [0.9, -0.9] * 8, [15, 16]),
        (8, [1.1, -1.1] * 4 + [0.5], [8]),
    ],
)
def test_nelson(number: int, z: Z, expected: list[int]) -> None:
    assert points(rule("nelson", number), z) == expected


@pytest.mark.parametrize(
    ("number", "z", "expected"),
    [(1, [3.1], [1]), (2, [2.5, 0, 2.5], [3]), (3, [1.5] * 4, [4]), (4, [-0.1] * 8, [8])],
)
def test_western_electric(number: int, z: Z, expected: list[int]) -> None:
    assert points(rule("western_electric", number), z) == expected


def test_minitab_counts_steps_where_nelson_counts_points() -> None:
    # Rspc 1.2.2, help page of Rule4: `minitab` 15 points with 14 changes, `jmp` 14 points with 13.
    assert points(rule("minitab", 3), [0, 1, 2, 3, 4, 5, 6]) == [7]
    assert points(rule("minitab", 4), [0, 1] * 7) == []
    assert points(rule("minitab", 4), [0, 1] * 7 + [0]) == [15]


def test_a_missing_point_and_a_point_on_the_centre_end_a_run() -> None:
    assert points(NELSON[1], [0.5] * 5 + [np.nan] + [0.5] * 8) == []
    assert points(NELSON[1], [0.5] * 5 + [0.0] + [0.5] * 8) == []
    assert points(NELSON[2], [0, 1, 2, np.nan, 3, 4, 5, 6]) == []


def test_rounding_does_not_put_a_point_beyond_or_aside() -> None:
    assert points(NELSON[0], [3 + 1e-12]) == []
    assert points(NELSON[1], [1e-15] * 9) == []
    assert points(NELSON[2], [i * 1e-13 for i in range(8)]) == []


def test_the_course_replaces_z_for_trends_only() -> None:
    z, course = np.zeros(8), np.arange(8.0)
    assert (np.flatnonzero(signals(z, [NELSON[2]], course)) + 1).tolist() == [6, 7, 8]


def test_bits_say_which_rule() -> None:
    broken = signals(np.array([0.0, 3.5, 2.5]), NELSON)
    assert broken.tolist() == [0, 1, 1 << 4]


def naive(z: Z, r: Rule) -> list[int]:
    """The rule by its words, one window at a time."""
    found = []
    for i in range(len(z)):
        last = z[max(0, i - r.length + 1) : i + 1]
        steps = [b - a for a, b in pairwise(last)]
        full = len(last) == r.length
        near = z[max(0, i - r.length) : i + 1]
        hit = {
            "beyond": abs(z[i]) > 3,
            "side": full and (min(last) > 0 or max(last) < 0),
            "trend": full and (all(s > 0 for s in steps) or all(s < 0 for s in steps)),
            "alternating": full and all(a * b < 0 for a, b in pairwise(steps)),
            "within": full and all(abs(v) < 1 for v in last),
            "outside": full and all(abs(v) > 1 for v in last),
            "zone": any(sum(w * v > r.reach for v in near) >= r.length and w * z[i] > r.reach for w in (1, -1)),
        }[r.pattern]
        if hit:
            found.append(i + 1)
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 60), st.sampled_from(["nelson", "western_electric", "minitab", "jasp"])
)
def test_every_rule_agrees_with_a_plain_loop(seed: int, n: int, name: str) -> None:
    random = np.random.default_rng(seed)
    z = np.round(random.normal(0, 1.2, n) + random.choice([0, 0.8]), 1) + 0.01
    z = np.cumsum(z) / 3 + 0.00017 if seed % 3 == 0 else z  # off the borders, where rounding decides
    for r in RULE_SETS[name]:
        assert points(r, z.tolist()) == naive(z.tolist(), r), (r, z.tolist())


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    z = np.random.default_rng(4).normal(size=5000)
    whole = signals(z, NELSON)
    monkeypatch.setattr(module, "_BLOCK", 37)
    assert np.array_equal(whole, signals(z, NELSON))


@pytest.mark.parametrize(
    ("name", "arl"),
    # Champ and Woodall (1987), Technometrics 29, 393-399: 370.4 for rule 1, 91.75 for Western Electric's four.
    # Tests 1 and 2, and all eight: 215 ± 3 and 73.0 ± 0.9 in 6,000 simulated run lengths.
    [("beyond_limits", 370.4), ("western_electric", 91.75), ("nelson_1_2", 218), ("nelson", 73)],
)
def test_average_run_length(name: str, arl: float) -> None:
    z = np.random.default_rng(7).normal(size=(1500, 400))
    apart = np.column_stack([z, np.full(1500, np.nan)])
    broken = signals(apart.ravel(), RULE_SETS[name]).reshape(apart.shape) > 0
    ran = np.where(broken.any(axis=1), broken.argmax(axis=1) + 1, 400)
    rate = broken.any(axis=1).sum() / ran.sum()  # maximum likelihood for a nearly geometric run length
    assert 1 / rate == pytest.approx(arl, rel=0.09)


def test_rules_on_zones_stay_off_skewed_charts() -> None:
    assert len(rules_for("nelson", "mean")) == len(rules_for("nelson", "individuals")) == 8
    assert [r.number for r in rules_for("nelson", "range")] == [1, 2, 3, 4]
    assert [r.number for r in rules_for("nelson", "moving range")] == [1]
    assert [r.number for r in rules_for("western_electric", "number of defects")] == [1, 4]
    assert [r.number for r in rules_for("minitab", "moving range")] == [1, 2, 3, 4]
    assert [r.number for r in rules_for("jasp", "mean")] == [1, 2, 3]
