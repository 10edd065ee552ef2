"""PLAN: from the question to commands."""

import dspy

from havoc_pipeline.signatures.drafts import PlanDraft
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Grounding


class WritePlan(dspy.Signature):  # type: ignore[misc]
    """Choose the command or commands that answer the question over this table, or refuse with a reason.

    Say no more than the question asks: leave optional parameters out unless the words call for them.
    Name columns by their exact headers. Refuse with missing_column when the table lacks what is asked
    for, ambiguous when two readings fit equally, off_topic when it is no question of data analysis,
    unsupported when no command does it, impossible when the method does not fit the data.
    """

    subject: Subject = dspy.InputField(desc="the question, and the table in short")
    grounding: Grounding = dspy.InputField(desc="what its words were linked to")
    commands: str = dspy.InputField(desc="the commands, their parameters, an example of each")
    excluded: tuple[str, ...] = dspy.InputField(desc="plans that were tried and do not do")
    feedback: str = dspy.InputField(desc="what was wrong with the last plan; empty at first")
    plan: PlanDraft = dspy.OutputField(desc="commands with ; between them, or REFUSE reason=...")
