"""The share of a development set's answers of which every token is the model's first choice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import torch

from training.pretrain.build import Learner, on
from training.pretrain.documents import Document, DocumentData
from training.pretrain.drawn import flat
from training.pretrain.feed import tokenizer

_TOKENS = 4096


class Held:
    """The documents of a development set, as they are, without noise; the longest are left out.

    Every process examines all of them, so that sharded models gather alike.
    """

    def __init__(self, folder: Path, longest: int) -> None:
        data, self._tokenizer = DocumentData(folder), tokenizer(folder)
        drawn = (data.document(index) for index in range(len(data)))
        self._documents = sorted((d for d in drawn if 2 <= len(d) <= longest and d.targets), key=len)

    def examined(self, model: Learner, device: torch.device) -> tuple[float, dict[str, float]]:
        """Return the share of exact answers, each token given those before it, in all and by the first symbol."""
        model.eval()
        right = [answer for part in self._parts() for answer in _right(part, model, device)]
        model.train()
        by_first = dict[str, list[bool]]()
        for document, good in zip(self._documents, right, strict=True):
            first = str(self._tokenizer.id_to_token(int(document.tokens[document.labels.argmax()])))
            by_first.setdefault(first, []).append(good)
        return _share(right), {first: _share(by_first[first]) for first in sorted(by_first)}

    def _parts(self) -> Iterator[list[Document]]:
        part, tokens = list[Document](), 0
        for document in self._documents:
            if part and tokens + len(document) > _TOKENS:
                yield part
                part, tokens = [], 0
            part.append(document)
            tokens += len(document)
        yield part


def _right(part: list[Document], model: Learner, device: torch.device) -> list[bool]:
    with torch.no_grad():
        good = model(*on(flat(part), device), guess=True).tolist()
    ends = [0]
    for document in part:
        ends.append(ends[-1] + document.targets)
    return [all(good[start:stop]) for start, stop in pairwise(ends)]


def _share(right: list[bool]) -> float:
    return round(sum(right) / max(1, len(right)), 4)
