"""A stand-in for the planner, for tests of the programs: it proposes what it is told to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from havoc_pipeline.linking.mentions import Links
from havoc_pipeline.lm.engine import HavocEngine
from havoc_pipeline.tables import Table


@dataclass(frozen=True)
class ScriptedProposal:
    commands: tuple[str, ...]
    probability: float


@dataclass
class ScriptedPlanner:
    """`plans` by text and probability, best first; `shares` by the option's symbol."""

    plans: Mapping[str, float]
    sure: float = 0.9
    tasks: tuple[str, ...] = ("plan",)
    shares: Mapping[str, float] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    fingerprint: str = "0" * 64

    @property
    def card(self) -> dict[str, Any]:
        return {"havoc_tasks": list(self.tasks)}

    def propose(
        self, question: str, table: Table | None, links: Links | None = None, *, most: int = 6
    ) -> Sequence[ScriptedProposal]:
        return [ScriptedProposal(tuple(text.split(" ; ")), p) for text, p in self.plans.items()][:most]

    def choose(self, prompt: str, options: Sequence[str]) -> list[float]:
        self.prompts.append(prompt)
        weights = [self.shares.get(option, 1.0) for option in options]
        return [weight / sum(weights) for weight in weights]

    def confidence(self, question: str, table: Table | None, links: Links, proposals: Sequence[Any]) -> float:
        return self.sure


def scripted_lm(planner: ScriptedPlanner) -> Any:
    import dspy

    from havoc_pipeline.lm.models import engine_lm

    return engine_lm(dspy, HavocEngine(planner))
