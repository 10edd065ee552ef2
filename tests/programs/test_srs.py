"""The eight stages over scripted plans: statuses, ticks, fallbacks, choices, the audit's way back."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from havoc_pipeline.errors import CommandError, TableError
from havoc_pipeline.programs.case import STAGES
from havoc_pipeline.programs.srs import SRS
from havoc_pipeline.signatures.types import Audit, AuditIssue
from havoc_pipeline.tables import Table


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scripted", Path(__file__).parent / "scripted.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scripted"] = module
    spec.loader.exec_module(module)
    return module


scripted = _load()
BEST = 'RUN_TTEST response=strength group=resin first="new" alternative=greater'
OTHER = "RUN_TTEST response=strength group=resin"
pytestmark = pytest.mark.usefixtures("clean_audit")


def program(plans: dict[str, float], **options: Any) -> tuple[SRS, Any]:
    ticks: list[tuple[str, str]] = []
    planner = scripted.ScriptedPlanner(plans, **options)
    srs = SRS(scripted.scripted_lm(planner), on_stage=lambda name, state, seconds: ticks.append((name, state)))
    planner.ticks = ticks
    return srs, planner


def test_a_question_is_answered_with_the_tools_numbers(resin: Table) -> None:
    srs, planner = program({BEST: 0.7, OTHER: 0.2})
    answer = srs(question="Did the new resin raise strength?", table=resin)
    assert answer.status == "answered"
    assert answer.confidence == 0.9
    assert answer.mode.domain == "hypothesis"
    p = answer.results[0].values["p_value"]
    assert p is not None
    assert f"p {p:.3f}" in answer.summary
    assert [a.commands[0].text for a in answer.alternatives] == [OTHER]
    assert answer.alternatives[0].probability == 0.2
    assert answer.plan.steps[0].command.arguments == {
        "response": "strength", "group": "resin", "first": "new", "alternative": "greater"}  # fmt: skip
    assert answer.model_validate_json(answer.model_dump_json()) == answer
    assert [name for name, state in planner.ticks if state == "end"] == list(STAGES)


def test_a_checkpoint_that_was_not_trained_on_a_stage_says_so(resin: Table) -> None:
    srs, planner = program({BEST: 0.7})
    case = srs.reason("Did the new resin raise strength?", resin)
    by = {record.stage: record for record in case.journal}
    assert planner.prompts == []
    for stage in ("MODE", "ARGUE", "ARBITER"):
        assert by[stage].by == "rule"
        assert "was not trained on" in by[stage].note
    assert by["PLAN"].by == "model"
    assert case.verdict.decision == "stands"


def test_a_trained_checkpoint_is_asked_in_its_own_symbols(resin: Table) -> None:
    shares = {"<high>": 9.0, "<con>": 9.0, "<falls>": 9.0}
    srs, planner = program({BEST: 0.7}, tasks=("plan", "mode", "argue", "arbiter"), shares=shares)
    answer = srs(question="Did the new resin raise strength?", table=resin)
    assert answer.mode.difficulty == answer.mode.risk == "high"
    assert planner.prompts[0].startswith("<mode> did the")
    assert planner.prompts[0].endswith("<cmd> <check>")
    assert planner.prompts[1].endswith("<cmd> <answer>")
    marks = " ".join(f"<K{i}> <{f.status}>" for i, f in enumerate(answer.findings, 1))
    assert planner.prompts[2] == f"<argue> RUN_TTEST <supported> {marks} <cmd> <K1>"
    statuses = " ".join(f"<{f.status}>" for f in answer.findings)
    assert planner.prompts[-1] == f"<arbiter> RUN_TTEST <supported> <pro> <con> {statuses} <cmd>"
    assert answer.verdict is not None
    assert answer.verdict.decision == "falls"
    assert answer.verdict.weight == pytest.approx(9 / 11)
    assert answer.summary.startswith("This cannot be vouched for: ")
    assert answer.debate is not None
    assert answer.debate.con[0].evidence == ("r1.f1",)


def test_a_doubtful_question_is_asked_back_and_goes_on_with_the_choice(resin: Table) -> None:
    srs, _ = program({BEST: 0.4, OTHER: 0.35, "REFUSE reason=ambiguous": 0.1}, sure=0.3)
    answer = srs(question="new resin strength", table=resin)
    assert answer.status == "unsure"
    assert answer.results == ()
    assert [a.commands[0].text for a in answer.alternatives] == [BEST, OTHER]
    assert "`strength`" in answer.alternatives[1].words
    chosen = srs.answer_with(answer.alternatives[1])
    assert chosen.status == "answered"
    assert chosen.confidence == 1.0
    assert chosen.results[0].command.text == OTHER
    assert [a.commands[0].text for a in chosen.alternatives] == [BEST]


def test_an_ambiguous_reading_is_asked_back_however_sure(resin: Table) -> None:
    srs, _ = program({"REFUSE reason=ambiguous": 0.9, OTHER: 0.05}, sure=0.99)
    answer = srs(question="is it ok?", table=resin)
    assert answer.status == "unsure"
    assert answer.plan.refusal == "ambiguous"
    assert [a.commands[0].text for a in answer.alternatives] == [OTHER]


@pytest.mark.parametrize(
    ("reason", "said"),
    [("missing_column", "“humidity”"), ("off_topic", "no question of data"), ("unsupported", "No command"),
     ("impossible", "does not fit")],
)  # fmt: skip
def test_a_refusal_says_why_and_what_would_be_needed(resin: Table, reason: str, said: str) -> None:
    srs, _ = program({f"REFUSE reason={reason}": 0.8, OTHER: 0.1})
    answer = srs(question="Does humidity drive the strength?", table=resin)
    assert answer.status == "refused"
    assert said in answer.summary
    assert answer.next_steps
    assert answer.results == ()


def test_a_missing_column_lists_what_the_table_has(resin: Table) -> None:
    srs, _ = program({"REFUSE reason=missing_column": 0.8})
    summary = srs(question="Does humidity drive the strength?", table=resin).summary
    assert "`strength`, `resin`" in summary
    assert "“strength”" not in summary


def test_data_that_do_not_allow_the_plan_refuse_with_the_tools_reason(resin: Table) -> None:
    srs, planner = program({OTHER + ' where=(resin == "new")': 1.0})
    answer = srs(question="new against old?", table=resin)
    assert answer.status == "refused"
    assert "a t-test compares two" in answer.summary
    assert ("EXECUTE", "failed") in planner.ticks


def test_the_audit_sends_the_plan_back_once(resin: Table, clean_audit: Callable[..., None]) -> None:
    def hold(plan: Any, **_: Any) -> Audit:
        wrong = plan.steps[0].command.text == BEST
        issue = AuditIssue(rule="plan answers the question", severity="failure", statement="no direction was asked")
        return Audit(issues=(issue,) if wrong else ())

    clean_audit(hold)
    srs, _ = program({BEST: 0.6, OTHER: 0.3})
    case = srs.reason("Do the resins differ in strength?", resin)
    assert case.answer is not None
    assert case.answer.results[0].command.text == OTHER
    assert case.answer.confidence == pytest.approx(0.3)
    assert any("sent back by the audit: no direction was asked" in record.note for record in case.journal)


def test_the_first_plan_stands_with_a_caveat_when_the_other_does_no_better(
    resin: Table, clean_audit: Callable[..., None]
) -> None:
    issue = AuditIssue(rule="roles", severity="failure", statement="the roles are swapped", mend="name the columns")
    clean_audit(lambda **_: Audit(issues=(issue,)))
    srs, _ = program({BEST: 0.6, OTHER: 0.3})
    answer = srs(question="Do the resins differ?", table=resin)
    assert answer.results[0].command.text == BEST
    assert "The roles are swapped." in answer.caveats
    assert "name the columns" in answer.next_steps


def test_by_levels_are_told_apart(resin: Table) -> None:
    srs, _ = program({"RUN_TTEST response=strength mu=50 by=resin": 0.9})
    answer = srs(question="is strength 50 for each resin?", table=resin)
    assert [r.name for r in answer.results] == ["r1[new]", "r1[old]"]
    assert "resin = new: " in answer.summary
    assert answer.findings[0].id == "r1[new].f1"


@pytest.mark.parametrize("question", ["", "  \n", "x" * 20_001])
def test_an_empty_or_endless_question_is_one_sentence(question: str, resin: Table) -> None:
    srs, _ = program({BEST: 0.9})
    with pytest.raises(CommandError, match="question is"):
        srs(question=question, table=resin)


def test_a_dictionary_needs_a_file(resin: Table) -> None:
    srs, _ = program({BEST: 0.9})
    with pytest.raises(TableError, match="data dictionary"):
        srs(question="?", table=resin, dictionary="meanings.csv")


def test_the_pages_of_the_method_that_ran_are_cited(resin: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    from havoc_pipeline.signatures.types import Passage

    class Library:
        @classmethod
        def open(cls) -> Library:
            return cls()

        def search(self, text: str, commands: Any = (), limit: int = 5) -> list[Passage]:
            return [Passage(id=name, document="handbook", text=name, score=1.0) for name in [*commands, "general"]]

    module = ModuleType("havoc_pipeline.retrieval")
    module.Library = Library  # type: ignore[attr-defined]
    module.methods = lambda text: [("RUN_TTEST", 0.8)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "havoc_pipeline.retrieval", module)
    monkeypatch.setattr("havoc_pipeline.retrieval", module, raising=False)
    srs, _ = program({BEST: 0.7})
    answer = srs(question="Did the new resin raise strength?", table=resin)
    assert [c.id for c in answer.citations[:2]] == ["RUN_TTEST", "general"]
    assert answer.citations[2].source.startswith("Welch")
    assert answer.grounding.methods[0].command == "RUN_TTEST"


async def _asked(srs: SRS, table: Table) -> Any:
    return await srs.acall(question="Did the new resin raise strength?", table=table)


def test_it_answers_from_async_code_and_survives_saving(resin: Table, tmp_path: Path) -> None:
    srs, _ = program({BEST: 0.7})
    assert asyncio.run(_asked(srs, resin)).status == "answered"
    srs.save(str(tmp_path / "srs.json"))
    other, _ = program({BEST: 0.7})
    other.load(str(tmp_path / "srs.json"))
    assert other(question="Did the new resin raise strength?", table=resin).status == "answered"
