"""Score intervals against the tables of Newcombe's papers, and which level is the event."""

from __future__ import annotations

import pytest

from havoc_pipeline.tools.hypothesis.proportions import event_of, is_outcome, newcombe, wilson


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombe(count: int, n: int, low: float, high: float) -> None:
    # Newcombe (1998), Stat. Med. 17, 857-872, table I, method 3
    assert wilson(count, n, 0.05) == pytest.approx((low, high), abs=5e-5)


def test_wilson_ends() -> None:
    assert wilson(0, 5, 0.05)[0] == 0.0
    assert wilson(5, 5, 0.05)[1] == 1.0


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_difference_agrees_with_newcombe(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    # Newcombe (1998), Stat. Med. 17, 873-890, table II, method 10
    assert newcombe(first, second, 0.05) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("levels", "event"),
    [
        (("0", "1"), "1"), (("no", "yes"), "yes"), (("fail", "pass"), "fail"), (("NOK", "OK"), "NOK"),
        (("A", "B"), "B"), (("n", "y"), "y"), (("gut", "schlecht"), "schlecht"),
    ],
)  # fmt: skip
def test_event(levels: tuple[str, ...], event: str) -> None:
    assert event_of(levels) == event


def test_outcomes_are_told_from_groups() -> None:
    assert is_outcome(("ok", "nok"))
    assert not is_outcome(("left", "right"))
    assert not is_outcome(("ok", "nok", "rework"))
