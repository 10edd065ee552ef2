"""AUDIT: rules first, then the model's own attack on the answer."""

import dspy

from havoc_pipeline.signatures.drafts import AttackDraft
from havoc_pipeline.signatures.types import AuditIssue, Debate, FindingView, Plan, ResultView, Verdict


class AttackAnswer(dspy.Signature):  # type: ignore[misc]
    """Attack the answer as a critical expert would: wrong column or role, wrong method, a claim without evidence.

    Say nothing that the rules have already found; an empty list is a good answer.
    """

    question: str = dspy.InputField()
    plan: Plan = dspy.InputField()
    results: tuple[ResultView, ...] = dspy.InputField()
    findings: tuple[FindingView, ...] = dspy.InputField()
    debate: Debate = dspy.InputField()
    verdict: Verdict = dspy.InputField()
    text: str = dspy.InputField(desc="the answer in words")
    found: tuple[AuditIssue, ...] = dspy.InputField(desc="what the rules have found")
    attack: AttackDraft = dspy.OutputField()
