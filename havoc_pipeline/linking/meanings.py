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
ENTRIES = 8
"""How many entries of a target lend it their phrases."""

_KNOWN_PHRASES: dict[str, Floats] = {}


class Meanings:
    """Vectors of the words of every target, weighted by how surely the target goes by them.

    Args:
        vectors: shape (words, d), of length 1 times the words' weights.
        owner: number of each word's target.
        count: how many targets there are.
        words: the word vectors.
    """

    def __init__(self, vectors: Floats, owner: NDArray[np.int64], count: int, words: WordVectors) -> None:
        self._vectors, self._owner, self._count, self._words = vectors, owner, count, words
        self._phrases: tuple[Floats, NDArray[np.int64]] = (vectors[:0], owner[:0])

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
        found = cls(matrix.astype(np.float32), np.array(owner, np.int64), len(targets), words)
        found._phrases = _phrases(targets, lexicon, found)
        return found

    def phrase(self, words: Sequence[str]) -> Floats:
        """Return the mean vector of some words, of length 1 times the share of words known."""
        held = [self._words.of(word) for word in words]
        known = [vector for vector in held if vector is not None]
        if not known:
            return np.zeros(self._words.size, np.float32)
        total = sum(known[1:], known[0])
        length = max(float(np.sqrt(total @ total)), 1e-6)
        scaled: Floats = total * np.float32(len(known) / len(held) / length)
        return scaled

    def phrase_nearness(self, phrases: Sequence[tuple[str, ...]]) -> Floats:
        """Return how near phrases are to the nearest phrase of each target, shape (phrases, targets)."""
        near = np.zeros((len(phrases), self._count), np.float32)
        vectors, owner = self._phrases
        if len(owner):
            cosines = np.stack([self.phrase(words) for words in phrases]) @ vectors.T
            for target in np.unique(owner):
                near[:, target] = cosines[:, owner == target].max(1)
        above: Floats = np.maximum(near - FLOOR, 0.0) / (1 - FLOOR)
        return above

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


def _phrases(targets: Sequence[Target], lexicon: Lexicon, meanings: Meanings) -> tuple[Floats, NDArray[np.int64]]:
    rows, owner, seen = [], [], dict[tuple[int, str], float]()
    for at, target in enumerate(targets):
        seen[at, " ".join(target.words)] = 1.0
        for entry in target.weights.argsort()[::-1][:ENTRIES].tolist():
            weight = float(min(1.0, target.weights[entry]))
            for phrase in lexicon.phrases[entry] if weight > 0.25 else ():
                seen[at, phrase] = max(seen.get((at, phrase), 0.0), weight)
    for (at, phrase), weight in seen.items():
        vector = _KNOWN_PHRASES.get(phrase)
        if vector is None:
            words = [lexicon.surface.get(word, word) for word in phrase.split()]
            vector = _KNOWN_PHRASES[phrase] = meanings.phrase(words)
        rows.append(weight * vector)
        owner.append(at)
    return np.stack(rows).astype(np.float32), np.array(owner, np.int64)


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
