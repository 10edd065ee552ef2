"""`SRS`: all eight stages, MODE to ANSWER. The third of the three levels, and what `havoc ask` runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from havoc_pipeline.errors import CommandError
from havoc_pipeline.lm.models import tasks_of
from havoc_pipeline.programs.case import Case, Executed, Planned, Readings, Staged, StageRecord
from havoc_pipeline.programs.planning import of_views
from havoc_pipeline.programs.stages.answer import sentences
from havoc_pipeline.programs.stages.arbiter import ArbiterStage, by_worst
from havoc_pipeline.programs.stages.argue import ArgueStage, by_status
from havoc_pipeline.programs.stages.audit import AuditStage
from havoc_pipeline.programs.stages.ground import GroundStage, with_method_pages
from havoc_pipeline.programs.stages.mode import ModeStage
from havoc_pipeline.programs.tools import Tools
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Alternative, Answer, AuditIssue

SENT_BACK = frozenset({"plan answers the question", "method fits data", "roles"})
"""Rules whose failure says that another plan was meant; the audit sends PLAN back for these, once."""
LEAST_SHARE = 0.05
"""Probability that the next reading must have to be worth trying."""


class SRS(Tools):
    """Answers a question over a table.

    Example
    -------
    >>> from havoc_pipeline import SRS, Table
    >>> answer = SRS(lm="embedded")(question="Is the force in control?", table=Table.read("bond.csv"))
    """

    def __init__(self, lm: Any = None, effort: Any = None, **options: Any) -> None:
        super().__init__(lm, effort, **options)
        self.mode, self.ground = ModeStage(), GroundStage()
        self.argue, self.arbiter = ArgueStage(), ArbiterStage()
        self.audit = AuditStage(attacks=effort == "high")

    def answer_with(self, alternative: Alternative, case: Case | None = None) -> Answer:
        """Go on with a reading that the user chose.

        Parameters
        ----------
        alternative : Alternative
            One of an answer's `alternatives`.
        case : Case, optional
            The question's case; the last one of this program when left out.

        Returns
        -------
        Answer
            Its confidence is 1: the user said what was meant.

        Raises
        ------
        CommandError
            When no question was asked before.
        """
        before = case or self.last
        if before is None:
            raise CommandError("there is no question to go on with; ask one first")
        chosen = of_views(alternative.commands, before.table)
        known = next((p for p in before.readings.planned if p.text == chosen.text), chosen)
        rest = tuple(p for p in before.readings.planned if p.text != chosen.text)
        after = self._anew(before, Readings((known, *rest), 1.0, True))
        after.journal.append(StageRecord("PLAN", 0.0, "user", "the user chose this reading", after.readings))
        done = self._through(after, lambda: self._carry_out(after, known)).answer
        assert done is not None
        return done

    def _anew(self, before: Case, readings: Readings) -> Case:
        subject = Subject.of(before.question, before.table, before.subject.links)
        early = [record for record in before.journal if record.stage in ("MODE", "GROUND")]
        return Case(before.question, before.table, subject, model=before.model, mode=before.mode,
                    grounding=before.grounding, readings=readings, journal=early)  # fmt: skip

    def _think(self, case: Case) -> None:
        case.mode = self._run(case, "MODE", lambda: self.mode(subject=case.subject))
        case.grounding = self._run(case, "GROUND", lambda: self.ground(subject=case.subject))
        super()._think(case)

    def _conclude(self, case: Case) -> None:
        self._examine(case)
        other = self._other_plan(case)
        if other is not None:
            self._try_instead(case, other)
        if case.chosen is not None:
            names = tuple(command.name for command in case.chosen.commands)
            case.grounding = with_method_pages(case.grounding, case.question, names)
        super()._conclude(case)

    def _examine(self, case: Case) -> None:
        """Both sides, the verdict, the audit."""
        if self._argues(case):
            case.debate = self._run(case, "ARGUE", lambda: self.argue(subject=case.subject, executed=case.executed,
                                                                      grounding=case.grounding))  # fmt: skip
            case.verdict = self._run(case, "ARBITER", lambda: self.arbiter(subject=case.subject, executed=case.executed,
                                                                           debate=case.debate))  # fmt: skip
        else:
            note = "nothing warns and little is at stake: the checks speak for themselves"
            case.debate = self._run(case, "ARGUE", lambda: Staged(by_status(case.executed.findings), "skipped", note))
            case.verdict = self._run(case, "ARBITER", lambda: Staged(by_worst(case.executed), "skipped", note))
        case.audit = self._run(case, "AUDIT", lambda: self.audit(case=case, text=sentences(case)))

    def _argues(self, case: Case) -> bool:
        """HAVOC's own model costs nothing; another one is asked when something is at stake."""
        if self.effort == "high" or (self.effort is None and tasks_of(self.lm) is not None):
            return True
        concerned = any(finding.status in ("warn", "fail") for finding in case.executed.findings)
        return concerned or (self.effort is None and case.mode.risk != "low")

    def _other_plan(self, case: Case) -> Planned | None:
        """The next reading, when the audit says that another plan was meant."""
        if not _sends_back(case.audit.issues):
            return None
        others = [
            p for p in case.readings.planned if p is not case.chosen and p.commands and p.probability >= LEAST_SHARE
        ]
        return others[0] if others else None

    def _try_instead(self, case: Case, other: Planned) -> None:
        """Carry out the other plan; keep it only when the audit lets it pass."""
        first = replace(case, journal=[])
        reasons = "; ".join(i.statement for i in case.audit.issues if i.severity == "failure" and i.rule in SENT_BACK)
        case.journal.append(StageRecord("PLAN", 0.0, "rule", f"sent back by the audit: {reasons}", other.plan))
        case.executed = Executed((), (), ())
        problem = self._execute(case, other, lambda: self.execute(subject=case.subject, planned=other))
        if not problem:
            self._examine(case)
        if problem or _sends_back(case.audit.issues):
            _restore(case, first)
        else:
            case.readings = replace(case.readings, confidence=other.probability)


def _sends_back(issues: tuple[AuditIssue, ...]) -> bool:
    return any(issue.severity == "failure" and issue.rule in SENT_BACK for issue in issues)


def _restore(case: Case, first: Case) -> None:
    """The first plan after all; its issues stay as caveats."""
    case.chosen, case.executed = first.chosen, first.executed
    case.debate, case.verdict, case.audit = first.debate, first.verdict, first.audit
    note = "the other reading did no better; the first plan stands with the audit's objection"
    case.journal.append(StageRecord("PLAN", 0.0, "rule", note, case.chosen.plan if case.chosen else None))
