"""Contestants in processes of their own, who take turns, and the printing of their times."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind", "VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_LOGGING_LEVEL": "ERROR",
    "VLLM_NO_USAGE_STATS": "1", "VLLM_PLUGINS": "havoc", "TOKENIZERS_PARALLELISM": "false",
}  # fmt: skip
Contest = dict[str, Callable[[int], "Spent"]]
"""Each contestant does the work of a numbered round."""
Times = dict[str, list["Spent"]]


@dataclass(frozen=True)
class Spent:
    """Seconds of the processor and of the clock."""

    seconds: float
    wall: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.wall + other.wall)


class Worker:
    """One contestant's process."""

    def __init__(self, kind: str, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.contestants", kind, str(folder)]
        environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
                                         stderr=subprocess.DEVNULL, env=environment)  # fmt: skip
        self.absent: str | None = self._answer().get("absent")
        self.tokens: list[list[int]] = []

    def ask(self, task: str, **asked: Any) -> Spent:
        """Time of a task; its tokens are kept."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"task": task, **asked}) + "\n")
        self._process.stdin.flush()
        told = self._answer()
        self.tokens = told["tokens"]
        return Spent(told["seconds"], told["wall"])

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
    """Time of each contestant in each round; they take turns in who begins, after a round that does not count."""
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
    for name, spent in times.items():
        rate = f"  {spread([tokens / s.seconds for s in spent], ',.0f')} tokens/s" if tokens > 1 else ""
        shown = spread([1e3 * s.seconds for s in spent], ",.1f")
        print(f"  {name:<22}{shown:>28} ms{rate}; elapsed at least {1e3 * min(s.wall for s in spent):,.1f} ms")
    for one, other in pairs:
        if one in times and other in times:
            ratios = [b.seconds / a.seconds for a, b in zip(times[one], times[other], strict=True)]
            print(f"  speed, {one} : {other}  {spread(ratios, '.2f')}")
