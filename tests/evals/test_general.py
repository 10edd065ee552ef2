"""Measuring another language model: what it plans is compared, one plan a question, without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dspy
import pytest
from dspy.lm15 import Message, Request, Response, Usage
from llguidance import LLMatcher, LLTokenizer

from havoc_pipeline.evals.general import NO_PLAN, first_command_right, measure_general, sampled, shots, summary_of
from havoc_pipeline.lm.general import plan_constraint

TTEST = "RUN_TTEST response=strength group="
ROWS: list[dict[str, Any]] = [
    {"id": "1", "table": "resin.csv", "question": "Do the resins differ?", "expected": [TTEST + "resin"]},
    {"id": "2", "table": "resin.csv", "question": "Do the presses differ?", "expected": [TTEST + "press"]},
    {"id": "3", "table": None, "question": "Who won?", "expected": ["REFUSE reason=off_topic"]},
    {"id": "4", "table": "resin.csv", "question": "Describe strength", "expected": ["DESCRIBE columns=strength"]},
]
PLANS = {"resins": TTEST + "resin alternative=two-sided", "presses": TTEST + "resin", "won": "REFUSE reason=off_topic",
         "Describe": "DESCRIBE columns=nothing"}  # fmt: skip


class ByQuestion:
    """Answers with the plan of the word that the question has."""

    supports_response_schema = True
    supported_params = frozenset({"response_format"})

    def complete(self, request: Request) -> Response:
        last = request.messages[-1].text or ""
        plan = next(text for word, text in PLANS.items() if word in last)
        told = json.dumps({"plan": {"text": plan}})
        return Response(
            id=None, model=request.model, message=Message.assistant(told), finish_reason="stop", usage=Usage()
        )


@pytest.mark.parametrize("examples", [False, True])
def test_each_plan_is_compared_with_its_own_question(shipped: Path, examples: bool) -> None:
    lm = dspy.LM("script/test", engine=ByQuestion(), cache=False, num_retries=0)
    cases = measure_general(lm, ROWS, shipped, at_once=3, examples=examples)
    assert [case.id for case in cases] == ["1", "2", "3", "4"]
    assert [case.whole for case in cases] == [True, False, True, False]
    assert [case.cause for case in cases] == ["", "columns", "", NO_PLAN]
    assert first_command_right(cases, ROWS) == 0.75
    told = summary_of(cases, 2.0)
    assert (told["command"], told["whole"], told["refusals_right"], told["seconds_a_question"]) == (0.75, 0.5, 1.0, 0.5)


def test_a_sample_is_fixed_and_in_order() -> None:
    rows = [{"id": str(place)} for place in range(150)]
    chosen = sampled(rows, 60)
    assert len(chosen) == 60 and chosen == sampled(rows, 60)
    assert [int(row["id"]) for row in chosen] == sorted({int(row["id"]) for row in chosen})
    assert sampled(rows, None) == rows


def test_the_examples_are_sentences_of_their_own_grammar() -> None:
    for shot in shots():
        matcher = LLMatcher(LLTokenizer("byte"), LLMatcher.grammar_from_lark(plan_constraint(shot["subject"])))
        text = list(shot["plan"].text.encode())
        assert matcher.try_consume_tokens(text) == len(text), shot["plan"].text
        assert matcher.is_accepting()
