"""Tests that are significant only alone are named."""

from __future__ import annotations

import numpy as np

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.programs.audit.multiplicity import multiplicity
from havoc_pipeline.tables import Table


def shifted(shift: float) -> Table:
    """Four lines of twelve, exactly symmetric about 10, line 1 moved by `shift`."""
    base = np.array([-1.6, -1.1, -0.8, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.8, 1.1, 1.6])
    mixed = base[[5, 0, 9, 3, 11, 2, 7, 4, 8, 1, 10, 6]]
    values = np.concatenate([10 + mixed + (shift if line == 0 else 0) for line in range(4)])
    return Table.from_columns({"y": values, "line": [f"L{1 + i // 12}" for i in range(48)]}, name="t")


COMMAND = "RUN_TTEST response=y mu=10 by=line"


def test_a_lone_p_value_among_four_is_named(judge) -> None:  # type: ignore[no-untyped-def]
    table = shifted(0.65)  # sd 0.93, standard error 0.27, t = 2.4 on 11: p about 0.035, four times that is above 0.05
    p_values = [r.result.values["p_value"] for r in execute([parse_command(COMMAND)], table)]
    assert 0.0125 < min(p_values) < 0.05
    assert judge(multiplicity, "Is the mean 10 on every line?", table, COMMAND) == ["warning"]


def test_a_strong_one_and_a_single_test_pass(judge) -> None:  # type: ignore[no-untyped-def]
    assert judge(multiplicity, "Is the mean 10 on every line?", shifted(3.0), COMMAND) == []
    alone = 'RUN_TTEST response=y mu=10 where=(line == "L1")'
    assert judge(multiplicity, "Is the mean 10 on line 1?", shifted(0.65), alone) == []
