"""One LanceDB table of chunks: full text (BM25) and vectors over the same rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval.chunks import Chunk
from havoc_pipeline.retrieval.embedding import embedded

MEMORY = "memory://"
BROKEN = (OSError, RuntimeError, ValueError, KeyError, TypeError)
"""What LanceDB raises when its files are damaged or missing."""
SHOWN = ["id", "document", "page", "section", "text", "commands"]
LONGEST_QUERY = 2_000

Row = dict[str, Any]


def connected(place: Path | str) -> Any:
    """Open a database; LanceDB loads here, and keeps its remarks to itself."""
    os.environ.setdefault("LANCEDB_LOG", "error")
    os.environ.setdefault("LANCE_LOG", "error")
    import lancedb

    return lancedb.connect(str(place))


@contextmanager
def mended(what: str, mend: str) -> Iterator[None]:
    """Turn LanceDB's errors into a sentence.

    Raises
    ------
    RetrievalError
        For any of `BROKEN`.
    """
    try:
        yield
    except BROKEN as problem:
        cause = (str(problem).strip().splitlines() or [type(problem).__name__])[0][:160]
        raise RetrievalError(f"{what} cannot be read ({cause}); {mend}") from problem


class Shelf:
    """A table of chunks in a database.

    Parameters
    ----------
    database : LanceDB connection
    name : str
    words_only : bool
        The vectors in it are not ours; leave them be.
    """

    def __init__(self, database: Any, name: str, words_only: bool = False) -> None:
        self.name = name
        self._database = database
        self._words_only = words_only
        self._table: Any = None

    @property
    def table(self) -> Any:
        """LanceDB's table, opened when it is first needed."""
        if self._table is None:
            self._table = self._database.open_table(self.name)
        return self._table

    def create(self, chunks: Sequence[Chunk] = ()) -> Shelf:
        """Make the table anew with these chunks, in one commit, and index their text."""
        rows = _arrow(chunks)
        self._table = self._database.create_table(self.name, rows, mode="overwrite")
        if chunks:
            self.index()
        return self

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Add chunks, in one commit: after a kill they are all there or none."""
        self.table.add(_arrow(chunks))

    def supersede(self, newest: Mapping[str, str]) -> None:
        """Take out the rows of a source (hexadecimal key) that are not of its newest digest."""
        stale = [f"(source_key = '{key}' AND sha256 != '{digest}')" for key, digest in newest.items()]
        if stale:
            self.table.delete(" OR ".join(stale))

    def index(self) -> None:
        """Bring the full-text index up to date, and merge the small files that many commits leave."""
        from lancedb.index import FTS

        if any(index.columns == ["indexed"] for index in self.table.list_indices()):
            self.table.optimize()
        else:
            self.table.create_index("indexed", config=FTS(stem=True, remove_stop_words=True, ascii_folding=True))

    def column(self, *names: str) -> list[Row]:
        """All rows, with these columns alone."""
        rows: list[Row] = self.table.search().select(list(names)).limit(None).to_list()
        return rows

    def named(self, ids: Sequence[str]) -> list[Row]:
        """The rows with these identifiers, in their order."""
        if not ids:
            return []
        listed = ", ".join("'" + name.replace("'", "''") + "'" for name in ids)
        rows = self.table.search().where(f"id IN ({listed})").select(SHOWN).limit(len(ids)).to_list()
        found = {row["id"]: row for row in rows}
        return [found[name] for name in dict.fromkeys(ids) if name in found]

    def count(self) -> int:
        """Number of chunks."""
        return int(self.table.count_rows())

    def chunks(self) -> list[Chunk]:
        """Everything on the shelf, as it was put there."""
        names = [f.name for f in fields(Chunk) if f.name != "keywords"]
        return [Chunk(**(row | {"commands": tuple(row["commands"])})) for row in self.column(*names)]

    def drop(self) -> None:
        """Remove the table."""
        self._database.drop_table(self.name)

    def by_words(self, text: str, limit: int, commands: Sequence[str] = ()) -> list[Row]:
        """The rows that share words with a text, best first by BM25 (`_score`)."""
        query = self.table.search(text[:LONGEST_QUERY], query_type="fts", fts_columns="indexed")
        return _rows(query, limit, commands, "_score")

    def by_meaning(self, text: str, limit: int, commands: Sequence[str] = ()) -> list[Row]:
        """The rows whose vectors are nearest (`_distance`, 1 - cosine); none when no word is known."""
        vector = embedded([text[:LONGEST_QUERY]])[0]
        if self._words_only or not vector.any():
            return []
        return _rows(self.table.search(vector).distance_type("cosine"), limit, commands, "_distance")


def _rows(query: Any, limit: int, commands: Sequence[str], score: str) -> list[Row]:
    if commands:
        named = ", ".join(f"'{name}'" for name in commands if name.replace("_", "").isalnum())
        query = query.where(f"array_has_any(commands, make_array({named}))", prefilter=True)
    rows: list[Row] = query.select([*SHOWN, score]).limit(limit).to_list()
    return rows


def _arrow(chunks: Sequence[Chunk]) -> Any:
    import pyarrow as pa

    matrix = embedded([chunk.indexed for chunk in chunks]) if chunks else embedded(["tolerance"])[:0]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel(), pa.float32()), matrix.shape[1])
    texts = ("id", "document", "section", "text", "indexed", "sha256", "source", "source_key")
    columns = {name: pa.array([getattr(chunk, name) for chunk in chunks], pa.string()) for name in texts}
    return pa.table(
        columns
        | {
            "page": pa.array([chunk.page for chunk in chunks], pa.int32()),
            "commands": pa.array([list(chunk.commands) for chunk in chunks], pa.list_(pa.string())),
            "vector": vectors,
        }
    )
