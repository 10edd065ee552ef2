"""ARBITER: whether the results carry the conclusion."""

import dspy

from havoc_pipeline.signatures.drafts import VerdictDraft
from havoc_pipeline.signatures.types import Debate, FindingView, ResultView


class WeighDebate(dspy.Signature):  # type: ignore[misc]
    """Weigh both sides: does the conclusion stand, is it weakened, or does it fall?"""

    question: str = dspy.InputField()
    results: tuple[ResultView, ...] = dspy.InputField()
    findings: tuple[FindingView, ...] = dspy.InputField()
    debate: Debate = dspy.InputField()
    verdict: VerdictDraft = dspy.OutputField()
