"""Rule: a failed check is spoken of, the verdict heeds it, and no method goes unchecked."""

from __future__ import annotations

from collections.abc import Iterator

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.audit.evidence import Evidence, issue
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tools.registry import find_tool
from havoc_pipeline.tools.result import Finding

RULE = "assumptions consulted"
INFERRING = frozenset({"hypothesis", "regression", "spc", "capability"})
"""Families whose methods rest on assumptions about the data."""
NO_CHECK = frozenset({"row filter", "missing values"})
"""Findings of the executor, which say nothing of the method."""


def assumptions_consulted(evidence: Evidence) -> Iterator[AuditIssue]:
    """Failures: a failed check that nobody mentions, or a verdict that stands in spite of one."""
    failed = False
    for done in evidence.results:
        for number, finding in enumerate(done.result.findings, 1):
            if finding.status == "fail":
                failed = True
                yield from _unspoken(evidence, f"{done.name}.f{number}", finding)
        yield from _unchecked(done)
    if failed and evidence.verdict.decision == "stands":
        yield issue(RULE, "failure", "a check failed, and the verdict lets the conclusion stand all the same",
                    "weaken the conclusion or mend what the check names")  # fmt: skip


def _unspoken(evidence: Evidence, name: str, finding: Finding) -> Iterator[AuditIssue]:
    cited = any(name in claim.evidence for claim in evidence.debate.con)
    told = any(name in reason or finding.statement in reason for reason in evidence.verdict.reasons)
    if not (cited or told or finding.statement in evidence.text):
        yield issue(RULE, "failure", f"the check of {finding.check} failed ({name}) and nothing speaks of it: "
                    f"{finding.statement}", finding.mend)  # fmt: skip


def _unchecked(done: ToolResult) -> Iterator[AuditIssue]:
    checks = [f for f in done.result.findings if f.check not in NO_CHECK]
    if not checks and find_tool(done.command.name).family in INFERRING:
        yield issue(RULE, "warning", f"{done.name}: {done.command.name} reported no check of what it assumes",
                    "check the assumptions by hand")  # fmt: skip
