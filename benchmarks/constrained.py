"""What a grammar costs for every token in process: HAVOC-mini's plans with and without it, in one run.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.constrained [--rounds 15]

The answers are those that greedy decoding gives under each question's own grammar; every contestant
reads the same tokens, one at a time, and chooses each from its logits. Processor time, medians over
rounds in turn; making the matcher (compiling the grammar) is timed apart.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.contestants import Embedded, allowed_by, matcher_of
from benchmarks.rounds import spread
from benchmarks.typed import TypedTask, plan_tasks
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.model.runtime import HavocRuntime, State

Times = dict[str, float]


@dataclass(frozen=True)
class Answered:
    """A task, the state after its prompt, and its answer's tokens with the end mark."""

    task: TypedTask
    state: State
    tokens: list[int]


def answered(runtime: HavocRuntime) -> list[Answered]:
    """Every task with its greedy answer."""
    engine = Embedded(SHIPPED)
    return [Answered(task, runtime.prefill(task.prompt), [*engine.typed(**task.asked())[0], task.end])
            for task in plan_tasks()]  # fmt: skip


def free(runtime: HavocRuntime, one: Answered) -> None:
    """Every token's choice among the whole vocabulary."""
    state = one.state
    for token in one.tokens:
        runtime.logits(state.hidden_BM).argmax()
        state = runtime.extend(state, [[token]])


def masked(runtime: HavocRuntime, one: Answered, matcher: Any) -> None:
    """Every token's choice among what the grammar allows there."""
    state = one.state
    for token in one.tokens:
        allowed = allowed_by(matcher, runtime.vocab_size)
        allowed[runtime.logits(state.hidden_BM, allowed).argmax()]
        matcher.consume_token(token)
        state = runtime.extend(state, [[token]])


def skipping(runtime: HavocRuntime, one: Answered, matcher: Any) -> None:
    """The same, but tokens that the grammar forces are read together with the next choice, as the engine does."""
    state, at, unread = one.state, 0, list[int]()
    while at < len(one.tokens):
        taken = matcher.compute_ff_tokens()
        if not taken:
            state = runtime.extend(state, [unread]) if unread else state
            allowed, unread = allowed_by(matcher, runtime.vocab_size), []
            allowed[runtime.logits(state.hidden_BM, allowed).argmax()]
            taken = one.tokens[at : at + 1]
        matcher.consume_tokens(taken)
        at, unread = at + len(taken), [*unread, *taken]


def round_of(runtime: HavocRuntime, tasks: list[Answered]) -> Times:
    """Processor seconds of each contestant over all answers, and of making the matchers."""
    spent = {"compiling": 0.0, "free": 0.0, "grammar, token by token": 0.0, "grammar, forced tokens skipped": 0.0}

    def add(name: str, work: Callable[[], Any]) -> Any:
        started = time.process_time()
        made = work()
        spent[name] += time.process_time() - started
        return made

    for one in tasks:
        asked = (one.task.grammar, one.task.tokenizer, one.task.end, runtime.vocab_size)
        matchers = [add("compiling", lambda asked=asked: matcher_of(*asked)), matcher_of(*asked)]  # type: ignore[misc]
        add("free", lambda one=one: free(runtime, one))  # type: ignore[misc]
        add("grammar, token by token", lambda one=one: masked(runtime, one, matchers[0]))  # type: ignore[misc] # noqa: B023
        add("grammar, forced tokens skipped", lambda one=one: skipping(runtime, one, matchers[1]))  # type: ignore[misc] # noqa: B023
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        raise SystemExit("Set OPENBLAS_NUM_THREADS=1: numpy takes its number of threads when it loads.")
    runtime = HavocRuntime.load(SHIPPED)
    tasks = answered(runtime)
    tokens = sum(len(one.tokens) for one in tasks)
    rounds = [round_of(runtime, tasks) for _ in range(given.rounds + 1)][1:]
    print(f"{len(tasks)} plans of {tokens} tokens in all, one at a time")
    for name in ("free", "grammar, token by token", "grammar, forced tokens skipped"):
        extra = [times[name] / times["free"] - 1 for times in rounds]
        print(f"  {name:<32}{1e6 * median(t[name] for t in rounds) / tokens:7.0f} µs a token  {spread(extra, '+.1%')}")
    print(f"  compiling a grammar{1e3 * median(t['compiling'] for t in rounds) / len(tasks):18.2f} ms")


if __name__ == "__main__":
    main()
