"""`havoc ask` against `havoc serve`: the plans of the embedded model, one and sixteen at a time, and an end in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from havoc_pipeline.api import SRS
from havoc_pipeline.errors import ServerLostError
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.models import choose_lm
from havoc_pipeline.lm.plan_grammar import plan_grammar
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.lm.reading import read
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.signatures.types import Answer
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import all_tools

from .conftest import ROOT
from .questions import QUESTIONS, answers, gist

ENTRY = "import sys; sys.argv[0] = 'havoc'; from havoc_pipeline.cli.main import run; run()"
Tell = Callable[[str], None]
pytestmark = pytest.mark.slow


@dataclass
class Running:
    """A `havoc serve`: its process, its address and what it printed."""

    process: subprocess.Popen[str]
    base: str
    printed: str


@contextmanager
def havoc_serve(folder: Path, *arguments: str) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # The CPU threads of a shared machine are not to be bound.
    environment |= {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", ENTRY, "serve", "--port", port, "--log", str(folder / "vllm.log"), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in range(3))
        assert "is served at" in printed, (folder / "vllm.log").read_text("utf-8")[-3000:]
        yield Running(process, f"http://127.0.0.1:{port}/v1", printed)
    finally:
        process.terminate()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with havoc_serve(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Answer]]:
    """What the embedded model answers to every question; nothing kept elsewhere is used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVOC_HOME", str(tmp_path_factory.mktemp("home")))
        yield answers(SRS("embedded"), range(len(QUESTIONS)))


def completed(server: Running) -> float:
    """Requests that the server has answered in all, by its own count."""
    lines = httpx.get(f"{server.base.removesuffix('/v1')}/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("vllm:request_success_total"))


def test_fifty_questions_one_at_a_time_through_havoc_ask(
    server: Running, embedded: list[Answer], tell: Tell, tmp_path: Path
) -> None:
    lines = [{"id": str(i), "question": question, "table": table} for i, (table, question) in enumerate(QUESTIONS)]
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    command = [sys.executable, "-c", ENTRY, "ask", "--file", str(tmp_path / "asked.jsonl"), "--data-dir",
               str(ROOT / "datasets" / "tables"), "--out", str(tmp_path / "out.jsonl"), "--lm", "openai/havoc-mini",
               "--api-base", server.base]  # fmt: skip
    before, started = completed(server), time.monotonic()
    told = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert told.returncode == 0, told.stderr
    seconds, asked = time.monotonic() - started, completed(server) - before
    tell(f"{len(QUESTIONS)} questions, one at a time: {seconds:.1f} s, {asked:.0f} requests")
    assert asked >= len(QUESTIONS)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    served = [Answer.model_validate(line) for line in found]
    assert [gist(answer) for answer in served] == [gist(answer) for answer in embedded]
    assert [a.confidence for a in served] == pytest.approx([a.confidence for a in embedded], abs=1e-3)


def test_fifty_questions_sixteen_at_a_time(server: Running, embedded: list[Answer], tell: Tell) -> None:
    lm = choose_lm("openai/havoc-mini", server.base)
    before, started = completed(server), time.monotonic()
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda i: answers(SRS(lm), [i])[0], range(len(QUESTIONS))))
    seconds, asked = time.monotonic() - started, completed(server) - before
    tell(f"{len(QUESTIONS)} questions, sixteen at a time: {seconds:.1f} s, {asked:.0f} requests")
    assert asked >= len(QUESTIONS)
    assert [gist(answer) for answer in found] == [gist(answer) for answer in embedded]


def test_vllms_structured_output_writes_what_the_grammar_allows_in_process(server: Running, tell: Tell) -> None:
    """The same grammar text in vLLM: a plan from it is a sentence of the grammar, and the greedy one."""
    planner, equal = Planner.load(), 0
    for name, question in QUESTIONS[::5]:
        table = Table.read(ROOT / "datasets" / "tables" / name)
        reading = read(ground(question, table), table)
        ids = planner.tokenizer.ids
        grammar = plan_grammar(all_tools().values(), reading, ids)
        prompt = planner.tokenizer.encode(reading.text)
        asked = {"model": "havoc-mini", "prompt": prompt, "max_tokens": 60, "temperature": 0.0,
                 "structured_outputs": {"grammar": grammar}, "stop_token_ids": [ids[END]], "return_token_ids": True}  # fmt: skip
        told = httpx.post(f"{server.base}/completions", json=asked, timeout=300)
        assert told.status_code == 200, told.text
        written = [token for token in told.json()["choices"][0]["token_ids"] if token != ids[END]]
        assert planner.tokenizer.spell(written) == planner.tokenizer.spell(_greedy(planner, prompt, grammar, ids[END]))
        equal += 1
    tell(f"{equal} plans by vLLM's own structured output, all equal to greedy decoding in process")


def _greedy(planner: Planner, prompt: list[int], grammar: str, end: int) -> list[int]:
    """Greedy decoding under the grammar with the numpy runtime, written apart from the search."""
    import numpy as np
    from llguidance import LLMatcher

    runtime: Any = planner._runtime
    matcher = LLMatcher(planner._constraints, LLMatcher.grammar_from_lark(grammar))
    state, written = runtime.prefill(prompt), list[int]()
    while True:
        allowed = np.flatnonzero(np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8))
        allowed = allowed[allowed < runtime.vocab_size]
        token = int(allowed[int(state.logits_of(allowed)[0].argmax())])
        if token == end:
            return written
        written.append(token)
        matcher.consume_token(token)
        state = runtime.extend(state, [[token]])


def test_a_key_is_asked_for_and_the_server_stops_in_order(tmp_path: Path) -> None:
    with havoc_serve(tmp_path, "--api-key", "secret") as running:
        assert httpx.get(f"{running.base}/models").status_code == 401
        keyed = httpx.get(f"{running.base}/models", headers={"Authorization": "Bearer secret"})
        assert keyed.status_code == 200
        children = _descendants(running.process.pid)
        assert children
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) == 130
    assert not [pid for pid in children if _alive(pid)]


def _kill(processes: Iterable[int]) -> None:
    for pid in filter(_alive, processes):
        os.kill(pid, signal.SIGKILL)


def test_a_server_that_dies_mid_question_is_one_sentence(tmp_path: Path) -> None:
    with havoc_serve(tmp_path) as running:
        lm = choose_lm("openai/havoc-mini", running.base)
        children = _descendants(running.process.pid)
        threading.Timer(0.2, _kill, (children,)).start()
        with pytest.raises(ServerLostError, match="does not answer"):
            answers(SRS(lm), [0] * 200)
        assert running.process.wait(60) != 0  # `havoc serve` says that vLLM ended, and ends too


def _descendants(pid: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        found += [int(child), *_descendants(int(child))]
    return found


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
