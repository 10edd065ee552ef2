"""Rule: several tests at once are judged together, by Holm's correction."""

from __future__ import annotations

from collections.abc import Iterator

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.audit.evidence import Evidence, issue
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tools.hypothesis.multiplicity import holm
from havoc_pipeline.tools.registry import find_tool

RULE = "multiplicity"
TERM = "p_value_term_"
NOT_COUNTED = frozenset({"TEST_NORMALITY"})
"""Its p-values describe the data; no effect is claimed on them."""


def multiplicity(evidence: Evidence) -> Iterator[AuditIssue]:
    """A warning for each set of tests of which some are significant only when taken alone.

    References
    ----------
    Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    yield from _judged(dict(_tests(evidence.results)), "tests of this plan", _alpha(evidence.results))
    for done in evidence.results:
        if done.command.name == "FIT_REGRESSION":
            terms = {n.removeprefix(TERM): v for n, v in done.result.values.items() if n.startswith(TERM)}
            yield from _judged(terms, f"terms of {done.name}", _alpha([done]))


def _tests(results: tuple[ToolResult, ...]) -> Iterator[tuple[str, float]]:
    for done in results:
        counted = find_tool(done.command.name).family in ("hypothesis", "regression")
        if counted and done.command.name not in NOT_COUNTED and "p_value" in done.result.values:
            yield done.name, done.result.values["p_value"]


def _alpha(results: tuple[ToolResult, ...] | list[ToolResult]) -> float:
    return min((done.result.values.get("alpha", 0.05) for done in results), default=0.05)


def _judged(p_values: dict[str, float], what: str, alpha: float) -> Iterator[AuditIssue]:
    known = {name: p for name, p in p_values.items() if p == p}
    adjusted = dict(zip(known, holm(list(known.values())), strict=True)) if len(known) > 1 else {}
    lost = [name for name, p in adjusted.items() if known[name] < alpha <= p]
    if lost:
        yield issue(RULE, "warning", f"of {len(known)} {what}, {', '.join(lost[:6])} would not be significant once their "
                    "number is allowed for (Holm)", "take these as hints and confirm them on new data")  # fmt: skip
