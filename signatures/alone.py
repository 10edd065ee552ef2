"""The model alone, for comparison: a question and a table in short, an answer in words."""

import dspy

from havoc_pipeline.signatures.drafts import ReplyDraft
from havoc_pipeline.signatures.subject import Subject


class AnswerAlone(dspy.Signature):  # type: ignore[misc]
    """Answer the question about the table."""

    subject: Subject = dspy.InputField(desc="the question, and the table in short")
    reply: ReplyDraft = dspy.OutputField()
