"""Word by word: how much a word of the question speaks for each column of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from havoc_pipeline.linking.abbreviations import abbreviates, one_edit
from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.meanings import Meanings
from havoc_pipeline.linking.sketch import NAMING_ENTRIES, Target, name_stems, unit_fit
from havoc_pipeline.linking.words import Token, header_words, stem
from havoc_pipeline.tables import Table

TYPO_LENGTH = 5
TYPO = 0.75


@dataclass(frozen=True)
class WordEvidence:
    """What one word says.

    Attributes:
        head: match with every header word of every target, shape (header words,).
        bag: fit by the lexicon, shape (targets,).
        share: share of the lexicon's words, shape (targets,).
        told: stands in the column's description, shape (targets,).
        near: nearness in meaning by word vectors, shape (targets,).
        rarity: how telling the word is, 0 to 1.
        ordinary: how common it is in questions, 0 to 1.
        named: it stands in the table's name.
    """

    head: Floats
    bag: Floats
    share: Floats
    told: Floats
    near: Floats
    rarity: float
    ordinary: float
    named: bool


class TableWords:
    """The words of one table, against which words of questions are held; keeps what it found.

    Args:
        table: the table.
        targets: its columns and blocks.
        lexicon: the entries.
        levels: stems of all level names, so that they are not taken for typing errors.
    """

    def __init__(self, table: Table, targets: Sequence[Target], lexicon: Lexicon, levels: frozenset[str]) -> None:
        self.targets = tuple(targets)
        self.lexicon = lexicon
        self.heads = [word for target in targets for word in target.words]
        self.owner = np.array([at for at, t in enumerate(targets) for _ in t.words], np.int64)
        self.name = name_stems(table)
        self.levels = levels
        self._known: dict[str, WordEvidence] = {}

    @cached_property
    def head_count(self) -> Floats:
        """How many telling header words each target has, at least 1."""
        count = np.zeros(len(self.targets), np.float32)
        np.add.at(count, self.owner, self.head_weight)
        return np.maximum(count, 0.5)

    @cached_property
    def head_weight(self) -> Floats:
        """Weight of each header word: digits weigh little."""
        return np.array([0.4 if word.isdigit() else 1.0 for word in self.heads], np.float32)

    @cached_property
    def unit_fit(self) -> Floats:
        """Entries by targets, see `unit_fit`."""
        return unit_fit([target.unit for target in self.targets], self.lexicon)

    @cached_property
    def weights(self) -> Floats:
        """Entries by targets: how well each entry fits."""
        return np.stack([target.weights for target in self.targets], 1)

    @cached_property
    def weight_sums(self) -> Floats:
        """Sum of the entries' weights, shape (targets,)."""
        top: Floats = np.sort(self.weights, 0)[-NAMING_ENTRIES:]
        sums: Floats = np.maximum(top.sum(0), np.float32(0.3))
        return sums

    @cached_property
    def _spelt(self) -> list[tuple[str, ...]]:
        spelt = []
        for word in self.heads:
            longer = self.lexicon.spelt(word)
            spelt.append(tuple({stem(part) for phrase in longer for part in phrase.split()}))
        return spelt

    @cached_property
    def meanings(self) -> Meanings | None:
        """The word vectors of the targets, None when the package has no vectors."""
        return Meanings.of(self.targets, self.lexicon)

    @cached_property
    def _near(self) -> dict[str, str]:
        vocabulary = {stem(word) for word in self.heads} | {w for group in self._spelt for w in group}
        vocabulary |= {word for target in self.targets for word in target.bag}
        near: dict[str, str] = {}
        for word in sorted(w for w in vocabulary if len(w) >= TYPO_LENGTH):
            for form in one_edit(word):
                near.setdefault(form, word)
        return near

    def evidence(self, token: Token) -> WordEvidence:
        """Return what a word says of every target."""
        found = self._known.get(token.lower)
        if found is None:
            found = self._known[token.lower] = self._weigh(token)
        return found

    def _weigh(self, token: Token) -> WordEvidence:
        plain = self._match(token.lower, token.lemma, token.stem)
        ordinary = self.lexicon.ordinary.get(token.lemma, 0)
        seen = plain[0].max(initial=0.0) >= 0.5 or plain[1].max(initial=0.0) > 0
        if not seen and not ordinary and not token.is_stop and token.stem not in self.levels:
            meant = self._mistyped(token)
            if meant is not None:
                plain = tuple(TYPO * part for part in self._match(meant, meant, meant))  # type: ignore[assignment]
        count = self.lexicon.frequency.get(token.stem, 0)
        rarity = 1.0 - min(1.0, float(np.log1p(count)) / 6.0)
        common = min(1.0, float(np.log1p(ordinary)) / 6.0)
        near = self.meanings.nearness(token.lower) if self.meanings and not token.is_stop else None
        nearness = np.zeros(len(self.targets), np.float32) if near is None else near
        return WordEvidence(*plain, nearness, rarity, common, token.stem in self.name)

    def _mistyped(self, token: Token) -> str | None:
        if len(token.lower) < TYPO_LENGTH or not token.lower.isalpha():
            return None
        for word in (token.stem, token.lemma):
            for form in sorted(one_edit(word), key=lambda one: (-len(one), one)):
                if form in self._near and abs(len(self._near[form]) - len(word)) <= 1:
                    return self._near[form]
        return None

    def _match(self, lower: str, lemma: str, stemmed: str) -> tuple[Floats, Floats, Floats, Floats]:
        head = np.array(
            [
                _head_match(lower, lemma, stemmed, word, spelt)
                for word, spelt in zip(self.heads, self._spelt, strict=True)
            ],
            np.float32,
        )
        bag = np.array([target.bag.get(stemmed, 0.0) for target in self.targets], np.float32)
        share = np.array([target.share.get(stemmed, 0.0) for target in self.targets], np.float32)
        told = np.array([float(stemmed in t.described) for t in self.targets], np.float32)
        return head, bag, share, told


@lru_cache(maxsize=20000)
def _pieces(lower: str) -> tuple[str, ...]:
    """Letters and digits of a word such as `t30`, apart; nothing for a plain word."""
    return () if lower.isalpha() or lower.isdigit() else header_words(lower)


def _head_match(lower: str, lemma: str, stemmed: str, word: str, spelt: tuple[str, ...]) -> float:
    if lower == word or lemma == word:
        return 1.0
    if len(word) > 2 and stemmed == stem(word):
        return 0.92
    if stemmed in spelt:
        return 0.9
    if word in _pieces(lower):
        return 0.9 if not word.isdigit() else 0.5
    if len(lower) > 3 and len(word) > len(lower) + 2 and (word.startswith(lower) or word.endswith(lower)):
        return 0.6
    if len(lower) <= 3 or word.isdigit():
        return 0.0
    if len(lower) > len(word) > 1:
        return 0.8 * abbreviates(word, lower)
    return 0.6 * abbreviates(lower, word) if len(lower) >= 3 else 0.0
