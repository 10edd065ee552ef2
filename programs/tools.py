"""`Tools`: PLAN, EXECUTE, ANSWER. The second of the three levels that the benchmark compares."""

from __future__ import annotations

from typing import Any

from havoc_pipeline.programs import composing
from havoc_pipeline.programs.case import Case, Planned, Staged
from havoc_pipeline.programs.language import is_english
from havoc_pipeline.programs.program import Program
from havoc_pipeline.programs.settling import course
from havoc_pipeline.programs.stages.answer import AnswerStage
from havoc_pipeline.programs.stages.execute import ExecuteStage
from havoc_pipeline.programs.stages.plan import PlanStage
from havoc_pipeline.signatures.types import Answer


class Tools(Program):
    """A plan, its results, and the results in words; no debate and no audit."""

    def __init__(self, lm: Any = None, effort: Any = None, **options: Any) -> None:
        super().__init__(lm, effort, **options)
        self.plan, self.execute, self.answer = PlanStage(), ExecuteStage(), AnswerStage()

    def _think(self, case: Case) -> None:
        case.readings = self._run(case, "PLAN", lambda: self.plan(subject=case.subject, grounding=case.grounding))
        self._settle(case)

    def _settle(self, case: Case) -> None:
        """Answer, ask back or refuse."""
        way, best = course(case.readings, self.threshold, is_english(case.question))
        if way == "answer" and best is not None:
            self._carry_out(case, best)
        elif way == "refuse" and best is not None:
            self._say(case, composing.refused(case, best))
        else:
            self._say(case, composing.unsure(case, best))

    def _carry_out(self, case: Case, planned: Planned) -> None:
        problem = self._execute(case, planned, lambda: self.execute(subject=case.subject, planned=planned))
        if problem:
            self._say(case, composing.impossible(case, planned, problem))
        else:
            self._conclude(case)

    def _conclude(self, case: Case) -> None:
        wording = self._run(case, "ANSWER", lambda: self.answer(case=case))
        case.answer = composing.answered(case, wording)

    def _say(self, case: Case, answer: Answer) -> None:
        """An answer without results."""
        case.answer = self._run(case, "ANSWER", lambda: Staged(answer, "rule"))
