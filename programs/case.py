"""One question on its way through the stages: what each gave, who gave it, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import (
    Answer,
    Audit,
    Debate,
    FindingView,
    Grounding,
    Mode,
    Plan,
    ResultView,
    Verdict,
)
from havoc_pipeline.tables import Table

Stage = Literal["MODE", "GROUND", "PLAN", "EXECUTE", "ARGUE", "ARBITER", "AUDIT", "ANSWER"]
STAGES: tuple[Stage, ...] = Stage.__args__  # type: ignore[attr-defined]
Doer = Literal["model", "rule", "tools", "retrieval", "user", "skipped"]
T = TypeVar("T")


@dataclass(frozen=True)
class Staged(Generic[T]):
    """What a stage gave, who made it, and what is to be said about that."""

    output: T
    by: Doer
    note: str = ""


@dataclass(frozen=True)
class StageRecord:
    """One line of the journal; `seconds` is wall time."""

    stage: Stage
    seconds: float
    by: Doer
    note: str
    output: Any

    def as_json(self) -> dict[str, Any]:
        """The record as a trace takes it."""
        return {
            "stage": self.stage,
            "by": self.by,
            "note": self.note,
            "seconds": self.seconds,
            "output": plain(self.output),
        }


@dataclass(frozen=True)
class Planned:
    """A plan that parses and fits the table: its typed form and its commands; a refusal has none."""

    text: str
    plan: Plan
    commands: tuple[Command, ...]

    @property
    def probability(self) -> float:
        """Share among the readings; 0 when the model tells none."""
        return self.plan.probability or 0.0


@dataclass(frozen=True)
class Readings:
    """The readings of a question, best first, and how sure the model is of the best.

    `calibrated` says whether `confidence` is a probability that was held against held-out questions.
    """

    planned: tuple[Planned, ...]
    confidence: float | None
    calibrated: bool
    problem: str = ""
    """Why there is no reading, when the model wrote none that holds together."""


@dataclass(frozen=True)
class Executed:
    """Results as the tools gave them and as the other stages see them."""

    tool_results: tuple[ToolResult, ...]
    results: tuple[ResultView, ...]
    findings: tuple[FindingView, ...]


@dataclass
class Case:
    """All about one question; stages fill it in order.

    Attributes
    ----------
    journal : list of StageRecord
        Every stage that ran, in order; PLAN and what follows stand twice when the audit sent back.
    model : str
        Name of the language model, with the checkpoint's hash for HAVOC's own.
    """

    question: str
    table: Table | None
    subject: Subject
    model: str = ""
    mode: Mode = field(default_factory=Mode)
    grounding: Grounding = field(default_factory=Grounding)
    readings: Readings = field(default_factory=lambda: Readings((), None, False))
    chosen: Planned | None = None
    executed: Executed = field(default_factory=lambda: Executed((), (), ()))
    debate: Debate = field(default_factory=Debate)
    verdict: Verdict = field(default_factory=lambda: Verdict(decision="stands"))
    audit: Audit = field(default_factory=Audit)
    answer: Answer | None = None
    journal: list[StageRecord] = field(default_factory=list)

    @property
    def tool_results(self) -> tuple[ToolResult, ...]:
        """Results with their figures, as the tools gave them."""
        return self.executed.tool_results


def plain(value: Any) -> Any:
    """A stage's output as JSON takes it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Readings):
        plans = [{"text": p.text, "probability": p.plan.probability} for p in value.planned]
        return {
            "plans": plans,
            "confidence": value.confidence,
            "calibrated": value.calibrated,
            "problem": value.problem,
        }
    if isinstance(value, Executed):
        return {"results": plain(value.results), "findings": plain(value.findings)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    return value
