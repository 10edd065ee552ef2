"""What a table brings to the grid of every question: numbers and meanings of its columns and levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from havoc_pipeline.linking.entries import KINDS
from havoc_pipeline.linking.features import ROLE_GROUPS, role_groups
from havoc_pipeline.linking.level_names import Level
from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.sketch import Target
from havoc_pipeline.linking.vectors import WordVectors, unit
from havoc_pipeline.linking.words import header_words

OWN = 14
TARGET_NUMBERS = OWN + len(KINDS) + len(ROLE_GROUPS)
"""Numbers that describe a column or block."""
MOST_NAMES = 24
"""How many of the words that a column goes by give it its second meaning."""


class TableSide:
    """A table's columns, blocks and levels as the grid describes them.

    Args:
        targets: c columns and blocks.
        roles: probabilities of their roles, shape (c, roles).
        levels: of all columns.
        lexicon: spells short forms out.
    """

    def __init__(self, targets: Sequence[Target], roles: Floats, levels: Sequence[Level], lexicon: Lexicon) -> None:
        self._targets, self._roles, self._levels, self._lexicon = targets, roles, levels, lexicon
        self._vectors = WordVectors.load()

    @cached_property
    def numbers(self) -> Floats:
        """Kind, roles, rivals, levels and length of every column, shape (c, TARGET_NUMBERS)."""
        members = {header for target in self._targets if target.is_block for header in target.headers}
        free = [target.kind for target in self._targets if target.is_block or target.headers[0] not in members]
        rows = np.zeros((len(self._targets), TARGET_NUMBERS), np.float32)
        for at, target in enumerate(self._targets):
            rows[at, :OWN] = self._own(at, target, members, free.count(target.kind))
            rows[at, OWN + KINDS.index(target.kind)] = 1.0
        rows[:, OWN + len(KINDS) :] = role_groups(self._roles)
        return rows

    def _own(self, at: int, target: Target, members: set[str], alike: int) -> list[float]:
        distinct = 0 if target.is_block or target.column is None else target.column.distinct
        return [
            target.is_block, not target.is_block and target.headers[0] in members, target.block == "pair",
            1 / max(1, alike), alike == 1, target.unit is not None, distinct == 2, 2 < distinct <= 4,
            4 < distinct <= 12, distinct > 12, len(target.words) / 4, sum(len(w) > 2 for w in target.words) / 4,
            float(target.weights.max(initial=0.0)), at / len(self._targets),
        ]  # fmt: skip

    @cached_property
    def heads(self) -> Floats:
        """Vectors of what the headers say, shape (c, d)."""
        return np.stack([self._mean(self._head_words(target)) for target in self._targets])

    @cached_property
    def meanings(self) -> Floats:
        """Vectors of what the headers say and of what the columns go by, shape (c, 2 d)."""
        return np.concatenate([self.heads, np.stack([self._names(target) for target in self._targets])], 1)

    @cached_property
    def texts(self) -> Floats:
        """Vectors of what the levels say, shape (levels, d)."""
        texts = [self._mean(header_words(level.text)) for level in self._levels]
        return np.stack(texts) if texts else np.zeros((0, self._vectors.size), np.float32)

    def _head_words(self, target: Target) -> list[str]:
        longer = (phrase for word in target.words for phrase in self._lexicon.spelt(word))
        told = (self._lexicon.surface.get(stem, stem) for stem in sorted(target.described))
        return [
            *(w for w in target.words if len(w) > 2),
            *(part for phrase in longer for part in phrase.split()),
            *told,
        ]

    def _names(self, target: Target) -> Floats:
        strongest = sorted(target.bag.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMES]
        total = np.zeros(self._vectors.size, np.float32)
        for stem, weight in strongest:
            vector = self._vectors.of(self._lexicon.surface.get(stem, stem))
            total += 0.0 if vector is None else np.float32(weight) * vector
        return unit(total)

    def _mean(self, words: Iterable[str]) -> Floats:
        known = [vector for word in words if (vector := self._vectors.of(word)) is not None]
        return unit(np.sum(known, axis=0)) if known else np.zeros(self._vectors.size, np.float32)
