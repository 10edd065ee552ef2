"""EXECUTE: from commands to results; the executor and the tools, no model."""

import dspy

from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import FindingView, Plan, ResultView


class RunPlan(dspy.Signature):  # type: ignore[misc]
    """Run each command over the table and report every number by name and every check."""

    subject: Subject = dspy.InputField()
    plan: Plan = dspy.InputField()
    results: tuple[ResultView, ...] = dspy.OutputField()
    findings: tuple[FindingView, ...] = dspy.OutputField()
