"""ARGUE: the findings for and against the conclusion."""

from __future__ import annotations

from collections.abc import Iterable

import dspy

from havoc_pipeline.lm.adapter import MOST_FINDINGS
from havoc_pipeline.programs.case import Executed, Staged
from havoc_pipeline.programs.stages.competence import Unparsed, untrained
from havoc_pipeline.signatures.argue import ArgueBothSides
from havoc_pipeline.signatures.drafts import ClaimDraft
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Claim, Debate, FindingView, Grounding

RULE = "a check that passed speaks for the conclusion, one that warns or fails against it"


class ArgueStage(dspy.Module):  # type: ignore[misc]
    """Asks the model to put each finding on a side; claims without evidence are dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.argue = dspy.Predict(ArgueBothSides)

    def forward(self, subject: Subject, executed: Executed, grounding: Grounding) -> Staged[Debate]:
        """Both sides."""
        if reason := untrained("argue"):
            return Staged(by_status(executed.findings), "rule", f"{reason}: {RULE}")
        try:
            draft = self.argue(question=subject.question, results=executed.results, findings=executed.findings,
                               passages=grounding.passages).debate  # fmt: skip
        except Unparsed:
            return Staged(by_status(executed.findings), "rule", f"the model's answer did not fit the form: {RULE}")
        known = {finding.id for finding in executed.findings} | {passage.id for passage in grounding.passages}
        debate = Debate(pro=_claims(draft.pro, known), con=_claims(draft.con, known))
        return Staged(debate, "model", _left_over(executed))


def by_status(findings: Iterable[FindingView]) -> Debate:
    """The stated rule; the finding's own sentence is the claim."""
    sides: dict[str, list[Claim]] = {"pro": [], "con": []}
    for finding in findings:
        if finding.status != "note":
            claim = Claim(text=finding.statement, evidence=(finding.id,))
            sides["pro" if finding.status == "pass" else "con"].append(claim)
    return Debate(pro=tuple(sides["pro"]), con=tuple(sides["con"]))


def _claims(drafts: Iterable[ClaimDraft], known: set[str]) -> tuple[Claim, ...]:
    cited = ((d.text, tuple(e for e in d.evidence if e in known)) for d in drafts)
    return tuple(Claim(text=text, evidence=evidence) for text, evidence in cited if evidence)


def _left_over(executed: Executed) -> str:
    most = max((sum(f.result == r.name for f in executed.findings) for r in executed.results), default=0)
    return f"only the first {MOST_FINDINGS} checks of a result were argued" if most > MOST_FINDINGS else ""
