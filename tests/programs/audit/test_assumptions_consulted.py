"""A failed check must be spoken of and heeded."""

from __future__ import annotations

import numpy as np

from havoc_pipeline.programs.audit.assumptions_consulted import assumptions_consulted
from havoc_pipeline.signatures.types import Claim, Debate
from havoc_pipeline.tables import Table

RNG = np.random.default_rng(3)
UNEQUAL = Table.from_columns(
    {"y": np.concatenate([RNG.normal(5, 1, 30), RNG.normal(5, 9, 30)]).round(3), "g": ["a"] * 30 + ["b"] * 30}, name="t"
)
POOLED = "RUN_TTEST response=y group=g equal_variances=true"


def test_a_failed_check_that_nobody_names_fails_twice(judge) -> None:  # type: ignore[no-untyped-def]
    assert judge(assumptions_consulted, "Do a and b differ?", UNEQUAL, POOLED) == ["failure", "failure"]


def test_cited_and_heeded_it_passes(judge) -> None:  # type: ignore[no-untyped-def]
    debate = Debate(con=(Claim(text="the spreads differ", evidence=("r1.f3",)),))
    found = judge(assumptions_consulted, "Do a and b differ?", UNEQUAL, POOLED, decision="falls", debate=debate)
    assert found == []


def test_the_method_that_does_not_assume_it_passes(judge) -> None:  # type: ignore[no-untyped-def]
    assert judge(assumptions_consulted, "Do a and b differ?", UNEQUAL, "RUN_TTEST response=y group=g") == []
