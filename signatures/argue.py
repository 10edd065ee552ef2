"""ARGUE: both sides, from the findings."""

import dspy

from havoc_pipeline.signatures.drafts import DebateDraft
from havoc_pipeline.signatures.types import FindingView, Passage, ResultView


class ArgueBothSides(dspy.Signature):  # type: ignore[misc]
    """Argue for and against the conclusion of the results. Every claim cites ids of findings or passages."""

    question: str = dspy.InputField()
    results: tuple[ResultView, ...] = dspy.InputField()
    findings: tuple[FindingView, ...] = dspy.InputField(desc="the checks; cite them by id")
    passages: tuple[Passage, ...] = dspy.InputField(desc="the handbook and the user's documents; cite them by id")
    debate: DebateDraft = dspy.OutputField()
