"""The typed answer, from what the stages gave."""

from __future__ import annotations

from collections.abc import Iterable

from havoc_pipeline.programs.case import Case, Planned
from havoc_pipeline.programs.refusals import refusal_text
from havoc_pipeline.programs.unclear import unclear_text
from havoc_pipeline.programs.words import alternative_of
from havoc_pipeline.signatures.drafts import WordingDraft
from havoc_pipeline.signatures.types import Alternative, Answer, Citation, FindingView, Mode, Plan
from havoc_pipeline.tools.registry import find_tool

UNCALIBRATED = "The confidence is the model's own and was not held against questions with known answers."
UNKNOWN_CONFIDENCE = 0.5
"""Stated when a model tells no probability at all."""
WORST_FIRST = {"fail": 0, "warn": 1, "failure": 0, "warning": 1}


def answered(case: Case, wording: WordingDraft) -> Answer:
    """The answer of a plan that ran."""
    assert case.chosen is not None
    findings = case.executed.findings
    return Answer(
        status="answered", summary=wording.summary, mode=with_family(case.mode, case.chosen), plan=case.chosen.plan,
        results=case.executed.results, findings=findings, confidence=confidence(case), alternatives=others(case),
        caveats=_caveats(case, wording), citations=_citations(case), next_steps=_next_steps(case),
        grounding=case.grounding, debate=case.debate, verdict=case.verdict, audit=case.audit, question=case.question,
    )  # fmt: skip


def unsure(case: Case, best: Planned | None) -> Answer:
    """The likeliest readings in words, and no results."""
    offered = [p for p in case.readings.planned if p.commands]
    said, steps = unclear_text(case, offered)
    declined = best is not None and best.plan.refusal is not None
    problem = (_sentence(case.readings.problem.split("\n")[0]),) if case.readings.problem and not offered else ()
    return Answer(
        status="unsure", summary=said, mode=case.mode, plan=best.plan if best is not None and declined else Plan(),
        confidence=confidence(case), alternatives=tuple(map(alternative_of, offered)), caveats=problem,
        next_steps=steps, grounding=case.grounding, question=case.question,
    )  # fmt: skip


def refused(case: Case, planned: Planned) -> Answer:
    """A question that these commands over this table do not answer."""
    summary, steps = refusal_text(case, planned)
    return Answer(status="refused", summary=summary, mode=case.mode, plan=planned.plan, confidence=confidence(case),
                  alternatives=others(case), next_steps=steps, grounding=case.grounding, question=case.question)  # fmt: skip


def impossible(case: Case, planned: Planned, reason: str) -> Answer:
    """A plan that the data do not allow; the tool's own sentence says why and what would mend it."""
    return Answer(status="refused", summary=_sentence(reason), mode=with_family(case.mode, planned), plan=planned.plan,
                  confidence=confidence(case), alternatives=others(case), grounding=case.grounding,
                  question=case.question)  # fmt: skip


def confidence(case: Case) -> float:
    """How sure HAVOC is that the chosen plan is what was asked."""
    told = case.readings.confidence
    return UNKNOWN_CONFIDENCE if told is None else min(1.0, max(0.0, told))


def others(case: Case) -> tuple[Alternative, ...]:
    """The readings that were not chosen; refusals are no reading to go on with."""
    return tuple(alternative_of(p) for p in case.readings.planned if p is not case.chosen and p.commands)


def with_family(mode: Mode, planned: Planned) -> Mode:
    """The mode with the family of the plan's first command, where the model named none."""
    if mode.domain is not None or not planned.commands:
        return mode
    return Mode(domain=find_tool(planned.commands[0].name).family, difficulty=mode.difficulty, risk=mode.risk)  # type: ignore[arg-type]


def _concerns(findings: Iterable[FindingView]) -> list[FindingView]:
    """Checks that failed, then those that warn."""
    return sorted((f for f in findings if f.status in ("fail", "warn")), key=lambda f: WORST_FIRST[f.status])


def _caveats(case: Case, wording: WordingDraft) -> tuple[str, ...]:
    issues = sorted((i for i in case.audit.issues if i.severity != "note"), key=lambda i: WORST_FIRST[i.severity])
    told = [_sentence(f.statement) for f in _concerns(case.executed.findings)]
    told += [_sentence(issue.statement) for issue in issues] + list(wording.caveats)
    told += [UNCALIBRATED] if not case.readings.calibrated else []
    return tuple(dict.fromkeys(told))


def _next_steps(case: Case) -> tuple[str, ...]:
    mends = [f.mend for f in _concerns(case.executed.findings)] + [issue.mend for issue in case.audit.issues]
    return tuple(dict.fromkeys(mend for mend in mends if mend))


def _citations(case: Case) -> tuple[Citation, ...]:
    passages = [Citation(id=p.id, source=p.document, page=p.page, text=p.text) for p in case.grounding.passages]
    sources = dict.fromkeys(r for result in case.executed.results for r in result.references)
    return (*passages, *(Citation(id=f"ref{n}", source=source) for n, source in enumerate(sources, 1)))


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
