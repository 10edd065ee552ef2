"""ANSWER: the results in words. Numbers come from the results, never from a model."""

from __future__ import annotations

import re
from collections.abc import Iterable

import dspy

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.models import tasks_of
from havoc_pipeline.programs.case import Case, Staged
from havoc_pipeline.programs.placeholders import fill_named
from havoc_pipeline.programs.stages.competence import Unparsed
from havoc_pipeline.signatures.answer import WordAnswer
from havoc_pipeline.signatures.drafts import WordingDraft
from havoc_pipeline.signatures.types import ResultView

MOST_SENTENCES = 6
UNVOUCHED = "This cannot be vouched for: "
_NUMBER = re.compile(r"(?<![\w{])\d+(?:[.,]\d+)*")


class AnswerStage(dspy.Module):  # type: ignore[misc]
    """The tools' own sentences in plan order; a general model may word them anew."""

    def __init__(self) -> None:
        super().__init__()
        self.word = dspy.Predict(WordAnswer)

    def forward(self, case: Case) -> Staged[WordingDraft]:
        """Summary and caveats, every number filled in."""
        own = WordingDraft.model_construct(summary=sentences(case), caveats=[])
        if tasks_of(dspy.settings.lm) is not None:
            return Staged(own, "rule", "the tools' own sentences in plan order")
        try:
            draft = self.word(question=case.question, results=case.executed.results, verdict=case.verdict,
                              issues=case.audit.issues).wording  # fmt: skip
            return Staged(_filled(draft, case), "model")
        except (Unparsed, ModelError) as error:
            reason = error if isinstance(error, ModelError) else "the model's answer did not fit the form"
            return Staged(own, "rule", f"{reason}; the tools' own sentences stand instead")


def sentences(case: Case) -> str:
    """The tools' sentences, with the verdict in front when the conclusion falls."""
    results = case.executed.results
    told = list(dict.fromkeys(_of_level(result) for result in results[:MOST_SENTENCES]))
    told += ["The other levels stand in the results."] * (len(results) > MOST_SENTENCES)
    return (UNVOUCHED if case.verdict.decision == "falls" else "") + " ".join(told)


def _of_level(result: ResultView) -> str:
    return (
        result.statement
        if result.level is None
        else f"{result.command.arguments.get('by')} = {result.level}: {result.statement}"
    )


def _filled(draft: WordingDraft, case: Case) -> WordingDraft:
    """The model's sentences with the numbers filled in.

    Raises
    ------
    ModelError
        When the model typed a number of its own.
    """
    allowed = set(_NUMBER.findall(" ".join([case.question, case.chosen.text if case.chosen else ""])))
    written: Iterable[str] = [draft.summary, *draft.caveats]
    for sentence in written:
        stray = [number for number in _NUMBER.findall(re.sub(r"\{[^{}]*\}", "", sentence)) if number not in allowed]
        if stray:
            raise ModelError(f"the model typed the number {stray[0]}, which is in no result")
    summary = fill_named(draft.summary, case.tool_results)
    if case.verdict.decision == "falls" and not summary.startswith(UNVOUCHED):
        summary = UNVOUCHED + summary
    return WordingDraft.model_construct(
        summary=summary, caveats=[fill_named(c, case.tool_results) for c in draft.caveats]
    )
