"""HAVOC's own model behind `dspy.LM`: an engine that answers canonical requests in process.

A request carries the prompt of symbols as its message and, under `config.extensions["havoc"]`, what
is asked: `{"plan": key, "most": 6, "excluded": […]}` for plans over a case that was opened before,
or `{"options": ["<pro>", "<con>"]}` for a choice. The alternatives come back with their
probabilities in `provider_data["havoc"]`.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.mentions import Links
from havoc_pipeline.tables import Table

MOST_OPEN = 16
"""Cases kept open at once; the oldest closes first."""
SEPARATOR = " ; "
"""Stands between the commands of a plan."""
TASKS = ("plan",)
"""What a checkpoint was trained on when its card does not say."""


class PlanModel(Protocol):
    """What the engine needs of a planner (`lm.planner.Planner`)."""

    @property
    def fingerprint(self) -> str: ...
    @property
    def card(self) -> dict[str, Any]: ...
    def propose(
        self, question: str, table: Table | None, links: Links | None = None, *, most: int = 6
    ) -> Sequence[Any]: ...
    def choose(self, prompt: str, options: Sequence[str]) -> list[float]: ...
    def confidence(self, question: str, table: Table | None, links: Links, proposals: Sequence[Any]) -> float: ...


class HavocEngine:
    """Runs one planner behind `dspy.LM(model, engine=…)`, one request at a time."""

    supports_response_schema = True
    supports_function_calling = supports_reasoning = False
    supported_params: frozenset[str] = frozenset()
    most_open = MOST_OPEN
    together = False
    """Whether the planner takes several requests at once."""

    def __init__(self, planner: PlanModel, path: Path | None = None) -> None:
        self._planner, self._path = planner, path
        self._lock = threading.Lock()
        self._turn: AbstractContextManager[Any] = nullcontext() if self.together else self._lock
        self._open: OrderedDict[str, tuple[str, Table | None, Links]] = OrderedDict()

    @property
    def model(self) -> str:
        """Name for `dspy.LM`: it carries the checkpoint's hash, so that no cache outlives weights."""
        return f"havoc/embedded-{self._planner.fingerprint[:16]}"

    @property
    def tasks(self) -> frozenset[str]:
        """Stages that the checkpoint was trained on."""
        card = self._planner.card
        return frozenset(card.get("havoc_tasks") or card.get("tasks") or TASKS)

    def open_case(self, question: str, table: Table | None, links: Links) -> str:
        """Keep a question's table and links at hand and return the key that a request names it by."""
        print_of_table = table.fingerprint if table is not None else ""
        key = hashlib.sha256(f"{print_of_table}\n{question}".encode("utf-8", "replace")).hexdigest()[:32]
        with self._lock:
            self._open[key] = (question, table, links)
            self._open.move_to_end(key)
            while len(self._open) > self.most_open:
                self._open.popitem(last=False)
        return key

    def complete(self, request: Any) -> Any:
        """Answer one `dspy.lm15.Request`.

        Raises
        ------
        ModelError
            When the request names no case or options, or a case that is not open here.
        """
        asked = (request.config.extensions or {}).get("havoc") or {}
        with self._turn:
            if "plan" in asked:
                return self._plans(request, asked)
            if asked.get("options"):
                return self._choice(request, asked["options"])
        raise ModelError("HAVOC's own model answers plans and choices only; set extensions['havoc'] to one of them")

    def _plans(self, request: Any, asked: dict[str, Any]) -> Any:
        if asked["plan"] not in self._open:
            raise ModelError(
                "the request names a case that is not open in this process; open it with open_case() first"
            )
        question, table, links = self._open[asked["plan"]]
        excluded = {tuple(commands) for commands in asked.get("excluded", ())}
        found = self._planner.propose(question, table, links, most=int(asked.get("most", 6)) + len(excluded))
        kept = [p for p in found if tuple(p.commands) not in excluded]
        if not kept:
            raise ModelError("no other plan fits this question and table")
        plans = [{"text": SEPARATOR.join(p.commands), "probability": p.probability} for p in kept]
        sure = self._planner.confidence(question, table, links, kept)
        return _response(request, plans[0]["text"], {"confidence": sure, "plans": plans})

    def _choice(self, request: Any, options: Sequence[str]) -> Any:
        shares = self._planner.choose(request.messages[-1].text, list(options))
        ranked = sorted(zip(options, shares, strict=True), key=lambda pair: -pair[1])
        return _response(request, ranked[0][0], {"probabilities": dict(zip(options, shares, strict=True))}, ranked)

    def stream(self, request: Any) -> Iterator[Any]:
        """The whole answer as one stream of events."""
        from dspy.lm15 import response_to_events

        yield from response_to_events(self.complete(request))

    def close(self) -> None:
        """Forget the open cases."""
        with self._lock:
            self._open.clear()

    def dump_state(self) -> dict[str, Any]:
        """Where the checkpoint stands and its hash; None for the shipped one."""
        return {"path": str(self._path) if self._path else None, "fingerprint": self._planner.fingerprint}

    @classmethod
    def load_state(cls, state: dict[str, Any]) -> HavocEngine:
        """The engine of a saved state.

        Raises
        ------
        ModelError
            When the checkpoint there is another one than was saved.
        """
        if "api_base" in state:
            from havoc_pipeline.lm.served import ServedEngine

            return ServedEngine.load_state(state)
        engine = load_engine(Path(state["path"]) if state.get("path") else None)
        found = engine._planner.fingerprint
        if state.get("fingerprint") not in (None, found):
            raise ModelError(f"the saved program used checkpoint {state['fingerprint'][:16]}, here stands {found[:16]}")
        return engine

    def __deepcopy__(self, memo: dict[int, Any]) -> HavocEngine:
        """Copies of a program share the model."""
        return self


class AsyncHavocEngine:
    """The same engine for `acall`: each request runs in a worker thread."""

    def __init__(self, engine: HavocEngine) -> None:
        self._engine = engine

    async def complete(self, request: Any) -> Any:
        """Answer one request."""
        return await asyncio.to_thread(self._engine.complete, request)

    async def stream(self, request: Any) -> AsyncIterator[Any]:
        """The whole answer as one stream of events."""
        from dspy.lm15 import response_to_events

        for event in response_to_events(await self.complete(request)):
            yield event

    async def aclose(self) -> None:
        """Forget the open cases."""
        self._engine.close()

    def dump_state(self) -> dict[str, Any]:
        """As the engine's."""
        return self._engine.dump_state()

    @classmethod
    def load_state(cls, state: dict[str, Any]) -> AsyncHavocEngine:
        """The engine of a saved state."""
        return cls(HavocEngine.load_state(state))

    def __deepcopy__(self, memo: dict[int, Any]) -> AsyncHavocEngine:
        return self


def load_engine(path: Path | None = None) -> HavocEngine:
    """The engine of a checkpoint folder, of the shipped HAVOC-mini when left out."""
    from havoc_pipeline.lm.planner import Planner

    return HavocEngine(Planner.load(path), path)


def _response(request: Any, text: str, data: dict[str, Any], ranked: Sequence[tuple[str, float]] = ()) -> Any:
    from dspy.lm15 import Message, Response, TokenLogprob, TopLogprob, Usage

    top = tuple(TopLogprob(token, math.log(max(share, 1e-300))) for token, share in ranked)
    logprobs = (TokenLogprob(top[0].token, top[0].logprob, top=top),) if top else None
    return Response(id=None, model=request.model, message=Message.assistant(text), finish_reason="stop",
                    usage=Usage(), logprobs=logprobs, provider_data={"havoc": data})  # fmt: skip
