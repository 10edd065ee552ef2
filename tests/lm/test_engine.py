"""The engine's contract: requests in, alternatives and probabilities out."""

from __future__ import annotations

import copy
import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

import dspy
import pytest
from dspy.lm15 import Config, Message, Request

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.mentions import Links
from havoc_pipeline.lm.engine import MOST_OPEN, HavocEngine
from havoc_pipeline.lm.models import adapter_for, choose_lm, engine_lm, tasks_of


def _scripted() -> Any:
    path = Path(__file__).parents[1] / "programs" / "scripted.py"
    spec = importlib.util.spec_from_file_location("scripted", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scripted"] = module
    spec.loader.exec_module(module)
    return module


PLANS = {"DESCRIBE": 0.6, "REFUSE reason=ambiguous": 0.3}


@pytest.fixture
def engine() -> HavocEngine:
    return HavocEngine(_scripted().ScriptedPlanner(PLANS, shares={"<con>": 3.0}))


def ask(engine: HavocEngine, asked: dict[str, Any]) -> Any:
    config = Config(extensions={"havoc": asked})
    return engine.complete(Request(model=engine.model, messages=(Message.user("<plan> x <cmd>"),), config=config))


def test_plans_come_with_their_probabilities(engine: HavocEngine) -> None:
    key = engine.open_case("x", None, Links("x", ()))
    found = ask(engine, {"plan": key})
    assert found.message.text == "DESCRIBE"
    assert found.provider_data["havoc"]["confidence"] == 0.9
    assert [p["probability"] for p in found.provider_data["havoc"]["plans"]] == [0.6, 0.3]


def test_an_excluded_plan_does_not_come_back(engine: HavocEngine) -> None:
    key = engine.open_case("x", None, Links("x", ()))
    assert ask(engine, {"plan": key, "excluded": [["DESCRIBE"]]}).message.text == "REFUSE reason=ambiguous"
    with pytest.raises(ModelError, match="no other plan"):
        ask(engine, {"plan": key, "excluded": [[text] for text in PLANS]})


def test_a_choice_tells_each_options_log_probability(engine: HavocEngine) -> None:
    found = ask(engine, {"options": ["<pro>", "<con>"]})
    assert found.message.text == "<con>"
    assert found.logprobs[0].logprob == pytest.approx(math.log(0.75))
    assert {t.token: t.logprob for t in found.logprobs[0].top} == pytest.approx(
        {"<con>": math.log(0.75), "<pro>": math.log(0.25)}
    )


def test_a_request_for_nothing_or_a_closed_case_is_refused(engine: HavocEngine) -> None:
    with pytest.raises(ModelError, match="plans and choices only"):
        ask(engine, {})
    key = engine.open_case("first", None, Links("first", ()))
    for i in range(MOST_OPEN):
        engine.open_case(str(i), None, Links(str(i), ()))
    with pytest.raises(ModelError, match="not open"):
        ask(engine, {"plan": key})


def test_copies_share_the_engine_and_the_name_carries_the_weights(engine: HavocEngine) -> None:
    assert copy.deepcopy(engine) is engine
    assert engine.model == "havoc/embedded-" + "0" * 16
    lm = engine_lm(dspy, engine)
    assert tasks_of(lm) == frozenset({"plan"})
    assert type(adapter_for(lm)).__name__ == "HavocAdapter"


def test_a_served_model_is_declared_with_a_schema_and_a_grammar() -> None:
    lm = choose_lm("openai/some-model", "http://127.0.0.1:9/v1")
    assert lm.supports_response_schema
    assert adapter_for(lm).constrained
    assert tasks_of(lm) is None


@pytest.mark.parametrize(
    ("name", "base"), [("embedded/nowhere", None), ("local/nowhere", None), ("openai/x", "ftp://x"), ("openai/", None)]
)
def test_a_model_that_is_not_there_is_one_sentence(name: str, base: str | None) -> None:
    with pytest.raises(ModelError, match=r"no HAVOC model|no model at|give it as http|names no"):
        choose_lm(name, base)


def test_the_environment_names_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVOC_LM", "local/nowhere")
    with pytest.raises(ModelError, match="no model at"):
        choose_lm()
