"""A shelf of a few hundred chunks in memory, which ranks as `shelf.Shelf` does and opens in a tenth of the time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.retrieval.chunks import Chunk
from havoc_pipeline.retrieval.embedding import Matrix, embedded
from havoc_pipeline.retrieval.relevance import Relevance
from havoc_pipeline.retrieval.shelf import LONGEST_QUERY, Row


class PocketShelf:
    """Chunks that are searched one by one; LanceDB would take longer to import than this to read them all.

    Parameters
    ----------
    chunks : sequence of Chunk
    """

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._chunks = tuple(chunks)
        self._place = {chunk.id: place for place, chunk in enumerate(self._chunks)}

    @cached_property
    def _relevance(self) -> Relevance:
        return Relevance([chunk.indexed for chunk in self._chunks])

    @cached_property
    def _vectors(self) -> Matrix:
        return embedded([chunk.indexed for chunk in self._chunks])

    def count(self) -> int:
        """Number of chunks."""
        return len(self._chunks)

    def named(self, ids: Sequence[str]) -> list[Row]:
        """The rows with these identifiers, in their order."""
        return [_row(self._chunks[self._place[name]]) for name in dict.fromkeys(ids) if name in self._place]

    def by_words(self, text: str, limit: int, commands: Sequence[str] = ()) -> list[Row]:
        """The rows that share words with a text, best first by BM25 (`_score`)."""
        scores = self._relevance.scores(text[:LONGEST_QUERY])
        kept = [place for place in self._of(commands) if scores[place] > 0]
        best = sorted(kept, key=lambda place: -scores[place])[:limit]
        return [_row(self._chunks[place], _score=float(scores[place])) for place in best]

    def by_meaning(self, text: str, limit: int, commands: Sequence[str] = ()) -> list[Row]:
        """The rows whose vectors are nearest (`_distance`, 1 - cosine); none when no word is known."""
        vector = embedded([text[:LONGEST_QUERY]])[0]
        if not self._chunks or not vector.any():
            return []
        distances: NDArray[np.float32] = 1 - self._vectors @ vector
        best = sorted(self._of(commands), key=lambda place: distances[place])[:limit]
        return [_row(self._chunks[place], _distance=float(distances[place])) for place in best]

    def _of(self, commands: Sequence[str]) -> list[int]:
        """Places of the chunks that are about one of these commands; of all when none is given."""
        asked = set(commands)
        return [place for place, chunk in enumerate(self._chunks) if not asked or asked & set(chunk.commands)]


def _row(chunk: Chunk, **rank: float) -> Row:
    return {"id": chunk.id, "document": chunk.document, "page": chunk.page, "section": chunk.section,
            "text": chunk.text, "commands": list(chunk.commands)} | rank  # fmt: skip
