"""The shipped HAVOC-mini behind llama.cpp's own server: its tokens, its log-probabilities, and `havoc ask` against it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch

from havoc_pipeline.api import SRS
from havoc_pipeline.cli.ask import AskOptions, ask_many
from havoc_pipeline.errors import ModelError
from havoc_pipeline.export.gguf_file import export_gguf
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.models import choose_lm
from havoc_pipeline.lm.reading import read
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.model.runtime import HavocRuntime
from havoc_pipeline.signatures.types import Answer
from havoc_pipeline.tables import Table
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from tests.serving.questions import QUESTIONS, TABLES, answers, gist

from .llama_server import llama_server

pytest.importorskip("gguf", reason="the package gguf (extra `export`) is not installed")
pytest.importorskip("xllamacpp", reason="the package xllamacpp, which brings llama.cpp's server, is not installed")
MOST = 24
Tell = Callable[[str], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with llama_server(export_gguf(SHIPPED, folder / "mini.gguf"), folder / "log.txt") as base:
        yield base


@pytest.fixture(scope="module")
def embedded() -> list[Answer]:
    return answers(SRS("embedded"), range(len(QUESTIONS)))


@pytest.fixture(scope="module")
def prompts() -> list[list[int]]:
    """What the model reads of the fifty questions, and fourteen of random tokens, 1 to 456 long."""
    tokenizer, draw = MiniTokenizer(SHIPPED / "tokenizer.json"), np.random.default_rng(5)
    tables = {name: Table.read(TABLES / name) for name, _ in QUESTIONS}
    real = [tokenizer.encode(read(ground(question, tables[name]), tables[name]).text) for name, question in QUESTIONS]
    return real + [draw.integers(tokenizer.size, size=1 + 35 * i).tolist() for i in range(14)]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Prints a measured figure, also where tests are quiet."""

    def write(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {text}\n")

    return write


def until(end: int, ids: list[int]) -> list[int]:
    return ids[: ids.index(end)] if end in ids else ids


def by_llama_cpp(base: str, ids: list[int]) -> list[int]:
    asked = {"prompt": ids, "n_predict": MOST, "temperature": 0.0, "return_tokens": True}
    found: list[int] = httpx.post(f"{base.removesuffix('/v1')}/completion", json=asked).json()["tokens"]
    return found


def by_the_runtime(runtime: HavocRuntime, ids: list[int]) -> list[int]:
    state, written = runtime.prefill(ids), list[int]()
    for _ in range(MOST):
        written.append(int(state.logits.argmax()))
        state = runtime.extend(state, [written[-1:]])
    return written


def by_pytorch(model: HavocForCausalLM, ids: list[int], end: int) -> list[int]:
    found = model.generate(
        torch.tensor([ids]), max_new_tokens=MOST, do_sample=False, eos_token_id=end, pad_token_id=end
    )
    written: list[int] = found[0, len(ids) :].tolist()
    return written


def test_greedy_tokens_of_llama_cpp_the_runtime_and_pytorch_are_equal(server: str, prompts: list[list[int]]) -> None:
    end = MiniTokenizer(SHIPPED / "tokenizer.json").ids[END]
    model, runtime = HavocForCausalLM.from_pretrained(SHIPPED).float().eval(), HavocRuntime.load(SHIPPED)
    here = [until(end, by_the_runtime(runtime, ids)) for ids in prompts]
    assert [until(end, by_llama_cpp(server, ids)) for ids in prompts] == here
    assert [until(end, by_pytorch(model, ids, end)) for ids in prompts] == here
    assert len(set(map(tuple, here))) > 40, "constant answers would prove nothing"


def test_log_probabilities_over_the_whole_vocabulary_are_equal(
    server: str, prompts: list[list[int]], tell: Tell
) -> None:
    runtime, apart = HavocRuntime.load(SHIPPED), 0.0
    for ids in prompts[::4]:
        asked: dict[str, Any] = {"prompt": ids, "max_tokens": 1, "temperature": 0.0, "logprobs": runtime.vocab_size}
        told = httpx.post(f"{server}/completions", json=asked).json()["choices"][0]["logprobs"]["content"][0]
        there = np.array([row["logprob"] for row in sorted(told["top_logprobs"], key=lambda row: row["id"])])
        here = runtime.prefill(ids).logits.astype(float)
        assert len(there) == len(here)
        apart = max(apart, float(np.abs(there - (here - np.logaddexp.reduce(here))).max()))
    tell(f"largest difference of a log-probability, llama.cpp to the embedded engine: {apart:.1e}")
    assert apart < 1e-4


def test_fifty_questions_of_a_file_have_the_plans_of_the_embedded_model(
    server: str, embedded: list[Answer], tmp_path: Path
) -> None:
    lines = [{"id": str(i), "question": question, "table": table} for i, (table, question) in enumerate(QUESTIONS)]
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    out = tmp_path / "out.jsonl"
    ask_many(AskOptions(None, file=tmp_path / "asked.jsonl", data_dir=TABLES, out=out, lm="openai/havoc-mini",
                        api_base=server))  # fmt: skip
    served = [Answer.model_validate(json.loads(line)) for line in out.read_text("utf-8").splitlines()]
    assert [gist(answer) for answer in served] == [gist(answer) for answer in embedded]
    assert [a.confidence for a in served] == pytest.approx([a.confidence for a in embedded], abs=1e-3)


def test_fifty_questions_sixteen_at_a_time(server: str, embedded: list[Answer]) -> None:
    lm = choose_lm("openai/havoc-mini", server)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda i: answers(SRS(lm), [i])[0], range(len(QUESTIONS))))
    assert [gist(answer) for answer in found] == [gist(answer) for answer in embedded]


def test_other_weights_of_the_same_shape_are_refused(tmp_path: Path) -> None:
    torch.manual_seed(1)
    other = tmp_path / "other"
    HavocForCausalLM(HavocForCausalLM.from_pretrained(SHIPPED).config).save_pretrained(other)
    shutil.copy(SHIPPED / "tokenizer.json", other)
    path = export_gguf(other, tmp_path / "other.gguf")
    with (
        llama_server(path, tmp_path / "log.txt") as base,
        pytest.raises(ModelError, match="other weights than the shipped"),
    ):
        choose_lm("openai/havoc-mini", base)


@pytest.mark.parametrize("dtype", ["f16", "q8_0"])
def test_the_smaller_files_are_taken_for_what_they_are(dtype: str, tmp_path: Path) -> None:
    path = export_gguf(SHIPPED, tmp_path / "small.gguf", dtype=dtype)
    with llama_server(path, tmp_path / "log.txt") as base:
        assert choose_lm("openai/havoc-mini", base).engine.tasks
