"""Pairs tested as samples, and dependence in time that the rows' order hides."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.programs.audit.independent_rows import independent_rows
from havoc_pipeline.tables import Table

RNG = np.random.default_rng(6)


def test_before_and_after_as_two_samples_fails(judge) -> None:  # type: ignore[no-untyped-def]
    before = RNG.normal(50, 3, 20).round(2)
    table = Table.from_columns(
        {"force before": before, "force after": (before + 1).round(2) + RNG.normal(0, 0.3, 20).round(2)}
    )
    assert any(block.kind == "pair" for block in table.profile.blocks)
    two = 'RUN_TTEST response=["force before", "force after"]'
    paired = 'RUN_TTEST before="force before" after="force after"'
    assert judge(independent_rows, "Did it change?", table, two) == ["failure"]
    assert judge(independent_rows, "Did it change?", table, paired) == []


@pytest.mark.parametrize(("items", "expected"), [(list(range(12)) * 2, ["warning"]), (list(range(24)), [])])
def test_each_item_once_in_both_groups_is_a_pair(judge, items: list[int], expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    table = Table.from_columns(
        {"y": RNG.normal(5, 1, 24).round(3), "when": ["old"] * 12 + ["new"] * 12, "piece": [f"P{i}" for i in items]}
    )
    found = judge(independent_rows, "Did y change?", table, "RUN_TTEST response=y group=when",
                  roles={"piece": {"part": 0.9}})  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(("phi", "expected"), [(0.9, ["warning"]), (0.0, [])])
def test_dependence_in_time_that_shuffled_rows_hide(judge, phi: float, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(11)
    values = [0.0]
    for step in rng.normal(0, 1, 79):
        values.append(phi * values[-1] + step)
    shuffled = rng.permutation(80)
    table = Table.from_columns(
        {"y": np.array(values)[shuffled].round(4), "g": [("a", "b")[i % 2] for i in shuffled], "run": shuffled + 1}
    )
    found = judge(independent_rows, "Do a and b differ?", table, "RUN_TTEST response=y group=g",
                  roles={"run": {"run_order": 0.9}})  # fmt: skip
    assert found == expected
