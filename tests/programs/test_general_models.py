"""The same programs under other language models, with scripted answers and no network."""

from __future__ import annotations

import json
from typing import Any

import dspy
import pytest
from dspy.lm15 import Message, Request, Response, Usage

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.general import GeneralAdapter
from havoc_pipeline.programs.base import UNTRACED, Base
from havoc_pipeline.programs.composing import UNCALIBRATED
from havoc_pipeline.programs.srs import SRS
from havoc_pipeline.programs.tools import Tools
from havoc_pipeline.tables import Table

PLAN = "RUN_TTEST response=strength group=resin"
GOOD = {"wording": {"summary": "The resins differ by {r1.difference} (p {r1.p_value}).", "caveats": []}}


class ScriptedEngine:
    """Answers each request with the next text, and keeps the requests."""

    supports_response_schema = True
    supported_params = frozenset({"response_format"})

    def __init__(self, texts: list[Any]) -> None:
        self.texts = [t if isinstance(t, str) else json.dumps(t) for t in texts]
        self.requests: list[Request] = []

    def complete(self, request: Request) -> Response:
        self.requests.append(request)
        text = self.texts.pop(0)
        if text == "down":
            raise ConnectionError("connection refused")
        return Response(
            id=None, model=request.model, message=Message.assistant(text), finish_reason="stop", usage=Usage()
        )


def scripted(*texts: Any) -> tuple[Any, ScriptedEngine]:
    engine = ScriptedEngine(list(texts))
    return dspy.LM("script/test", engine=engine, cache=False, num_retries=0), engine


def test_tools_words_the_results_anew(resin: Table) -> None:
    lm, engine = scripted({"plan": {"text": PLAN}}, GOOD)
    answer = Tools(lm)(question="Do the resins differ?", table=resin)
    assert answer.status == "answered"
    assert answer.summary.startswith("The resins differ by ")
    assert "{" not in answer.summary
    assert UNCALIBRATED in answer.caveats
    assert engine.requests[0].config.response_format is not None


def test_a_wrong_plan_goes_back_once_with_the_error(resin: Table) -> None:
    lm, engine = scripted({"plan": {"text": "RUN_TTEST response=strenght group=resin"}}, {"plan": {"text": PLAN}}, GOOD)
    answer = Tools(lm)(question="Do the resins differ?", table=resin)
    assert answer.status == "answered"
    assert "did you mean" in engine.requests[1].messages[-1].text
    assert len(engine.requests) == 3


def test_two_wrong_plans_leave_the_question_open(resin: Table) -> None:
    lm, engine = scripted({"plan": {"text": "RUN_TTEST response=width"}}, "NOTHING like=this")
    answer = Tools(lm)(question="Do the resins differ?", table=resin)
    assert answer.status == "unsure"
    assert answer.results == ()
    assert len(engine.requests) == 2


@pytest.mark.parametrize("summary", ["They differ by 12.3 units.", "They differ, p {r1.nothing}.", "They differ {."])
def test_a_number_of_the_models_own_never_reaches_the_answer(resin: Table, summary: str) -> None:
    lm, _ = scripted({"plan": {"text": PLAN}}, {"wording": {"summary": summary, "caveats": []}})
    case = Tools(lm).reason("Do the resins differ?", resin)
    assert case.answer is not None
    assert case.answer.summary == case.executed.results[0].statement
    assert "the tools' own sentences stand instead" in case.journal[-1].note


@pytest.mark.usefixtures("clean_audit")
def test_srs_drops_claims_and_verdicts_without_evidence(resin: Table) -> None:
    mode = {"mode": {"domain": "hypothesis", "difficulty": "low", "risk": "high"}}
    debate = {
        "debate": {
            "pro": [{"text": "It is normal.", "evidence": ["r1.f1"]}],
            "con": [{"text": "No.", "evidence": ["x"]}],
        }
    }
    lm, _ = scripted(
        mode, {"plan": {"text": PLAN}}, debate, {"verdict": {"decision": "falls", "reasons": ["so"]}}, GOOD
    )
    case = SRS(lm).reason("Do the resins differ?", resin)
    assert [claim.text for claim in case.debate.pro] == ["It is normal."]
    assert case.debate.con == ()
    assert case.verdict.decision == "stands"
    assert next(r for r in case.journal if r.stage == "ARBITER").by == "rule"


@pytest.mark.usefixtures("clean_audit")
def test_little_at_stake_needs_no_debate(resin: Table) -> None:
    mode = {"mode": {"domain": "hypothesis", "difficulty": "low", "risk": "low"}}
    lm, engine = scripted(mode, {"plan": {"text": PLAN}}, GOOD)
    case = SRS(lm).reason("Do the resins differ?", resin)
    assert next(r for r in case.journal if r.stage == "ARGUE").by == "skipped"
    assert len(engine.requests) == 3


def test_a_constrained_model_gets_the_tables_own_grammar(resin: Table) -> None:
    lm, engine = scripted(PLAN)
    program = Tools(lm)
    program.adapter = GeneralAdapter(constrained=True)
    engine.texts.append(json.dumps(GOOD))
    program(question="Do the resins differ by 3?", table=resin)
    grammar = (engine.requests[0].config.extensions or {})["structured_outputs"]["grammar"]
    assert '"\\"strength\\""' in grammar
    assert '"3"' in grammar
    assert engine.requests[0].config.logprobs == 0


def test_the_model_alone_is_marked_as_such(resin: Table) -> None:
    lm, _ = scripted({"reply": {"text": "The new one is better."}})
    answer = Base(lm)(question="Which is better?", table=resin)
    assert answer.summary == "The new one is better."
    assert answer.caveats == (UNTRACED,)
    assert answer.results == ()


def test_a_model_out_of_reach_is_one_sentence(resin: Table) -> None:
    lm, _ = scripted("down")
    with pytest.raises(ModelError, match="gave no answer"):
        Tools(lm)(question="Do the resins differ?", table=resin)
