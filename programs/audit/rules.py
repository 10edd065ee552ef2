"""All rules in the order in which they are reported, and the audit that applies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.linking.mentions import Links
from havoc_pipeline.programs.audit.assumptions_consulted import assumptions_consulted
from havoc_pipeline.programs.audit.evidence import Evidence
from havoc_pipeline.programs.audit.independent_rows import independent_rows
from havoc_pipeline.programs.audit.method_fits_data import method_fits_data
from havoc_pipeline.programs.audit.multiplicity import multiplicity
from havoc_pipeline.programs.audit.numbers_traced import numbers_traced
from havoc_pipeline.programs.audit.plan_answers_question import plan_answers_question
from havoc_pipeline.programs.audit.roles import roles
from havoc_pipeline.programs.audit.sample_size import sample_size
from havoc_pipeline.programs.audit.stable_before_capable import stable_before_capable
from havoc_pipeline.programs.audit.units import units
from havoc_pipeline.signatures.types import Audit, AuditIssue, Debate, Mode, Plan, Verdict
from havoc_pipeline.tables import Table

RULES: tuple[Callable[[Evidence], Iterable[AuditIssue]], ...] = (
    numbers_traced, assumptions_consulted, stable_before_capable, multiplicity, units, roles, method_fits_data,
    independent_rows, plan_answers_question, sample_size,
)  # fmt: skip
"""Each takes the evidence and gives its objections, none when there is nothing to object to."""


def audit(
    question: str, table: Table | None, mode: Mode, plan: Plan, results: Sequence[ToolResult], debate: Debate,
    verdict: Verdict, text: str, links: Links | None = None,
) -> Audit:  # fmt: skip
    """Hold an answer against every rule.

    Parameters
    ----------
    question : str
    table : Table or None
    mode, plan, debate, verdict
        What the stages before gave.
    results : sequence of ToolResult
        As the executor gave them.
    text : str
        The answer in words, numbers filled in.
    links : Links, optional
        What the question mentions; found anew when left out.

    Returns
    -------
    Audit
        The objections, each once, in the order of the rules.
    """
    evidence = Evidence(question, table, mode, plan, tuple(results), debate, verdict, text, links)
    return Audit(issues=tuple(dict.fromkeys(found for rule in RULES for found in rule(evidence))))
