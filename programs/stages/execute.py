"""EXECUTE: the executor and the tools; no model."""

from __future__ import annotations

import dspy

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.programs.case import Executed, Planned, Staged
from havoc_pipeline.programs.views import executed
from havoc_pipeline.signatures.subject import Subject


class ExecuteStage(dspy.Module):  # type: ignore[misc]
    """Runs a plan over the table."""

    def forward(self, subject: Subject, planned: Planned) -> Staged[Executed]:
        """Every result and every check.

        Raises
        ------
        CommandError, DataError
            When a command does not fit, or cannot be computed on these rows.
        """
        return Staged(executed(execute(planned.commands, subject.table)), "tools")
