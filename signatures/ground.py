"""GROUND: the evidence that planning starts from; retrieval and the linker fill it, no free text."""

import dspy

from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Grounding, Mode


class GatherGrounding(dspy.Signature):  # type: ignore[misc]
    """Find the passages and methods near the question, and link its words to columns, levels and numbers."""

    subject: Subject = dspy.InputField()
    mode: Mode = dspy.InputField()
    grounding: Grounding = dspy.OutputField()
