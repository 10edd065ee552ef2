"""ARBITER: whether the results carry the conclusion."""

from __future__ import annotations

import dspy

from havoc_pipeline.programs.case import Executed, Staged
from havoc_pipeline.programs.stages.competence import Unparsed, untrained
from havoc_pipeline.signatures.arbiter import WeighDebate
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Debate, Verdict

RULE = "the worst check decides: the conclusion falls when one fails, is weakened when one warns"


class ArbiterStage(dspy.Module):  # type: ignore[misc]
    """Asks the model to weigh both sides."""

    def __init__(self) -> None:
        super().__init__()
        self.weigh = dspy.Predict(WeighDebate)

    def forward(self, subject: Subject, executed: Executed, debate: Debate) -> Staged[Verdict]:
        """The verdict, with its reasons."""
        if reason := untrained("arbiter"):
            return Staged(by_worst(executed), "rule", f"{reason}: {RULE}")
        try:
            draft = self.weigh(question=subject.question, results=executed.results, findings=executed.findings,
                               debate=debate).verdict  # fmt: skip
        except Unparsed:
            return Staged(by_worst(executed), "rule", f"the model's answer did not fit the form: {RULE}")
        if draft.decision != "stands" and not debate.con:
            return Staged(
                by_worst(executed), "rule", f"the model's verdict `{draft.decision}` rests on no claim: {RULE}"
            )
        probability = getattr(draft, "probability", None)
        weight = 1.0 if probability is None else probability
        return Staged(
            Verdict(decision=draft.decision, reasons=_reasons(draft.decision, debate), weight=weight), "model"
        )


def _reasons(decision: str, debate: Debate) -> tuple[str, ...]:
    """Claims that name their evidence; a model's own words would name none."""
    return tuple(claim.text for claim in debate.con) if decision != "stands" else ()


def by_worst(executed: Executed) -> Verdict:
    """The stated rule: the worst finding's status is the verdict."""
    failed = tuple(f.statement for f in executed.findings if f.status == "fail")
    warned = tuple(f.statement for f in executed.findings if f.status == "warn")
    if failed:
        return Verdict(decision="falls", reasons=failed)
    return Verdict(decision="weakened" if warned else "stands", reasons=warned)
