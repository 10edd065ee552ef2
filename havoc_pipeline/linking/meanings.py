"""Nearness in meaning between a word of the question and the words that columns go by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.sketch import Target
from havoc_pipeline.linking.vectors import WordVectors

VECTORS = Path(__file__).parent / "vectors.npz"
FLOOR = 0.35
"""Cosine from which two words count as near."""
MOST_WORDS = 40


class Meanings:
    """Vectors of the words of every target, weighted by how surely the target goes by them.

    Args:
        vectors: shape (words, d), of length 1 times the words' weights.
        owner: number of each word's target.
        count: how many targets there are.
        words: the word vectors.
    """

    def __init__(
        self, vectors: Floats, owner: NDArray[np.int64], count: int, words: WordVectors
    ) -> None:
        self._vectors, self._owner, self._count, self._words = vectors, owner, count, words

    @classmethod
    def of(cls, targets: Sequence[Target], lexicon: Lexicon) -> Meanings | None:
        """Return the meanings of targets, None when the package has no word vectors."""
        if not VECTORS.is_file():
            return None
        words = WordVectors.load()
        rows, owner = [], []
        for at, target in enumerate(targets):
            for word, weight in _words(target, lexicon):
                vector = words.of(word)
                if vector is not None:
                    rows.append(weight * vector)
                    owner.append(at)
        matrix = np.stack(rows) if rows else np.zeros((0, words.size), np.float32)
        return cls(matrix.astype(np.float32), np.array(owner, np.int64), len(targets), words)

    def nearness(self, word: str) -> Floats | None:
        """Return how near a word is to each target, from 0 to 1, shape (targets,).

        Returns:
            None when the word is not known.
        """
        vector = self._words.of(word)
        if vector is None:
            return None
        cosines = self._vectors @ vector
        best = np.zeros(self._count, np.float32)
        np.maximum.at(best, self._owner, cosines)
        near: Floats = np.maximum(best - FLOOR, 0.0) / (1 - FLOOR)
        return near


def _words(target: Target, lexicon: Lexicon) -> Iterator[tuple[str, float]]:
    for word in target.words:
        if len(word) > 2:
            yield word, 1.0
        longer = [part for phrase in lexicon.spelt(word) for part in phrase.split()]
        for part in longer:
            yield part, 0.95 if len(longer) < 3 else 0.85
    for word in target.described:
        yield lexicon.surface.get(word, word), 0.8
    strongest = sorted(target.bag.items(), key=lambda item: -item[1])[:MOST_WORDS]
    for stemmed, weight in strongest:
        if weight > 0.3 and stemmed in lexicon.surface:
            yield lexicon.surface[stemmed], min(1.0, 0.3 + 0.7 * weight)
