"""Levels stand in the order a reader expects."""

import pytest

from havoc_pipeline.tables.levels import in_order, scale_of


@pytest.mark.parametrize(
    ("levels", "order"),
    [
        (["high", "low", "medium"], ("low", "medium", "high")),
        (["High", "Low"], ("Low", "High")),
        (["10", "9", "-1", "1.5"], ("-1", "1.5", "9", "10")),
        (["Line 10", "Line 2"], ("Line 2", "Line 10")),
        (["b", "a", "C"], ("a", "b", "C")),
        (["after", "before"], ("before", "after")),
        (["hoch", "niedrig", "mittel"], ("niedrig", "mittel", "hoch")),
        (["agree", "strongly agree", "neutral", "disagree"], ("disagree", "neutral", "agree", "strongly agree")),
        (["Wed", "Mon", "Tue"], ("Mon", "Tue", "Wed")),
        (["10", "a", "2"], ("2", "10", "a")),
    ],
)
def test_natural_order(levels: list[str], order: tuple[str, ...]) -> None:
    assert in_order(levels) == order


def test_unknown_words_have_no_scale() -> None:
    assert scale_of(["low", "blue"]) is None
    assert scale_of(["low"]) is None
