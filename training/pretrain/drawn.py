"""Which documents make up a step where whole documents are trained on, not windows.

The documents of a pool are sorted by length and cut into steps of about equal tokens, which come in
any order: a step's documents are nearly of one length, so that nothing is padded and no mask is
needed. Step, seed and place decide alone, as for windows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from training.noise import Mentions
from training.pretrain.batches import Counts, Micro
from training.pretrain.documents import Document, DocumentData
from training.pretrain.failure import PretrainError
from training.pretrain.order import permuted
from training.pretrain.recipe import Documents


class DocumentBatches:
    """The steps of a run over `data`, shared by `world` processes of which this is `rank`.

    Parameters: `longest` in tokens, documents beyond it are left out; `mentions` vary the words
    before a document's answer, or None.
    """

    def __init__(
        self,
        data: DocumentData,
        given: Documents,
        longest: int,
        seed: int,
        rank: int = 0,
        world: int = 1,
        mentions: Mentions | None = None,
    ) -> None:
        self._data, self._given, self._longest, self._seed = data, given, longest, seed
        self._rank, self._world, self._mentions = rank, world, mentions
        self._size = min(given.pool, len(data))
        self._steps = max(1, round(self._size * data.mean_length / given.tokens))
        self._held: tuple[int, list[list[Document]]] = (-1, [])

    def documents(self, step: int) -> list[Document]:
        """Return the documents of a step, over all processes, the shortest first."""
        number, place = divmod(step, self._steps)
        if self._held[0] != number:
            self._held = number, self._cut(self._pool(number))
        return self._held[1][permuted(place, self._steps, self._seed, number)]

    def counts(self, step: int) -> Counts:
        """Return what the whole step holds; each process computes the same."""
        drawn = self.documents(step)
        lengths = np.array([len(document) for document in drawn])
        attended = float((lengths * (lengths + 1) / 2).sum() / lengths.sum())
        return Counts(int(lengths.sum()), sum(document.targets for document in drawn), attended)

    def micro(self, step: int) -> Iterator[Micro]:
        """Yield this process's passes of a step."""
        drawn, passes = self.documents(step), self._given.passes
        if len(drawn) < self._world * passes:
            raise PretrainError(
                f"Step {step} has {len(drawn)} documents for {self._world} processes of {passes} passes: "
                "raise documents.tokens or lower documents.passes."
            )
        mine = drawn[self._rank :: self._world]
        for part in np.array_split(np.arange(len(mine)), passes):
            yield flat([mine[place] for place in part])

    def _pool(self, number: int) -> list[Document]:
        first = number * self._size
        drawn = [self._drawn(place) for place in range(first, first + self._size)]
        return sorted((d for d in drawn if 2 <= len(d) <= self._longest and d.targets), key=len)

    def _drawn(self, place: int) -> Document:
        epoch, index = divmod(place, len(self._data))
        index = permuted(index, len(self._data), self._seed, epoch)
        document = self._data.document(index)
        if self._mentions is None:
            return document
        return varied(document, self._mentions, random.Random(f"{self._seed}:{epoch}:{index}"))

    def _cut(self, pool: list[Document]) -> list[list[Document]]:
        """Cut a sorted pool into its steps, each as near to an equal share of the tokens as documents allow."""
        ends = np.cumsum([len(document) for document in pool])
        shares = np.linspace(0, ends[-1] if pool else 0, self._steps + 1)[1:-1]
        borders = [0, *(int(border) for border in np.searchsorted(ends, shares)), len(pool)]
        steps = [pool[start:stop] for start, stop in pairwise(borders)]
        if not all(steps):
            raise PretrainError(
                f"Documents of up to {self._longest} tokens do not fill steps of {self._given.tokens}: "
                "raise documents.tokens or documents.pool."
            )
        return steps


def varied(document: Document, mentions: Mentions, random_: random.Random) -> Document:
    """Return a document with the mentions varied that stand before its first learned token."""
    learned = int(document.labels.argmax()) if document.labels.any() else len(document)
    prompt = mentions.varied(document.tokens[:learned].tolist(), random_)
    tokens = np.concatenate((np.array(prompt, dtype=np.int64), document.tokens[learned:]))
    labels = np.concatenate((np.zeros(len(prompt), dtype=np.bool_), document.labels[learned:]))
    return replace(document, tokens=tokens, labels=labels)


def flat(documents: list[Document]) -> Micro:
    """Return documents beside each other in one row, (1, N), without padding."""
    ids = np.concatenate([document.tokens for document in documents])
    numbers = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    labels = np.concatenate([document.labels for document in documents])
    return Micro(*(torch.from_numpy(part)[None] for part in (ids, numbers, labels)))
