"""PLAN: the likeliest plans of a question, each parsed and held against the table."""

from __future__ import annotations

from typing import Any

import dspy

from havoc_pipeline.errors import CommandError
from havoc_pipeline.lm.models import tasks_of
from havoc_pipeline.programs.case import Planned, Readings, Staged
from havoc_pipeline.programs.planning import planned
from havoc_pipeline.programs.stages.competence import Unparsed
from havoc_pipeline.programs.words import command_help
from havoc_pipeline.signatures.drafts import PlanDraft
from havoc_pipeline.signatures.plan import WritePlan
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Grounding
from havoc_pipeline.tools.registry import all_tools

TRIES = 2
"""A plan that does not hold together goes back once, with the error."""


class PlanStage(dspy.Module):  # type: ignore[misc]
    """Asks the model for plans; an error is given back to it once."""

    def __init__(self) -> None:
        super().__init__()
        self.write = dspy.Predict(WritePlan)

    def forward(self, subject: Subject, grounding: Grounding, excluded: tuple[str, ...] = ()) -> Staged[Readings]:
        """The readings of the question, best first; none when the model wrote no plan that fits."""
        problem = ""
        for _ in range(TRIES):
            try:
                found = self.write(subject=subject, grounding=grounding, commands=_commands(subject), excluded=excluded,
                                   feedback=problem)  # fmt: skip
            except Unparsed:
                problem = "the answer did not fit the form; write the commands alone"
                continue
            drafts = [completion.plan for completion in found.completions]
            kept, problem = _parsed(drafts, subject)
            if kept:
                return Staged(
                    _readings(kept, drafts[0]), "model", f"one reading was left out: {problem}" if problem else ""
                )
        return Staged(Readings((), None, False, problem), "model", f"no plan held together: {problem}")


def _commands(subject: Subject) -> str:
    """Help on the commands that can run here; HAVOC's own model has learnt them and reads none."""
    if tasks_of(dspy.settings.lm) is not None:
        return ""
    tools = [tool for tool in all_tools().values() if subject.table is not None or not tool.needs_table]
    return command_help(tools)


def _parsed(drafts: list[PlanDraft], subject: Subject) -> tuple[list[Planned], str]:
    """Plans that hold together, each once, and the last error of those that do not."""
    kept: dict[str, Planned] = {}
    problem = ""
    for draft in drafts:
        try:
            plan = planned(draft.text, subject.table, getattr(draft, "probability", None))
        except CommandError as error:
            problem = str(error)
            continue
        kept.setdefault(plan.text, plan)
    return list(kept.values()), problem


def _readings(kept: list[Planned], best: Any) -> Readings:
    confidence = getattr(best, "confidence", None)
    return Readings(
        tuple(kept), confidence if confidence is not None else kept[0].plan.probability, confidence is not None
    )
