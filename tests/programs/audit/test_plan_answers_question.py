"""What the question says and the plan leaves out or turns round."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.programs.audit.plan_answers_question import plan_answers_question
from havoc_pipeline.tables import Table

from .conftest import mention

RNG = np.random.default_rng(8)
TABLE = Table.from_columns(
    {"force": RNG.normal(22, 1, 40).round(3), "resin": ["old", "new"] * 20, "shift": ["day", "day", "night", "night"] * 10},
    name="t",
)  # fmt: skip
BOTH = "RUN_TTEST response=force group=resin"


def test_a_filter_said_and_left_out_fails(judge) -> None:  # type: ignore[no-untyped-def]
    question = "On the night shift, does the resin change the force?"
    said = [mention(question, "night", "shift", "night"), mention(question, "resin", "resin")]
    assert judge(plan_answers_question, question, TABLE, BOTH, mentions=said) == ["failure"]
    filtered = f'{BOTH} where=(shift == "night")'
    assert judge(plan_answers_question, question, TABLE, filtered, mentions=said) == []


def test_a_doubtful_link_is_no_ground_for_objection(judge) -> None:  # type: ignore[no-untyped-def]
    question = "At night, does the resin change the force?"
    doubtful = [mention(question, "night", "shift", "night", score=0.5)]
    assert judge(plan_answers_question, question, TABLE, BOTH, mentions=doubtful) == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [("CAPABILITY value=force lsl=18 usl=26", []), ("CAPABILITY value=force lsl=18", ["warning"])],
)
def test_limits_of_the_question_stand_in_the_plan(judge, command: str, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert judge(plan_answers_question, "Is the force capable between 18 and 26 N?", TABLE, command) == expected


def test_the_middle_of_a_tolerance_is_in_its_limits(judge) -> None:  # type: ignore[no-untyped-def]
    command = "CAPABILITY value=force lsl=18 usl=26"
    assert judge(plan_answers_question, "Cpk of the force, 22 ± 4 N", TABLE, command) == []
    assert judge(plan_answers_question, "Cpk of the force, 22 ± 5 N", TABLE, command) == ["warning", "warning"]


def test_numbers_of_the_story_are_let_pass(judge) -> None:  # type: ignore[no-untyped-def]
    question = "We pulled 40 wires in 3 weeks at 95% confidence: does the resin change the force?"
    assert judge(plan_answers_question, question, TABLE, BOTH) == []


@pytest.mark.parametrize(("way", "expected"), [("less", []), ("greater", ["failure"]), ("two-sided", [])])
def test_a_test_that_looks_the_other_way_fails(judge, way: str, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    command = f"RUN_TTEST response=force mu=21 alternative={way}"
    assert judge(plan_answers_question, "Is the mean force below 21?", TABLE, command) == expected
