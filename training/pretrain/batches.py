"""Which windows make up a step, and a process's share of them as tensors.

Step, seed and place decide alone: no iterator has a state to keep, and the number of processes does
not change what a step trains on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.pretrain.failure import PretrainError
from training.pretrain.order import permuted
from training.pretrain.recipe import Batch
from training.pretrain.shards import TokenData


@dataclass(frozen=True)
class Micro:
    """One pass of one process: token numbers, document numbers, what is learned (None: all), all (B, L)."""

    ids: Tensor
    documents: Tensor
    labels: Tensor | None = None


@dataclass(frozen=True)
class Counts:
    """A whole step over all processes: tokens, tokens that are predicted, mean positions attended to."""

    tokens: int
    labels: int
    attended: float


class Batches:
    """The steps of a run over `data`, shared by `world` processes of which this is `rank`."""

    def __init__(self, data: TokenData, batch: Batch, seed: int, rank: int = 0, world: int = 1) -> None:
        if batch.sequences % (batch.micro * world):
            raise PretrainError(
                f"batch.sequences is {batch.sequences}, no multiple of batch.micro {batch.micro} times "
                f"{world} processes: change one of them."
            )
        self._data, self._batch, self._seed = data, batch, seed
        self._rank, self._share = rank, batch.sequences // world

    def windows(self, step: int) -> list[int]:
        """Return the windows of a step, over all processes, in order."""
        first, size = step * self._batch.sequences, len(self._data)
        places = range(first, first + self._batch.sequences)
        return [permuted(place % size, size, self._seed, place // size) for place in places]

    def counts(self, step: int) -> Counts:
        """Return what the whole step holds; each process computes the same."""
        pieces = np.concatenate([self._data.pieces(index) for index in self.windows(step)])
        tokens = int(pieces.sum())
        labels = sum(self._data.targets(index) for index in self.windows(step))
        return Counts(tokens, labels, float((pieces * (pieces + 1) / 2).sum() / tokens))

    def micro(self, step: int) -> Iterator[Micro]:
        """Yield this process's passes of a step."""
        mine = self.windows(step)[self._rank * self._share :][: self._share]
        for start in range(0, len(mine), self._batch.micro):
            yield self._tensors(mine[start : start + self._batch.micro])

    def _tensors(self, indices: list[int]) -> Micro:
        windows = [self._data.window(index) for index in indices]
        ids = np.stack([window.tokens for window in windows])
        documents = np.stack([np.repeat(np.arange(w.pieces.size), w.pieces) for w in windows])
        labels = np.stack([window.labels for window in windows])
        return Micro(torch.from_numpy(ids), torch.from_numpy(documents), torch.from_numpy(labels))
