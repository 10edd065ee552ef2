"""Why HAVOC is unsure what was meant, and what would be needed: one clear text a reason."""

from __future__ import annotations

from collections.abc import Iterator

from havoc_pipeline.linking.mentions import ColumnMention
from havoc_pipeline.programs.case import Case, Planned
from havoc_pipeline.programs.language import ASK_IN_ENGLISH, NOT_ENGLISH, is_english
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.tables import Column

SURE_LINK = 0.5
SHOWN = 3
CHOOSE = "choose one of the readings, or ask again with the column's name"
TABLE = "give the table of measurements with --data FILE"
NAME = "name the column by its header, and say what is to be found out about it"


def unclear_text(case: Case, offered: list[Planned]) -> tuple[str, tuple[str, ...]]:
    """The sentences that say what is unclear, and what the user can do next.

    Parameters
    ----------
    case : Case
    offered : list of Planned
        The readings that the user can choose from.

    Returns
    -------
    summary : str
    next_steps : tuple of str
    """
    choose = (CHOOSE,) if offered else ()
    if not is_english(case.question):
        return NOT_ENGLISH, (ASK_IN_ENGLISH, *choose)
    links = case.subject.links
    places = sorted({*links.unplaced, *links.unsettled})
    known = ", ".join(f"“{case.question[start:end]}”" for start, end in places)
    lacking = f"No column was found for {known}. " if known else ""
    if case.table is None and offered:
        return f"{lacking}No table was given, and it is not clear enough what the question means.", (TABLE, *choose)
    if offered:
        said = "It is not clear enough what the question means; choose the reading that is meant."
        return lacking + said, choose
    if case.table is None:
        return f"{lacking}No table was given to look at.", (TABLE,)
    unfit = list(_without_numbers(case.subject))
    if unfit:
        return f"{lacking}{'; '.join(unfit)}: no reading of the question fits that.", (
            "give numbers in that column, or name another one: havoc describe --data FILE shows what each holds",
        )
    return f"{lacking}No reading of the question fits this table.", (NAME,)


def _without_numbers(subject: Subject) -> Iterator[str]:
    """The columns that the question names and that hold no numbers."""
    named = [m.best for m in subject.links.mentions if isinstance(m, ColumnMention) and m.candidates]
    headers = dict.fromkeys(h for best in named if best.level is None and best.score >= SURE_LINK for h in best.headers)
    for header in headers:
        assert subject.table is not None
        column = subject.table.column(header)
        if not column.is_numeric:
            yield f"`{header}` holds {_held(column)}"


def _held(column: Column) -> str:
    if column.kind == "empty":
        return "no values"
    shown = ", ".join(column.levels[:SHOWN]) + (", …" if column.distinct > SHOWN else "")
    return f"{'dates' if column.kind == 'date' else 'text and no numbers'} ({shown})"
