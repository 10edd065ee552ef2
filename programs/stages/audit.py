"""AUDIT: checks of rule first, then, where it can, the model's own attack on the answer."""

from __future__ import annotations

import dspy

from havoc_pipeline.lm.models import tasks_of
from havoc_pipeline.programs.case import Case, Staged
from havoc_pipeline.programs.stages.competence import Unparsed
from havoc_pipeline.signatures.audit import AttackAnswer
from havoc_pipeline.signatures.types import Audit, AuditIssue

ATTACK = "attack"
"""Name under which the model's own objections stand among the issues."""


class AuditStage(dspy.Module):  # type: ignore[misc]
    """Holds the draft of the answer against the rules of `programs.audit`."""

    def __init__(self, attacks: bool = False) -> None:
        super().__init__()
        self.attack = dspy.Predict(AttackAnswer)
        self._attacks = attacks

    def forward(self, case: Case, text: str) -> Staged[Audit]:
        """All issues; those of the model are warnings, never failures."""
        assert case.chosen is not None
        from havoc_pipeline.programs.audit import audit

        found = audit(question=case.question, table=case.table, mode=case.mode, plan=case.chosen.plan,
                      results=case.tool_results, debate=case.debate, verdict=case.verdict, text=text,
                      links=case.subject.links)  # fmt: skip
        if not self._attacks:
            return Staged(found, "rule")
        if tasks_of(dspy.settings.lm) is not None:
            return Staged(found, "rule", "HAVOC's own model writes no free text, so only the rules audited")
        return Staged(Audit(issues=(*found.issues, *self._attack(case, text, found))), "model")

    def _attack(self, case: Case, text: str, found: Audit) -> list[AuditIssue]:
        assert case.chosen is not None
        try:
            attack = self.attack(question=case.question, plan=case.chosen.plan, results=case.executed.results,
                                 findings=case.executed.findings, debate=case.debate, verdict=case.verdict, text=text,
                                 found=found.issues).attack  # fmt: skip
        except Unparsed:
            return []
        return [AuditIssue(rule=ATTACK, severity="warning", statement=sentence) for sentence in attack.issues]
