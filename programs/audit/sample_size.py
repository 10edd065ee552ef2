"""Rule: too few rows are named as such, and no difference found is not the same as none there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.audit.evidence import Evidence, issue
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tools.registry import find_tool

RULE = "sample size"
TOLD = frozenset({"sample size", "number of points", "overfitting", "power"})
"""Checks with which a tool speaks of size itself."""
LEAST_GROUP = 5
"""Values of a group under which neither its spread nor its shape can be judged."""
_EQUAL = re.compile(
    r"\b(?:the\s+same|equal|equivalent|identical|no\s+differen\w+|interchangeable|unchanged|as\s+good\s+as)\b",
    re.IGNORECASE,
)


def sample_size(evidence: Evidence) -> Iterator[AuditIssue]:
    """Warnings on small groups, and on equality concluded from a test that found no difference."""
    for done in evidence.results:
        family = find_tool(done.command.name).family
        if family == "hypothesis":
            yield from _small(done)
    nothing = [r.name for r in evidence.results if _compares(r) and r.result.decision == "not supported"]
    if nothing and _EQUAL.search(evidence.question):
        yield issue(RULE, "warning", f"{nothing[0]} found no clear difference, which does not show that there is none",
                    "read the confidence interval: it says how large a difference may still be there")  # fmt: skip


def _small(done: ToolResult) -> Iterator[AuditIssue]:
    if any(f.check in TOLD and f.status in ("warn", "fail") for f in done.result.findings):
        return
    sizes = {n: v for n, v in done.result.values.items() if n == "n" or n.startswith("n_")}
    small = {n: v for n, v in sizes.items() if v < LEAST_GROUP}
    if small and done.command.name != "RUN_CHI2":
        least = int(min(small.values()))
        yield issue(RULE, "warning", f"{done.name} rests on as few as {least} values in a sample, where neither spread nor "
                    "shape can be judged", f"take at least {LEAST_GROUP} values in each sample")  # fmt: skip


def _compares(done: ToolResult) -> bool:
    return done.command.name in ("RUN_TTEST", "RUN_ANOVA", "RUN_CHI2", "COMPARE_VARIANCES")
