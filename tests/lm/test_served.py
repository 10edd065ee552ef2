"""HAVOC-mini behind a server: the same plans as in process, and each failure as one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from havoc_pipeline.cli.ask import AskOptions, ask_many
from havoc_pipeline.errors import ModelError, ServerLostError
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.connection import Connection
from havoc_pipeline.lm.dialects import LEAST, VLLM, LlamaServer
from havoc_pipeline.lm.engine import HavocEngine
from havoc_pipeline.lm.models import adapter_for, choose_lm, tasks_of
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.lm.served import ServedRuntime, load_served, served_planner
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.model.runtime import HavocRuntime
from havoc_pipeline.tables import Table

from .served_stub import Stub, serving

QUESTIONS = (
    ("resin.csv", "Did the new resin raise tensile strength?"),
    ("resin.csv", "what is the mean strength"),
    ("bond.csv", "Is the force in control?"),
    ("bond.csv", "who won the world cup"),
)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running


@pytest.mark.parametrize("owner", ["vllm", "llamacpp"])
def test_plans_and_confidence_are_those_of_the_embedded_model(owner: str, shipped: Path) -> None:
    with serving(Stub(owner)) as stub:
        here, there = Planner.load(), served_planner("havoc-mini", stub.base)
        for name, question in QUESTIONS:
            table = Table.read(shipped / name)
            links = ground(question, table)
            ours, theirs = (planner.propose(question, table, links) for planner in (here, there))
            assert [p.commands for p in theirs] == [p.commands for p in ours]
            assert [p.probability for p in theirs] == pytest.approx([p.probability for p in ours], abs=1e-4)
            assert there.confidence(question, table, links, theirs) == pytest.approx(
                here.confidence(question, table, links, ours), abs=1e-3
            )
        assert stub.requests > len(QUESTIONS)


def test_more_candidates_than_vllm_scores_at_once_are_asked_in_parts(stub: Stub) -> None:
    served = ServedRuntime(Connection(stub.base), "havoc-mini", SHIPPED, VLLM())
    found = served.extend(served.prefill([1, 2]), [[3]]).logits_of(range(300))
    assert found.shape == (1, 300) and stub.requests == 3
    state = HavocRuntime.load(SHIPPED).prefill([1, 2, 3]).logits_of(range(300))
    apart = found - state
    assert float(apart.max() - apart.min()) < 1e-4


def test_a_probability_of_zero_is_the_least_and_one_that_is_missing_is_told() -> None:
    told = {"choices": [{"logprobs": {"content": [{"top_probs": [{"id": 4, "prob": 1.0}]}]}}]}
    assert LlamaServer().told(told, [3, 4]) == [LEAST, 0.0]
    with pytest.raises(ValueError, match=r"sum to 0\.000, not 1"):
        LlamaServer().told(told, [3, 5])


def test_questions_go_side_by_side(stub: Stub, shipped: Path) -> None:
    table = Table.read(shipped / "resin.csv")
    engine = load_served("havoc-mini", stub.base)
    planner = engine._planner
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: planner.propose(QUESTIONS[i % 2][1], table)[0].commands, range(8)))
    assert found[::2] == [found[0]] * 4 and found[1::2] == [found[1]] * 4
    assert engine.together and not HavocEngine.together


def test_the_name_chooses_havocs_own_prompts(stub: Stub) -> None:
    lm = choose_lm("openai/havoc-mini", stub.base)
    assert type(adapter_for(lm)).__name__ == "HavocAdapter"
    assert "plan" in (tasks_of(lm) or ())
    state = lm.engine.dump_state()
    assert HavocEngine.load_state(state).model == lm.engine.model == f"havoc/served-{state['fingerprint'][:16]}"


@pytest.mark.parametrize(
    ("stub_of", "name", "told"),
    [
        (Stub(weights="0" * 16), "havoc-mini", "same release of HAVOC on both sides"),
        (Stub(weights=""), "havoc-mini", "start it with `havoc serve`"),
        (Stub(), "havoc-7b", "does not serve `havoc-7b`; it serves havoc-mini"),
        (Stub(key="secret"), "havoc-mini", "set HAVOC_API_KEY"),
        (Stub("llamacpp", spoilt=1.5), "havoc-mini", "has other weights than the shipped HAVOC-mini"),
        (Stub("llamacpp"), "havoc-7b", "does not serve `havoc-7b`; it serves havoc-mini"),
        (Stub("me"), "havoc-mini", "llama-cpp-python's server takes no token numbers"),
        (Stub("library"), "havoc-mini:latest", "Ollama takes no token numbers"),
    ],
)
def test_a_server_that_does_not_fit_is_one_sentence(stub_of: Stub, name: str, told: str) -> None:
    with serving(stub_of), pytest.raises(ModelError, match=told):
        choose_lm(f"openai/{name}", stub_of.base)


def test_the_key_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAVOC_API_KEY", "secret")
    with serving(Stub(key="secret")) as stub:
        assert load_served("havoc-mini", stub.base).tasks


def test_no_server_is_one_sentence() -> None:
    with pytest.raises(ServerLostError, match="start it with `havoc serve`"):
        choose_lm("openai/havoc-mini", "http://127.0.0.1:9/v1")


def test_a_run_whose_server_dies_stops_with_one_sentence_and_goes_on_later(tmp_path: Path, shipped: Path) -> None:
    asked, out = tmp_path / "asked.jsonl", tmp_path / "answers.jsonl"
    asked.write_text(
        "\n".join(json.dumps({"id": str(i), "question": q, "table": t}) for i, (t, q) in enumerate(QUESTIONS)), "utf-8"
    )
    with serving(Stub()) as whole:
        first = AskOptions(
            None, file=asked, data_dir=shipped, out=tmp_path / "w", lm="openai/havoc-mini", api_base=whole.base
        )
        ask_many(first)
    with (
        serving(Stub(left=whole.requests * 7 // 8)) as dying,
        pytest.raises(ServerLostError, match="what was finished is kept"),
    ):
        ask_many(AskOptions(None, file=asked, data_dir=shipped, out=out, lm="openai/havoc-mini", api_base=dying.base))
    kept = out.read_text("utf-8").splitlines()
    assert 0 < len(kept) < len(QUESTIONS)
    with serving(Stub()) as again:
        ask_many(AskOptions(None, file=asked, data_dir=shipped, out=out, lm="openai/havoc-mini", api_base=again.base))
    done = out.read_text("utf-8").splitlines()
    assert done[: len(kept)] == kept
    assert [json.loads(line)["id"] for line in done] == [str(i) for i in range(len(QUESTIONS))]
