"""`havoc ask`: the stages ticking by, the answer, and a choice of readings when HAVOC is unsure."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havoc_pipeline.cli.terminal import json_text, piped, say, show, show_json, style
from havoc_pipeline.cli.ticks import Ticks
from havoc_pipeline.errors import CommandError
from havoc_pipeline.reports.answer_text import answer_text, readings
from havoc_pipeline.tables import Table

if TYPE_CHECKING:
    from havoc_pipeline.api import SRS
    from havoc_pipeline.programs.case import Case
    from havoc_pipeline.signatures.types import Answer

MOST_CHARACTERS = 20_000
CODES = {"answered": 0, "unsure": 3, "refused": 4}


@dataclass(frozen=True)
class AskOptions:
    """What `havoc ask` was asked."""

    question: str | None
    data: Path | None = None
    sheet: str | None = None
    dictionary: Path | None = None
    json: bool = False
    report: Path | None = None
    trace: Path | None = None
    file: Path | None = None
    data_dir: Path | None = None
    out: Path | None = None
    lm: str | None = None
    api_base: str | None = None
    yes: bool = False


def ask_one(options: AskOptions) -> int:
    """Answer one question.

    Returns
    -------
    int
        0 answered, 3 unsure, 4 refused.

    Raises
    ------
    HavocError
        When the question or the table cannot be used, or the model is out of reach.
    """
    question = read_question(options.question)
    with Ticks(quiet=options.json) as ticks:
        program, case = reason(options, question, _table(options, ticks), ticks)
    answer = _settled(options, program, _answer_of(case))
    case = program.last or case
    if options.json:
        show_json(answer.model_dump(mode="json"))
    else:
        show(answer_text(answer, style()))
    _keep(options, case)
    return CODES[answer.status]


def read_question(question: str | None) -> str:
    """The question from the argument or, for `-`, from standard input.

    Raises
    ------
    CommandError
        When it is empty or longer than 20,000 characters.
    """
    if question is None:
        raise CommandError('no question; ask one, such as: havoc ask "Is the force in control?" --data bond.csv')
    text = piped(MOST_CHARACTERS) if question == "-" else question
    if len(text) > MOST_CHARACTERS:
        length = f"more than {MOST_CHARACTERS:,}" if question == "-" else f"{len(text):,}"
        raise CommandError(f"the question is {length} characters long; the limit is {MOST_CHARACTERS:,}: shorten it")
    if not text.strip():
        raise CommandError("the question is empty; ask one such as: is the bond force in control?")
    return text.strip()


def _table(options: AskOptions, ticks: Ticks) -> Table | None:
    if options.data is not None:
        with ticks.doing("read", options.data.name):
            return Table.read(options.data, sheet=options.sheet, dictionary=options.dictionary)
    if options.dictionary is not None:
        raise CommandError("--dictionary describes the columns of a table; give one with --data FILE")
    return None


def reason(options: AskOptions, question: str, table: Table | None, ticks: Ticks) -> tuple[SRS, Case]:
    """Run the eight stages, ticking on a terminal's standard error."""
    with ticks.doing("load", "the language model"):
        from havoc_pipeline.api import SRS

        program = SRS(options.lm, api_base=options.api_base, on_stage=ticks.tick)
    return program, program.reason(question, table)


def _answer_of(case: Case) -> Answer:
    if case.answer is None:
        raise CommandError("the question came to no answer; ask it in other words")
    return case.answer


def _settled(options: AskOptions, program: SRS, answer: Answer) -> Answer:
    """The answer after the user chose a reading, where one is asked for and a terminal is there."""
    runnable = [alternative for alternative in answer.alternatives if alternative.commands]
    if answer.status != "unsure" or not runnable or options.json:
        return answer
    if options.yes:
        return program.answer_with(runnable[0])
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return answer
    say(readings(runnable, style(sys.stderr)))
    chosen = _number(len(runnable))
    return answer if chosen is None else program.answer_with(runnable[chosen - 1])


def _number(most: int) -> int | None:
    """The number that the user types; None for an empty line or the end of input."""
    while True:
        sys.stderr.write(f"Which did you mean? 1 to {most}, or Enter for none: ")
        sys.stderr.flush()
        typed = sys.stdin.readline().strip()
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= most:
            return int(typed)
        say(f"`{typed[:20]}` is not a number from 1 to {most}")


def _keep(options: AskOptions, case: Case) -> None:
    if options.trace is not None:
        from havoc_pipeline.cli.replay import keep_trace

        keep_trace(options.trace, case)
        say(f"trace: {options.trace}")
    if options.report is not None:
        from havoc_pipeline.reports.drawing import drawings
        from havoc_pipeline.reports.page import answer_report, write_page

        write_page(options.report, answer_report(_answer_of(case), drawings(case.tool_results), case.table))
        say(f"report: {options.report}")


def ask_many(options: AskOptions) -> int:
    """Answer the questions of a file; see `havoc_pipeline.cli.batch`."""
    from havoc_pipeline.cli.batch import Batch, answer_line

    if options.question is not None:
        raise CommandError("give either a question or --file, not both")
    assert options.file is not None
    batch = Batch(options.file, options.data_dir, options.out)
    asker: Any = None

    def answered(question: str, table: Table | None) -> Answer:
        nonlocal asker
        if asker is None:
            from havoc_pipeline.api import SRS

            asker = SRS(options.lm, api_base=options.api_base)
        answer: Answer = asker(question=question, table=table)
        return answer

    with batch.writer() as write:
        for entry in batch.open_questions():
            write(json_text(answer_line(entry, batch, answered)))
    return 0
