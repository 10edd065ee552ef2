"""The front door from Python: `ask`, and the programs."""

from __future__ import annotations

from os import PathLike
from typing import Any

from havoc_pipeline.programs.srs import SRS
from havoc_pipeline.signatures.types import Answer
from havoc_pipeline.tables import Table

__all__ = ["SRS", "Answer", "Table", "ask"]


def ask(
    question: str, table: Table | str | PathLike[str] | None = None, *, lm: Any = None, api_base: str | None = None,
    dictionary: str | PathLike[str] | None = None, sheet: str | None = None, effort: Any = None,
) -> Answer:  # fmt: skip
    """Answer one question about a table.

    Parameters
    ----------
    question : str
    table : Table, path or None
        None for questions that need no table: designs of experiments and mathematics.
    lm : str, dspy.LM or None
        `embedded` by default; see `havoc_pipeline.lm.models.choose_lm`.
    api_base : str, optional
        Address of the server of an `openai/NAME`.
    dictionary : path, optional
        Data dictionary that says what each column means.
    sheet : str, optional
        Which sheet of a workbook, when `table` is a path.
    effort : {"low", "high"} or None

    Returns
    -------
    Answer

    Raises
    ------
    HavocError
        When the table cannot be read, the question is empty or too long, or the model is out of reach.
    """
    if table is not None and not isinstance(table, Table):
        table, dictionary = Table.read(table, sheet=sheet, dictionary=dictionary), None
    answer: Answer = SRS(lm, effort, api_base=api_base)(question=question, table=table, dictionary=dictionary)
    return answer
