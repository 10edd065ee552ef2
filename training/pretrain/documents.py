"""Token data read as whole documents, of any lengths, instead of windows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.pretrain.shards import Opened


@dataclass(frozen=True)
class Document:
    """Token numbers (L,) and which of them are to be learned (L,)."""

    tokens: NDArray[np.int64]
    labels: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.tokens.size

    @property
    def targets(self) -> int:
        """How many tokens are predicted: those learned but for the first, which nothing predicts."""
        return int(self.labels[1:].sum())


class DocumentData:
    """A folder of shards, read document by document."""

    def __init__(self, folder: Path) -> None:
        self.opened = Opened(folder)
        self._until = np.cumsum([shard.documents for shard in self.opened.shards])
        tokens = sum(shard.tokens for shard in self.opened.shards)
        self.mean_length = tokens / len(self)

    def __len__(self) -> int:
        return int(self._until[-1])

    def document(self, index: int) -> Document:
        """Return document `index`, counted over all shards."""
        shard = int(np.searchsorted(self._until, index, side="right"))
        place = index - (int(self._until[shard - 1]) if shard else 0)
        starts = self.opened.starts[shard]
        stop = starts[place + 1] if place + 1 < starts.size else self.opened.shards[shard].tokens
        cut = shard, int(starts[place]), int(stop)
        return Document(self.opened.tokens(*cut), self.opened.labels(*cut))
