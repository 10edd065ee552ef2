"""Rule: nothing is called capable before it is known to be stable and its readings independent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.audit.evidence import Evidence, issue
from havoc_pipeline.signatures.types import AuditIssue

RULE = "stable before capable"
CHECKS = ("stability", "autocorrelation")
_CAPABLE = re.compile(r"\b(?:is|are|was|process|surely|clearly|fully)\s+capable\b", re.IGNORECASE)
_TAKEN_BACK = re.compile(r"cannot be vouched for", re.IGNORECASE)


def stable_before_capable(evidence: Evidence) -> Iterator[AuditIssue]:
    """A failure when an unstable or dependent process is called capable, or none knows if it is."""
    for done in evidence.results:
        if done.command.name == "CAPABILITY" and _called_capable(evidence, done):
            yield from _objections(done)


def _called_capable(evidence: Evidence, done: ToolResult) -> bool:
    if _TAKEN_BACK.search(evidence.text):
        return False
    lets_pass = done.result.decision == "supported" and evidence.verdict.decision == "stands"
    return lets_pass or _CAPABLE.search(evidence.text) is not None


def _objections(done: ToolResult) -> Iterator[AuditIssue]:
    found = {f.check: f for f in done.result.findings if f.check in CHECKS}
    for check, finding in found.items():
        if finding.status == "fail":
            yield issue(RULE, "failure", f"{done.name} is called capable although {check} failed: {finding.statement}",
                        finding.mend or "bring the process into control first")  # fmt: skip
    if "stability" not in found:
        yield issue(RULE, "failure", f"{done.name} is called capable and its stability was not checked",
                    "run CHECK_SPC on the same readings in time order")  # fmt: skip
