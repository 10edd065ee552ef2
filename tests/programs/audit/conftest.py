"""Judging a plan by one rule, over links made by hand, so that no test hangs on the linker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.linking.extract import extract
from havoc_pipeline.linking.mentions import Candidate, ColumnMention, Links
from havoc_pipeline.programs.audit.evidence import Evidence
from havoc_pipeline.programs.placeholders import fill
from havoc_pipeline.signatures.types import AuditIssue, Verdict
from havoc_pipeline.tables import Table

Rule = Callable[[Evidence], Iterable[AuditIssue]]
Judge = Callable[..., list[str]]


def mention(question: str, text: str, header: str, level: str | None = None, score: float = 0.97) -> ColumnMention:
    start = question.index(text)
    return ColumnMention(start, start + len(text), text, (Candidate((header,), score, level),))


@pytest.fixture
def judge() -> Judge:
    """Severities of a rule's objections to commands over a table."""

    def of(
        rule: Rule, question: str, table: Table | None, *commands: str, mentions: Iterable[ColumnMention] = (),
        roles: dict[str, Any] | None = None, text: str | None = None, decision: str = "stands", **more: Any,
    ) -> list[str]:  # fmt: skip
        results = tuple(execute([parse_command(command) for command in commands], table))
        links = Links(question, (*extract(question), *mentions), roles or {})
        said = " ".join(fill(r.result.statement, r.result.values) for r in results) if text is None else text
        verdict = Verdict.model_validate({"decision": decision})
        evidence = Evidence(question, table, results=results, verdict=verdict, text=said, given=links, **more)
        return [found.severity for found in rule(evidence)]

    return of
