"""No capability without stability; the case of 60 points of AR(1) with φ = 0.8."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.programs.audit import audit
from havoc_pipeline.programs.audit.stable_before_capable import stable_before_capable
from havoc_pipeline.signatures.types import Debate, Mode, Plan, Verdict
from havoc_pipeline.tables import Table

QUESTION = "Is the force capable between 10 and 30 N?"
COMMAND = "CAPABILITY value=force lsl=10 usl=30"


def drifting(seed: int) -> Table:
    """60 points of x[t] = 0.8 x[t-1] + e[t] about 20, with standard deviation 1."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.6, 60)  # 1 / sqrt(1 - 0.64) = 1 / 0.6
    values = [rng.normal(0, 1)]
    for step in noise[1:]:
        values.append(0.8 * values[-1] + step)
    return Table.from_columns({"force": (20 + np.array(values)).round(4)}, name="bond")


@pytest.mark.parametrize("seed", range(8))
def test_ar1_is_never_called_capable_unopposed(seed: int) -> None:
    table = drifting(seed)
    results = execute([parse_command(COMMAND)], table)
    assert results[0].result.decision != "supported"
    found = audit(QUESTION, table, Mode(), Plan(), results, Debate(), Verdict(decision="stands"),
                  "The process is capable.")  # fmt: skip
    assert any(i.rule == "stable before capable" and i.severity == "failure" for i in found.issues)


def test_a_sentence_that_takes_it_back_passes(judge) -> None:  # type: ignore[no-untyped-def]
    text = "This cannot be vouched for: the process is capable."
    assert judge(stable_before_capable, QUESTION, drifting(1), COMMAND, text=text) == []


def test_a_stable_process_may_be_called_capable(judge) -> None:  # type: ignore[no-untyped-def]
    stable = Table.from_columns({"force": np.random.default_rng(7).normal(20, 1, 60).round(4)}, name="bond")
    text = "The process is capable."
    assert judge(stable_before_capable, QUESTION, stable, COMMAND, text=text) == []
