"""How much a text says about a query: BM25 over a few hundred texts held in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.retrieval.terms import terms

SATURATION, LENGTH_SHARE = 1.2, 0.75
"""k1 and b; those of LanceDB, so that scores of the handbook and of the user's documents can be compared."""

Weighed = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Rows that hold a term, and what each gains by it."""


class Relevance:
    """BM25 scores of n texts.

    Parameters
    ----------
    texts : sequence of n str

    References
    ----------
    Robertson, Zaragoza (2009), The probabilistic relevance framework: BM25 and beyond, equation 3.1; the
    weight of a term is ln(1 + (n - m + 0.5) / (m + 0.5)) for m texts that hold it.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counted = [Counter(terms(text)) for text in texts]
        lengths = np.array([sum(counts.values()) for counts in counted], dtype=np.float32)
        mean = lengths.mean() if len(texts) else 1.0
        self._norms = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths / mean)
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for row, counts in enumerate(counted):
            for term, count in counts.items():
                self._postings.setdefault(term, []).append((row, count))

    def scores(self, query: str) -> NDArray[np.float32]:
        """Return the score (n,) of each text; 0 where it shares no term with the query."""
        total = np.zeros(len(self._norms), dtype=np.float32)
        for term, times in Counter(terms(query)).items():
            if term in self._postings:
                rows, gains = self._gains(self._postings[term])
                total[rows] += times * gains
        return total

    def _gains(self, postings: list[tuple[int, int]]) -> Weighed:
        rows = np.array([row for row, _ in postings], dtype=np.int32)
        counts = np.array([count for _, count in postings], dtype=np.float32)
        weight = np.log1p((len(self._norms) - len(rows) + 0.5) / (len(rows) + 0.5))
        return rows, (weight * (SATURATION + 1) * counts / (counts + self._norms[rows])).astype(np.float32)
