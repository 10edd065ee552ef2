"""Rule: what the question names beyond doubt, columns, levels, limits, direction, is in the plan."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from havoc_pipeline.dsl.command import Call, Command, Value
from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.programs.audit.evidence import Evidence, columns_of, issue
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tools.registry import find_tool

RULE = "plan answers the question"
_LIMIT_BEFORE = re.compile(
    r"(?:\b(?:between|at\s+least|at\s+most|no\s+(?:more|less|fewer)\s+than|below|above|under|over|exceeds?|than|target(?:\s+of)?|"
    r"nominal(?:\s+of)?|lsl|usl|limits?(?:\s+of)?|spec(?:ification)?s?(?:\s+of|\s+limits?)?|tolerance(?:\s+of)?|minimum|maximum)"
    r"|\bbetween\s+[-−]?[\d.,]+\s*\S{0,6}\s+and|[<>≤≥±=])\s*(?:is|are|of|:|=)?\s*$",
    re.IGNORECASE,
)  # fmt: skip
_UP = re.compile(
    r"\b(?:rais\w+|increas\w+|higher|greater|larger|more\s+than|above|exceed\w*|stronger|longer|improv\w+)\b", re.I
)
_DOWN = re.compile(
    r"\b(?:lower\w*|reduc\w+|decreas\w+|less\s+than|smaller|below|under|weaker|shorter|fewer|cut|drop\w*)\b", re.I
)


def plan_answers_question(evidence: Evidence) -> Iterator[AuditIssue]:
    """Failures on columns, levels and directions left out or turned round; warnings on limits left out."""
    if not evidence.commands:
        return
    yield from _columns(evidence)
    yield from _numbers(evidence)
    for command in evidence.commands:
        yield from _direction(evidence, command)


def _columns(evidence: Evidence) -> Iterator[AuditIssue]:
    """Columns and levels that the question names and no command uses."""
    if evidence.table is None or any(_takes_all(command) for command in evidence.commands):
        return
    for mention in evidence.clear():
        best = mention.best
        if set(best.headers) & evidence.headers:
            continue
        named = ", ".join(f"`{header}`" for header in best.headers)
        what = f"`{best.level}` of {named}" if best.level is not None else named
        yield issue(RULE, "failure", f'the question names {what} ("{mention.text}"), and the plan leaves it out',
                    "ask again and say what part it plays")  # fmt: skip


def _takes_all(command: Command) -> bool:
    """Whether a list of columns was left out, which stands for every column."""
    parameters = find_tool(command.name).parameters.values()
    return any(
        "column" in p.kinds and p.many and not p.required and p.name not in command.arguments and p.name != "control"
        for p in parameters
        if command.name in ("DESCRIBE", "FIT_REGRESSION", "EVALUATE_DOE")
    )


def _numbers(evidence: Evidence) -> Iterator[AuditIssue]:
    """Limits and reference values that the question gives and no command uses."""
    used = [number for command in evidence.commands for number in _used(command)]
    plan = " ".join(map(str, evidence.commands))
    for mention in evidence.numbers():
        limit = mention.part in ("low", "high") or _stands_as_limit(evidence.question, mention)
        if limit and not any(_same(mention, number) for number in used) and mention.text.split()[0] not in plan:
            yield issue(RULE, "warning", f"the question gives {mention.text}, and the plan does not use it",
                        "ask again and say what the value is for")  # fmt: skip


def _stands_as_limit(question: str, mention: NumberMention) -> bool:
    return mention.part == "plain" and _LIMIT_BEFORE.search(question[: mention.start]) is not None


def _same(mention: NumberMention, number: float) -> bool:
    """Whether a number of the plan is the one mentioned, also as a share or the complement of a level."""
    forms = (mention.value, mention.value / 100, 1 - mention.value / 100, mention.value * 100)
    return any(math.isclose(form, number, rel_tol=1e-9, abs_tol=1e-12) for form in forms)


def _used(command: Command) -> Iterator[float]:
    for value in command.arguments.values():
        yield from _floats(value)
    for condition in command.where:
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        yield from (float(v) for v in values if isinstance(v, float) or (isinstance(v, str) and _is_number(v)))
    if {"alpha", "required"} & set(find_tool(command.name).parameters):
        defaults = (find_tool(command.name).parameters.get(name) for name in ("alpha", "required"))
        yield from (float(p.default) for p in defaults if p is not None and isinstance(p.default, int | float))


def _floats(value: Value) -> Iterator[float]:
    if isinstance(value, float) and not isinstance(value, bool):
        yield value
    for inner in value if isinstance(value, tuple) else value.operands if isinstance(value, Call) else ():
        yield from _floats(inner)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _direction(evidence: Evidence, command: Command) -> Iterator[AuditIssue]:
    """A one-sided test the other way than the question's only word of direction."""
    way = str(command.arguments.get("alternative", "two-sided"))
    if command.name != "RUN_TTEST" or way == "two-sided" or "group" in command.arguments:
        return  # between groups the order of the levels decides, which the words alone do not tell
    text = evidence.question
    for column in columns_of(command, "response", evidence.table):
        text = text.replace(column.header, " ")
    up, down = _UP.search(text), _DOWN.search(text)
    if (up and not down and way == "less") or (down and not up and way == "greater"):
        word = (up or down or [""])[0]
        yield issue(RULE, "failure", f'the question asks for "{word}" and the test looks the other way '
                    f"(alternative={way})", "turn the alternative round")  # fmt: skip
