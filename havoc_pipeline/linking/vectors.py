"""Word vectors: how near in meaning two words or two short texts are, without a network.

The vectors were trained by `training/vectors` from documentation and dictionaries alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError

Vector = NDArray[np.float32]

SMOOTHING = 1e-3
"""Constant a of the weight a / (a + p(word)): the smaller, the less common words say."""

WORD = re.compile(r"[^\W\d_]+")
ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""),
    ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""),
    ("ier", "y"), ("iest", "y"), ("er", "e"), ("er", ""), ("est", "e"), ("est", ""),
    ("iness", "y"), ("ness", ""), ("ily", "y"), ("ly", ""),
    ("our", "or"), ("ours", "or"), ("tre", "ter"), ("tres", "ter"), ("bre", "ber"), ("bres", "ber"),
    ("ould", "old"), ("oulds", "old"), ("oulding", "olding"), ("ise", "ize"), ("ised", "ize"),
    ("ising", "ize"), ("yse", "yze"), ("ogue", "og"), ("lled", "l"), ("lling", "l"), ("ce", "se"),
)  # fmt: skip
SHORTEST_STEM = 3


def stems(word: str) -> Iterator[str]:
    """Yield what a lower-case word may be an inflection or a British spelling of, likeliest first.

    A doubled consonant before the ending is undone: `hotter` gives `hott`, then `hot`.
    """
    for ending, instead in ENDINGS:
        stem = word[: -len(ending)] + instead
        if word.endswith(ending) and len(stem) >= SHORTEST_STEM:
            yield stem
            if not instead and len(stem) > SHORTEST_STEM and stem[-1] == stem[-2]:
                yield stem[:-1]


class WordVectors:
    """Vectors of a fixed vocabulary; use `WordVectors.load()`.

    Parameters
    ----------
    words : the V words, lower case
    vectors : array (V, d) of int8, rows up to a scale
    scales : array (V,) that brings each row to length 1
    counts : array (V,), how often each word occurs in the corpus
    common : array (d,) of length 1, the direction that all sentences share
    """

    def __init__(
        self,
        words: list[str],
        vectors: NDArray[np.int8],
        scales: NDArray[np.floating],
        counts: NDArray[np.integer],
        common: Vector,
    ) -> None:
        self._rows = {word: row for row, word in enumerate(words)}
        self._vectors = vectors
        self._scales = scales.astype(np.float32)
        share = counts / max(1, int(counts.sum()))
        self._weights = (SMOOTHING / (SMOOTHING + share)).astype(np.float32)
        self._common = common.astype(np.float32)

    @staticmethod
    @cache
    def load() -> WordVectors:
        """Return the vectors that ship with the package, read once a process.

        Raises
        ------
        ModelError : when the file is missing from the installation or cannot be read
        """
        source = resources.files("havoc_pipeline.linking") / "vectors.npz"
        try:
            with resources.as_file(source) as path, np.load(path, allow_pickle=False) as file:
                words = bytes(file["words"].item()).decode("utf-8").split("\n")
                arrays = {name: file[name] for name in ("vectors", "scales", "counts", "common")}
        except (OSError, KeyError, ValueError) as problem:
            raise ModelError(
                f"The word vectors {source} cannot be read ({problem}); reinstall havoc-pipeline."
            ) from problem
        return WordVectors(words, **arrays)

    @property
    def size(self) -> int:
        """Number d of dimensions."""
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, word: str) -> bool:
        return self._row(word) is not None

    def of(self, word: str) -> Vector | None:
        """Return the vector (d,) of length 1 of a word, or None for one that is not known.

        Parameters
        ----------
        word : one word in any case; an unknown one is tried without its ending (`stems`)
        """
        row = self._row(word)
        return None if row is None else self._vector(row)

    def sentence(self, text: str) -> Vector:
        """Return the vector (d,) of length 1 of a short text; zeros when no word of it is known.

        Parameters
        ----------
        text : words in any order and case; digits and signs are passed over

        References
        ----------
        Arora, Liang, Ma (2017), A simple but tough-to-beat baseline for sentence embeddings,
        algorithm 1: weights a / (a + p(word)), then the first component is taken off.
        """
        rows = [row for word in WORD.findall(text) if (row := self._row(word)) is not None]
        if not rows:
            return np.zeros(self.size, dtype=np.float32)
        mean = (self._weights[rows, None] * self._matrix(rows)).mean(axis=0)
        rest = mean - (mean @ self._common) * self._common
        return unit(rest)

    def similarity(self, a: str, b: str) -> float:
        """Return how near two words or short texts are: a cosine, -1 to 1; 0 when one is unknown."""
        return float(self.sentence(a) @ self.sentence(b))

    def _row(self, word: str) -> int | None:
        lower = word.lower()
        row = self._rows.get(lower)
        if row is None:
            row = next((self._rows[stem] for stem in stems(lower) if stem in self._rows), None)
        return row

    def _vector(self, row: int) -> Vector:
        vector: Vector = self._vectors[row].astype(np.float32) * self._scales[row]
        return vector

    def _matrix(self, rows: list[int]) -> Vector:
        matrix: Vector = self._vectors[rows].astype(np.float32) * self._scales[rows, None]
        return matrix


def unit(vector: Vector) -> Vector:
    """Return a vector scaled to length 1; zeros stay zeros."""
    length = float(np.linalg.norm(vector))
    return vector if length == 0.0 else vector / np.float32(length)
