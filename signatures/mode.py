"""MODE: what kind of question it is."""

import dspy

from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Mode


class AssessQuestion(dspy.Signature):  # type: ignore[misc]
    """Say to which family of methods the question belongs, how hard it is, and what a wrong answer would risk."""

    subject: Subject = dspy.InputField(desc="the question, and the table in short")
    mode: Mode = dspy.OutputField(desc="family, difficulty and risk")
