"""`Base`: the model alone, without tools. The first of the three levels that the benchmark compares."""

from __future__ import annotations

from typing import Any

import dspy

from havoc_pipeline.lm.models import tasks_of
from havoc_pipeline.programs import composing
from havoc_pipeline.programs.case import Case, Staged
from havoc_pipeline.programs.program import Program
from havoc_pipeline.programs.stages.competence import Unparsed
from havoc_pipeline.programs.stages.plan import PlanStage
from havoc_pipeline.programs.words import plan_words
from havoc_pipeline.signatures.alone import AnswerAlone
from havoc_pipeline.signatures.types import Answer, Plan

UNTRACED = "No tool was run: every number here is the model's own word, and nothing was checked."


class Base(Program):
    """A general model answers in words; HAVOC's own model, which writes none, gives its plan."""

    def __init__(self, lm: Any = None, effort: Any = None, **options: Any) -> None:
        super().__init__(lm, effort, **options)
        self.plan = PlanStage()
        self.say = dspy.Predict(AnswerAlone)

    def _think(self, case: Case) -> None:
        case.answer = self._run(case, "ANSWER", lambda: Staged(self._alone(case), "model"))

    def _alone(self, case: Case) -> Answer:
        if tasks_of(self.lm) is None:
            try:
                said = self.say(subject=case.subject).reply.text
            except Unparsed:
                said = "The model's answer did not fit the form."
            return self._untraced(case, said, Plan())
        case.readings = self.plan(subject=case.subject, grounding=case.grounding).output
        best = case.readings.planned[0] if case.readings.planned else None
        case.chosen = best
        return self._untraced(case, plan_words(best) if best else case.readings.problem, best.plan if best else Plan())

    def _untraced(self, case: Case, text: str, plan: Plan) -> Answer:
        return Answer(status="answered", summary=text, plan=plan, confidence=composing.confidence(case),
                      alternatives=composing.others(case), caveats=(UNTRACED,), question=case.question)  # fmt: skip
