"""MODE: what kind of question it is."""

from __future__ import annotations

import dspy

from havoc_pipeline.programs.case import Staged
from havoc_pipeline.programs.stages.competence import Unparsed, untrained
from havoc_pipeline.signatures.mode import AssessQuestion
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Mode

CAUTIOUS = Mode(domain=None, difficulty="medium", risk="medium")


class ModeStage(dspy.Module):  # type: ignore[misc]
    """Asks the model; its rule is to take every question for medium, so that both sides are argued."""

    def __init__(self) -> None:
        super().__init__()
        self.assess = dspy.Predict(AssessQuestion)

    def forward(self, subject: Subject) -> Staged[Mode]:
        """The mode of the question; `domain` stays open until a plan is there."""
        if reason := untrained("mode"):
            return Staged(CAUTIOUS, "rule", f"{reason}: difficulty and risk are taken as medium")
        try:
            return Staged(self.assess(subject=subject).mode, "model")
        except Unparsed:
            return Staged(
                CAUTIOUS, "rule", "the model's answer did not fit the form: difficulty and risk are taken as medium"
            )
