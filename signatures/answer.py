"""ANSWER: the results in words; the renderer fills the numbers."""

import dspy

from havoc_pipeline.signatures.drafts import WordingDraft
from havoc_pipeline.signatures.types import AuditIssue, ResultView, Verdict


class WordAnswer(dspy.Signature):  # type: ignore[misc]
    """Say the finding in one or two sentences that a plant manager understands, then the caveats.

    Never type a number of a result: write its placeholder, {r1.p_value} for value p_value of result r1.
    """

    question: str = dspy.InputField()
    results: tuple[ResultView, ...] = dspy.InputField(desc="each number by name; refer to it as {result.name}")
    verdict: Verdict = dspy.InputField()
    issues: tuple[AuditIssue, ...] = dspy.InputField(desc="what the audit holds against the answer")
    wording: WordingDraft = dspy.OutputField()
