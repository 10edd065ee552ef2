"""Rule: every number in the words is a value of a result, or stands in the question or the plan."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.audit.evidence import Evidence, issue
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tools.result import format_number

RULE = "numbers traced"
_NUMBER = re.compile(r"(?<![\w.,])[-−+±]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?(?![\w])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")


def numbers_traced(evidence: Evidence) -> Iterator[AuditIssue]:
    """A failure for each number that comes from nowhere.

    A number agrees with a value when the value rounds to it at the number's own decimals; numbers of
    one figure must be equal, since nearly every value rounds to some figure.
    """
    written = _numbers_of(evidence)
    values = [v for result in evidence.results for v in _values(result)]
    for place, text in _words(evidence):
        for found in dict.fromkeys(_NUMBER.findall(text)):
            plain = found.lstrip("+±")
            if plain.lstrip("-−") not in written and not any(_agrees(plain, value) for value in values):
                yield issue(RULE, "failure", f"the number {found} in the {place} is in no result, question or plan",
                            "take the number from a result by its name")  # fmt: skip


def _words(evidence: Evidence) -> Iterator[tuple[str, str]]:
    names = sorted(_names(evidence), key=len, reverse=True)
    yield "summary", _without(evidence.text, names)
    for claim in (*evidence.debate.pro, *evidence.debate.con):
        yield "debate", _without(claim.text, names)
    for reason in evidence.verdict.reasons:
        yield "verdict", _without(reason, names)


def _names(evidence: Evidence) -> set[str]:
    """Headers and levels that carry a digit, which is no number of the answer."""
    levels = {result.level for result in evidence.results if result.level is not None}
    columns = evidence.table.columns if evidence.table is not None else ()
    used = [column for column in columns if column.header in evidence.headers and not column.is_numeric]
    named = {c.header for c in columns} | levels | {level for c in used for level in c.levels[:200]}
    return {name for name in named if any(c.isdigit() for c in name) and not name.strip().isdigit()}


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return text


def _numbers_of(evidence: Evidence) -> set[str]:
    """Numbers as written in the question, the plan, and in what the tools themselves wrote."""
    told = [evidence.question, *(str(command) for command in evidence.commands)]
    told += [step.purpose for step in evidence.plan.steps]
    for result in evidence.results:
        # a tool's own sentence is computed, its placeholders apart, which the values cover
        told += [result.result.statement, *(f.statement for f in result.result.findings), result.level or ""]
        told += [format_number(name, value) for name, value in result.result.values.items()]
    return {n.lstrip("+-−±") for text in told for n in _NUMBER.findall(text)}


def _values(done: ToolResult) -> Iterator[float]:
    yield from done.result.values.values()
    for finding in done.result.findings:
        yield from (v for v in (finding.statistic, finding.p_value, finding.threshold) if v is not None)
    yield from (float(len(done.rows)), 100 * (1 - done.result.values.get("alpha", 0.05)))
    for table in done.result.tables:
        yield from (float(c) for row in table.rows for c in row if isinstance(c, int | float))


def _agrees(text: str, value: float) -> bool:
    plain = _THOUSANDS.sub("", text.replace("−", "-"))
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    try:
        number = float(plain)
    except ValueError:
        return False
    if number == value:
        return True
    mantissa, _, power = plain.lower().partition("e")
    figures = len(mantissa.lstrip("-").replace(".", "").lstrip("0"))
    decimals = len(mantissa.partition(".")[2])
    step = 10.0 ** (int(power or 0) - decimals)
    return figures > 1 and decimals > 0 and math.isfinite(value) and abs(number - value) <= 0.5000001 * step
