"""Search over the handbook and the user's documents: words and meaning, fused by rank."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from havoc_pipeline.retrieval import cabinet
from havoc_pipeline.retrieval.embedding import embedded
from havoc_pipeline.retrieval.handbook import handbook_files, lead_of
from havoc_pipeline.retrieval.home import havoc_home
from havoc_pipeline.retrieval.ranking import fused, reciprocal, spread
from havoc_pipeline.retrieval.shelf import LONGEST_QUERY, Row, Shelf, mended

if TYPE_CHECKING:
    from havoc_pipeline.signatures.types import Passage

CANDIDATES = 40
"""How many rows each list brings to the fusion."""
MOST_OF_ONE_DOCUMENT = 2
ECHO, MOST_ECHOES = 0.9, 3
"""A sample question whose vector has this cosine with a question asks the same thing in nearly the same words."""
PAGES_ALONE = "when to use it, its assumptions and its pitfalls"
"""What is looked for in the pages of commands when there is no question."""


class Library:
    """The handbook and the documents of one home folder; use `Library.open()`."""

    def __init__(self, home: Path, handbook: Path | None = None) -> None:
        self.home = home
        self._handbook = handbook

    @classmethod
    def open(cls, home: str | os.PathLike[str] | None = None, handbook: Path | None = None) -> Library:
        """Open the library; the handbook is read at the first search.

        Parameters
        ----------
        home : path, optional
            `$HAVOC_HOME` when left out, else the platform's folder for user data.
        handbook : Path, optional
            Folder of handbook pages instead of those that ship with HAVOC.
        """
        return cls(havoc_home(home), handbook)

    def search(self, text: str, commands: Sequence[str] = (), limit: int = 5) -> list[Passage]:
        """Return the passages that bear on a text, best first.

        Parameters
        ----------
        text : str
        commands : sequence of str
            When given, the handbook is searched in the pages of these commands alone, and each of them
            comes first with its best passage; the user's documents are searched as ever.
        limit : int
            The most passages to return.

        Returns
        -------
        list of Passage
            Empty for an empty text without commands. `score` is 1 for what is first by words and by meaning.

        Raises
        ------
        RetrievalError
            When the index of the user's documents is damaged, with what to do about it.
        """
        words = text.strip() or (PAGES_ALONE if commands else "")
        if not words or limit < 1:
            return []
        ranked = self._ranked(words, tuple(commands))
        first = [next((pair for pair in ranked if name in pair[0]["commands"]), None) for name in commands]
        leading = list({pair[0]["id"]: pair for pair in first if pair is not None}.values())
        ids = {row["id"] for row, _ in leading}
        rest = [pair for pair in ranked if pair[0]["id"] not in ids]
        return [_passage(*pair) for pair in spread([*leading, *rest], limit, MOST_OF_ONE_DOCUMENT, _document)]

    def methods(self, text: str) -> list[tuple[str, float]]:
        """Return the commands whose pages and sample questions lie nearest a text, with strengths of 0 to 1.

        The strength is 1 for a command that is first in all four lists: questions and pages, by words and by meaning.
        """
        if not text.strip():
            return []
        shelves = (self._shelves.questions, self._shelves.passages)
        lists = [shelf.by_words(text, CANDIDATES) for shelf in shelves]
        lists += [shelf.by_meaning(text, CANDIDATES) for shelf in shelves]
        echoed = [name for row in self._echoed(text.strip(), ()) for name in row["commands"]]
        return reciprocal([[*echoed, *(name for row in ranked for name in row["commands"])] for ranked in lists])

    def documents(self) -> Shelf | None:
        """The shelf of the user's documents, None before the first ingest."""
        with self._mended():
            return cabinet.document_shelf(self.home)

    def _ranked(self, words: str, commands: tuple[str, ...]) -> list[tuple[Row, float]]:
        by_words = self._shelves.passages.by_words(words, CANDIDATES, commands)
        by_meaning = self._shelves.passages.by_meaning(words, CANDIDATES, commands)
        own = self.documents()
        if own is not None:
            with self._mended():
                by_words += own.by_words(words, CANDIDATES)
                by_meaning += own.by_meaning(words, CANDIDATES)
        by_words.sort(key=lambda row: -row["_score"])
        by_meaning.sort(key=lambda row: row["_distance"])
        echoed = self._echoed(words, commands)
        return fused([_once([*echoed, *by_words]), _once([*echoed, *by_meaning])])

    def _echoed(self, words: str, commands: tuple[str, ...]) -> list[Row]:
        """The first passages of pages that have a sample question which says almost the same."""
        asked = self._shelves.questions.by_words(words, MOST_ECHOES, commands)
        return self._shelves.passages.named([lead_of(row["id"]) for row in asked if _echo(words, row["text"])])

    @property
    def _shelves(self) -> cabinet.HandbookShelves:
        return cabinet.handbook_shelves(handbook_files(self._handbook))

    def _mended(self) -> AbstractContextManager[None]:
        folder = cabinet.documents_folder(self.home)
        return mended("the index of your documents", f"remove the folder {folder} and run `havoc ingest` again")


def methods(text: str) -> list[tuple[str, float]]:
    """Return the commands whose pages and sample questions lie nearest a text: see `Library.methods`."""
    return Library.open().methods(text)


def _echo(words: str, sample: str) -> bool:
    question, other = embedded([words[:LONGEST_QUERY], sample])
    return words.casefold() == sample.casefold() or float(question @ other) >= ECHO


def _once(rows: list[Row]) -> list[Row]:
    """A document that lies in two places has the same passages twice; they count once."""
    return list({row["id"]: row for row in rows}.values())


def _document(row: Row) -> object:
    return row["document"]


def _passage(row: Row, score: float) -> Passage:
    from havoc_pipeline.signatures.types import Passage

    shown = {name: row[name] for name in ("id", "document", "page", "section", "text")}
    return Passage(**shown, score=round(score, 4))
