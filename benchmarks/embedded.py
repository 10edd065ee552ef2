"""Embedded inference on one thread: the numpy runtime beside the PyTorch model and llama.cpp, in one run.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.embedded [CHECKPOINT]

Without a checkpoint it measures a havoc-mini with random weights: speed does not depend on them.
Each figure is the median over rounds in which the contestants take turns. llama.cpp takes part where
llama-cpp-python and gguf are installed and the checkpoint has a tokenizer; with a planner
(`havoc_pipeline/model/mini`) whole plans are timed as well.
"""

import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM

from benchmarks.llama_reader import LlamaReader
from havoc_pipeline.export.gguf_file import export_gguf
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.identity import is_planner
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.model.runtime import HavocRuntime
from havoc_pipeline.tables import Table

PROMPT = 150
STEPS = 64
ROUNDS = 15
TABLES = Path(__file__).parents[1] / "datasets" / "tables"
QUESTIONS = Path(__file__).parents[1] / "tests" / "serving" / "questions.txt"
Ids = NDArray[np.int64]
Contest = dict[str, Callable[[], float]]
"""Each contestant does its work once and returns the seconds of the part that counts."""


def report(title: str, contest: Contest, tokens: int) -> None:
    """Print the median time and rate of each contestant over `tokens` tokens."""
    for work in contest.values():
        work()
    rounds = [{name: work() for name, work in contest.items()} for _ in range(ROUNDS)]
    print(title)
    for name in contest:
        seconds = median(times[name] for times in rounds)
        print(f"  {name:<22}{seconds * 1e3:8.1f} ms{tokens / seconds:10.0f} tokens/s")


def seconds_since(start: float) -> float:
    return time.perf_counter() - start


def numpy_load(folder: Path) -> float:
    start = time.perf_counter()
    HavocRuntime.load(folder)
    return seconds_since(start)


def numpy_prefill(runtime: HavocRuntime, prompt: Ids) -> float:
    start = time.perf_counter()
    runtime.prefill(prompt).logits.argmax()
    return seconds_since(start)


def numpy_decode(runtime: HavocRuntime, prompt: Ids, beams: int, whole: bool) -> float:
    """Time greedy steps; without `whole`, ten candidate tokens compete, as under a grammar."""
    state = runtime.prefill(prompt).fork([0] * beams)
    candidates = np.arange(10)
    start = time.perf_counter()
    for _ in range(STEPS):
        logits = state.logits_BV if whole else state.logits_of(candidates)
        state = runtime.extend(state, logits.argmax(-1)[:, None])
    return seconds_since(start)


@torch.inference_mode()
def torch_prefill(model: HavocForCausalLM, prompt: Ids) -> float:
    start = time.perf_counter()
    model(torch.as_tensor(prompt)[None], logits_to_keep=1).logits.argmax()
    return seconds_since(start)


@torch.inference_mode()
def torch_decode(model: HavocForCausalLM, prompt: Ids, beams: int) -> float:
    output = model(torch.as_tensor(prompt)[None].repeat(beams, 1), logits_to_keep=1)
    start = time.perf_counter()
    for _ in range(STEPS):
        ids = output.logits.argmax(-1)
        output = model(ids, past_key_values=output.past_key_values)
    return seconds_since(start)


def torch_generate(model: HavocForCausalLM, prompt: Ids) -> float:
    """Time `generate` less its prefill."""
    ids = torch.as_tensor(prompt)[None]
    start = time.perf_counter()
    model.generate(ids, max_new_tokens=STEPS, min_new_tokens=STEPS, do_sample=False)
    return seconds_since(start) - torch_prefill(model, prompt)


def llama_readers(folder: Path, out: Path) -> dict[str, LlamaReader]:
    """llama.cpp over two types of weights; none where it or a tokenizer is missing."""
    there = [importlib.util.find_spec(name) is not None for name in ("llama_cpp", "gguf")]
    if not all(there) or not (folder / "tokenizer.json").is_file():
        print("llama.cpp is left out: it needs llama-cpp-python, gguf and a checkpoint with its tokenizer")
        return {}
    context = HavocRuntime.load(folder).max_length
    files = {dtype: export_gguf(folder, out / f"{dtype}.gguf", dtype=dtype) for dtype in ("f32", "f16")}
    return {f"llama.cpp, {dtype}": LlamaReader(file, context) for dtype, file in files.items()}


def llama_prefill(reader: LlamaReader, prompt: Ids) -> float:
    reader.forget()
    start = time.perf_counter()
    reader.prefill(prompt).logits_of([0])
    return seconds_since(start)


def llama_decode(reader: LlamaReader, prompt: Ids) -> float:
    state = reader.prefill(prompt)
    reader.logits(state.ids)
    start = time.perf_counter()
    for _ in range(STEPS):
        state = reader.extend(state, [[int(reader.logits(state.ids).argmax())]])
    return seconds_since(start)


def plan_contest(folder: Path, readers: dict[str, LlamaReader]) -> Contest:
    """Fifty questions, linked beforehand, to their plans: prefill, grammar, search and checks."""
    lines = [line.split("\t") for line in QUESTIONS.read_text("utf-8").splitlines()]
    asked = [(question, Table.read(TABLES / name)) for name, question in lines]
    linked = [(question, table, ground(question, table)) for question, table in asked]

    def planned(planner: Planner) -> float:
        start = time.perf_counter()
        for question, table, links in linked:
            planner.propose(question, table, links)
        return seconds_since(start)

    planners = {"numpy runtime": Planner(folder)} | {name: Planner(folder, reader) for name, reader in readers.items()}
    return {name: lambda planner=planner: planned(planner) for name, planner in planners.items()}


def run(folder: Path, out: Path) -> None:
    """Print every comparison for the checkpoint in `folder`; exports go to `out`."""
    model = AutoModelForCausalLM.from_pretrained(folder).float().eval()
    runtime = HavocRuntime.load(folder)
    prompt = np.random.default_rng(0).integers(0, runtime.vocab_size, PROMPT)
    readers = llama_readers(folder, out)
    load = median(numpy_load(folder) for _ in range(ROUNDS))
    print(f"load: numpy runtime {load * 1e3:.0f} ms")
    prefill: Contest = {
        "numpy runtime": lambda: numpy_prefill(runtime, prompt),
        "torch model": lambda: torch_prefill(model, prompt),
        **{name: lambda reader=reader: llama_prefill(reader, prompt) for name, reader in readers.items()},
    }
    report(f"prefill of {PROMPT} tokens", prefill, PROMPT)
    decode: Contest = {
        "numpy, 10 candidates": lambda: numpy_decode(runtime, prompt, 1, whole=False),
        "numpy, all logits": lambda: numpy_decode(runtime, prompt, 1, whole=True),
        "torch, own loop": lambda: torch_decode(model, prompt, 1),
        "torch, generate": lambda: torch_generate(model, prompt),
        **{f"{name}, all": lambda reader=reader: llama_decode(reader, prompt) for name, reader in readers.items()},
    }
    report(f"decode {STEPS} tokens behind them", decode, STEPS)
    beams: Contest = {
        "numpy, all logits": lambda: numpy_decode(runtime, prompt, 4, whole=True),
        "torch, own loop": lambda: torch_decode(model, prompt, 4),
    }
    report(f"decode {STEPS} tokens of each of 4 beams", beams, 4 * STEPS)
    if is_planner(folder):
        contest = plan_contest(folder, readers)
        report("plans of 50 questions, each counted as a token", contest, 50)


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        raise SystemExit("Set OPENBLAS_NUM_THREADS=1: numpy takes its number of threads when it loads.")
    torch.set_num_threads(1)
    with TemporaryDirectory() as folder:
        checkpoint = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder, "random")
        if len(sys.argv) < 2:
            HavocForCausalLM(preset("havoc-mini")).save_pretrained(checkpoint)
        run(checkpoint, Path(folder))


if __name__ == "__main__":
    main()
