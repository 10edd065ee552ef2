"""The network over a grid: words look along the question, columns and levels across the table.

`training/linker/network.py` is the same in PyTorch, for learning; a test holds the two together.

References
----------
Ho et al. 2019, Axial attention in multidimensional transformers, arXiv:1912.12180: attention along one axis of
a grid at a time. Here the axes are the question's words and what a word may mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.grid import Grid
from havoc_pipeline.linking.lexicon import Floats

WIDTH, HEADS, LAYERS = 64, 4, 3
FAR = 8
"""Distance in words from which all are equally far."""
EXTRA = 2
"""Meanings beside columns and levels: nothing, and something that the table lacks."""


class Network:
    """Gives each word of a question the probability of each meaning.

    Args:
        arrays: the learned weights.
        vocabulary: lemmas in the order of their rows in `known`; row 0 is any other.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]], vocabulary: Sequence[str]) -> None:
        self._w = {name: array.astype(np.float32) for name, array in arrays.items()}
        self._rows = {lemma: row for row, lemma in enumerate(vocabulary, 1)}

    def probabilities(self, grid: Grid) -> Floats:
        """Return what each word means.

        Args:
            grid: of n words, c columns and l levels.

        Returns:
            float32 (n, c + l + 2): columns, levels, nothing, something the table lacks; rows sum to 1.
        """
        x = self._start(grid)
        for layer in range(LAYERS):
            x = self._layer(x, f"layers.{layer}.")
        scores = self._linear(self._norm(x, "norm"), "head")[..., 0]
        scores -= scores.max(1, keepdims=True)
        odds = np.exp(scores)
        shares: Floats = odds / odds.sum(1, keepdims=True)
        return shares

    def _start(self, grid: Grid) -> Floats:
        known = self._w["known.weight"][[self._rows.get(lemma, 0) for lemma in grid.lemmas]]
        words = self._linear(np.concatenate([grid.words, grid.meanings], 1), "word_in") + known
        said = grid.meanings @ self._w["match.weight"].T
        columns = self._described(grid.columns, grid.column_meanings, "column_in")
        levels = self._described(grid.levels, grid.level_meanings, "level_in")
        cells = (grid.cells - self._w["cell_mean"]) / self._w["cell_scale"]
        named = (grid.level_cells - self._w["level_mean"]) / self._w["level_scale"]
        places = [
            self._linear(cells, "cell_in") + columns + self._matched(said, grid.column_meanings),
            self._linear(named, "level_cell_in") + levels + self._matched(said, grid.level_meanings),
            np.broadcast_to(self._w["extra"], (len(words), EXTRA, WIDTH)),
        ]
        start: Floats = np.concatenate(places, 1) + words[:, None]
        return start

    def _described(self, numbers: Floats, meanings: Floats, name: str) -> Floats:
        return self._linear(np.concatenate([numbers, meanings], 1), name)

    def _matched(self, said: Floats, meanings: Floats) -> Floats:
        """How the meaning of each word goes with the two meanings of each place."""
        first, second = (half @ self._w["match.weight"].T for half in np.split(meanings, 2, axis=1))
        both = np.concatenate([said[:, None] * first[None], said[:, None] * second[None]], 2)
        matched: Floats = both @ self._w["match_in.weight"].T
        return matched

    def _layer(self, x: Floats, name: str) -> Floats:
        y = self._norm(x, name + "norms.0").swapaxes(0, 1)
        x = x + self._attention(y, name + "along.").swapaxes(0, 1)
        x = x + self._attention(self._norm(x, name + "norms.1"), name + "across.")
        y = self._norm(x, name + "norms.2")
        return x + self._linear(np.maximum(self._linear(y, name + "inner"), 0.0), name + "outer")

    def _attention(self, x: Floats, name: str) -> Floats:
        """Attention within each of b rows of n cells, shape (b, n, WIDTH)."""
        b, n, _ = x.shape
        q, k, v = self._linear(x, name + "qkv").reshape(b, n, 3, HEADS, WIDTH // HEADS).transpose(2, 0, 3, 1, 4)
        scores = q @ k.swapaxes(2, 3) / np.float32((WIDTH // HEADS) ** 0.5)
        bias = self._w.get(name + "bias")
        if bias is not None:
            places = np.arange(n)
            scores += bias[:, np.clip(places[None] - places[:, None], -FAR, FAR) + FAR]
        odds = np.exp(scores - scores.max(3, keepdims=True))
        seen = (odds / odds.sum(3, keepdims=True)) @ v
        return self._linear(seen.transpose(0, 2, 1, 3).reshape(b, n, WIDTH), name + "out")

    def _linear(self, x: Floats, name: str) -> Floats:
        y: Floats = x @ self._w[name + ".weight"].T + self._w[name + ".bias"]
        return y

    def _norm(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        y: Floats = centred / scale * self._w[name + ".weight"] + self._w[name + ".bias"]
        return y
