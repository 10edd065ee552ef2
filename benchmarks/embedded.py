"""Embedded inference on one thread: the numpy runtime beside the PyTorch model, in one run.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.embedded [CHECKPOINT]

Without a checkpoint it measures a havoc-mini with random weights: speed does not depend on them.
Each figure is the median over rounds in which the contestants take turns.
"""

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

from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.model.runtime import HavocRuntime

PROMPT = 150
STEPS = 64
ROUNDS = 15
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


def run(folder: Path) -> None:
    """Print every comparison for the checkpoint in `folder`."""
    model = AutoModelForCausalLM.from_pretrained(folder).float().eval()
    runtime = HavocRuntime.load(folder)
    prompt = np.random.default_rng(0).integers(0, runtime.vocab_size, PROMPT)
    load = median(numpy_load(folder) for _ in range(ROUNDS))
    print(f"load: numpy runtime {load * 1e3:.0f} ms")
    prefill: Contest = {
        "numpy runtime": lambda: numpy_prefill(runtime, prompt),
        "torch model": lambda: torch_prefill(model, prompt),
    }
    report(f"prefill of {PROMPT} tokens", prefill, PROMPT)
    decode: Contest = {
        "numpy, 10 candidates": lambda: numpy_decode(runtime, prompt, 1, whole=False),
        "numpy, all logits": lambda: numpy_decode(runtime, prompt, 1, whole=True),
        "torch, own loop": lambda: torch_decode(model, prompt, 1),
        "torch, generate": lambda: torch_generate(model, prompt),
    }
    report(f"decode {STEPS} tokens behind them", decode, STEPS)
    beams: Contest = {
        "numpy, all logits": lambda: numpy_decode(runtime, prompt, 4, whole=True),
        "torch, own loop": lambda: torch_decode(model, prompt, 4),
    }
    report(f"decode {STEPS} tokens of each of 4 beams", beams, 4 * STEPS)


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        raise SystemExit("Set OPENBLAS_NUM_THREADS=1: numpy takes its number of threads when it loads.")
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
        return
    with TemporaryDirectory() as folder:
        HavocForCausalLM(preset("havoc-mini")).save_pretrained(folder)
        run(Path(folder))


if __name__ == "__main__":
    main()
