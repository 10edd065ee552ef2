"""What the three programs share: the model, the stages' ticks, and the way from a plan to an answer."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import Any, Literal

import dspy

from havoc_pipeline.errors import CommandError, DataError, HavocError, TableError
from havoc_pipeline.lm.models import adapter_for, choose_lm
from havoc_pipeline.programs.case import Case, Planned, Stage, Staged, StageRecord, T
from havoc_pipeline.programs.stages.competence import unreached
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Answer
from havoc_pipeline.tables import Table

MOST_CHARACTERS = 20_000
STATEMENT = re.compile(
    r"[\s'\";)]*(?:(?:drop|truncate|alter|create)\s+(?:table|database|view|index)|delete\s+from|insert\s+into)\b",
    re.IGNORECASE,
)
"""How a statement for a database begins; quotes and signs may stand before it."""
Tick = Callable[[Stage, Literal["start", "end", "failed"], float], None]


class Program(dspy.Module):  # type: ignore[misc]
    """Base of `Base`, `Tools` and `SRS`.

    Parameters
    ----------
    lm : str, dspy.LM or None
        As `lm.models.choose_lm` takes it.
    effort : {"low", "high"} or None
        Low leaves out the debate where nothing is wrong; high always argues, and lets a general
        model attack the answer.
    api_base : str, optional
        Address of the server of an `openai/NAME`.
    on_stage : callable, optional
        Called with the stage's name, "start", "end" or "failed", and the seconds it took (0 at the start).
    """

    threshold = 0.5
    """Calibrated confidence under which the readings are offered instead of an answer."""

    def __init__(
        self, lm: Any = None, effort: Literal["low", "high"] | None = None, *, api_base: str | None = None,
        on_stage: Tick | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.lm = choose_lm(lm, api_base)
        self.adapter = adapter_for(self.lm)
        self.effort, self.on_stage = effort, on_stage
        self.last: Case | None = None

    def forward(
        self, question: str, table: Table | None = None, dictionary: str | PathLike[str] | None = None
    ) -> Answer:
        """The typed answer to a question.

        Parameters
        ----------
        question : str
            At most 20,000 characters.
        table : Table or None
        dictionary : path, optional
            Data dictionary that says what each column means.

        Returns
        -------
        Answer

        Raises
        ------
        CommandError
            When the question is empty or too long.
        TableError
            When the dictionary cannot be read.
        ModelError
            When the language model cannot be reached.
        """
        return self._answer(question, table, dictionary)

    def _answer(self, question: str, table: Table | None, dictionary: str | PathLike[str] | None) -> Answer:
        answer = self.reason(question, table, dictionary).answer
        assert answer is not None
        return answer

    async def aforward(
        self, question: str, table: Table | None = None, dictionary: str | PathLike[str] | None = None
    ) -> Answer:
        """The same from async code; the work runs in a thread of its own."""
        return await asyncio.to_thread(self._answer, question, table, dictionary)

    def reason(self, question: str, table: Table | None = None, dictionary: str | PathLike[str] | None = None) -> Case:
        """As calling the program, but with everything the stages gave: for traces and reports."""
        self._check(question)
        table = _described(table, dictionary)
        case = Case(question, table, Subject.of(question, table), model=str(self.lm.model))
        return self._through(case, lambda: self._think(case))

    def _through(self, case: Case, think: Callable[[], None]) -> Case:
        """Run with this program's model; failures of the model come out as one sentence."""
        with dspy.context(lm=self.lm, adapter=self.adapter):
            try:
                think()
            except dspy.LMError as error:
                raise _own(error) or unreached(error) from error
        self.last = case
        return case

    def _think(self, case: Case) -> None:
        raise NotImplementedError

    def _check(self, question: str) -> None:
        if not question.strip():
            raise CommandError("the question is empty; ask one such as: is the bond force in control?")
        if any("\ud800" <= character <= "\udfff" for character in question[:MOST_CHARACTERS]):
            raise CommandError("the question holds bytes that are no text; write it in UTF-8")
        if STATEMENT.match(question):
            raise CommandError("this is a statement for a database, no question of data; ask what is to be found out")
        if len(question) > MOST_CHARACTERS:
            raise CommandError(
                f"the question is {len(question)} characters long; the limit is {MOST_CHARACTERS}: shorten it"
            )

    @contextmanager
    def _ticking(self, stage: Stage) -> Iterator[Callable[[], float]]:
        started, told = time.perf_counter(), self.on_stage or (lambda stage, state, seconds: None)
        told(stage, "start", 0.0)
        try:
            yield lambda: time.perf_counter() - started
        except Exception:
            told(stage, "failed", time.perf_counter() - started)
            raise
        told(stage, "end", time.perf_counter() - started)

    def _run(self, case: Case, stage: Stage, work: Callable[[], Staged[T]]) -> T:
        """Run a stage, tick it, and write it down."""
        with self._ticking(stage) as seconds:
            done = work()
            case.journal.append(StageRecord(stage, seconds(), done.by, done.note, done.output))
        return done.output

    def _execute(self, case: Case, planned: Planned, work: Callable[[], Staged[Any]]) -> str:
        """Run a plan; the sentence that says why not, when the data do not allow it."""
        case.chosen = planned
        try:
            case.executed = self._run(case, "EXECUTE", work)
        except (CommandError, DataError, TableError) as error:
            case.journal.append(StageRecord("EXECUTE", 0.0, "tools", str(error), None))
            return str(error)
        return ""


def _described(table: Table | None, dictionary: str | PathLike[str] | None) -> Table | None:
    """The table with its columns' meanings."""
    if dictionary is None:
        return table
    if table is None or table.source is None:
        raise TableError("a data dictionary needs a table read from a file; use Table.read(path, dictionary=...)")
    return Table.read(table.source, dictionary=dictionary)


def _own(error: BaseException) -> HavocError | None:
    """HAVOC's own error that DSPy wrapped, if there is one."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, HavocError):
        cause = cause.__cause__ or cause.__context__
    return cause
