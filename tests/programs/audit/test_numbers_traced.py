"""A number that no tool computed is caught; one that a tool did is let pass."""

from __future__ import annotations

import pytest

from havoc_pipeline.programs.audit.numbers_traced import numbers_traced
from havoc_pipeline.signatures.types import Claim, Debate
from havoc_pipeline.tables import Table

TABLE = Table.from_columns({"x1": [1.25, 2.5, 3.0, 4.75, 2.0, 3.5]}, name="t")
COMMAND = "RUN_TTEST response=x1 mu=2"
# mean 17 / 6 = 2.8333, difference 0.8333


@pytest.mark.parametrize("text", ["The mean of x1 is 2.83.", "It lies 0.8333 above 2.", "At 95% there are 6 values."])
def test_numbers_of_a_result_the_plan_or_the_level_pass(judge, text: str) -> None:  # type: ignore[no-untyped-def]
    assert judge(numbers_traced, "Is x1 above 2?", TABLE, COMMAND, text=text) == []


@pytest.mark.parametrize(
    "text", ["The mean of x1 is 2.84.", "It lies 0.9 above 2.", "There are 7 values.", "p < 0.004"]
)
def test_a_number_from_nowhere_fails(judge, text: str) -> None:  # type: ignore[no-untyped-def]
    assert judge(numbers_traced, "Is x1 above 2?", TABLE, COMMAND, text=text) == ["failure"]


def test_claims_are_held_to_it_as_well(judge) -> None:  # type: ignore[no-untyped-def]
    debate = Debate(con=(Claim(text="a skewness of 4.321 speaks against it", evidence=("r1.f1",)),))
    assert judge(numbers_traced, "Is x1 above 2?", TABLE, COMMAND, text="", debate=debate) == ["failure"]


def test_the_tools_own_sentence_passes(judge) -> None:  # type: ignore[no-untyped-def]
    assert judge(numbers_traced, "Is x1 above 2?", TABLE, COMMAND) == []
