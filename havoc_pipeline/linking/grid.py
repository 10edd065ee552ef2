"""A question over a table as a grid: a row a word, a place for every column, level, and for nothing.

The judges of single pairs (`scorer`) say how well some words name some column. The grid adds what they
cannot see: the other words and the other columns. Every cell holds what the surest pair over its word
says; every word and every column brings what is known of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking import features as column_judging
from havoc_pipeline.linking import level_features as level_judging
from havoc_pipeline.linking.entries import ROLE_NUMBERS
from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.linking.span_evidence import SpanEvidence
from havoc_pipeline.linking.spans import QuestionWords
from havoc_pipeline.linking.table_links import Pairs, TableLinks
from havoc_pipeline.linking.vectors import WordVectors
from havoc_pipeline.linking.words import Token

MOST_SHOWN = 12
"""Columns with at most so many levels have all of them in the grid, others those that a word may name."""
MOST_LEVELS = 48
ENDINGS = ("er", "est", "ier", "iest", "ness", "ity", "th", "ing", "ed", "s", "ly", "age", "ion")
WORD_NUMBERS = 12 + len(ENDINGS) + len(ROLE_NUMBERS)
CELL = column_judging.WIDTH + 16
LEVEL_CELL = level_judging.WIDTH + 6


@dataclass(frozen=True)
class Grid:
    """What the network reads; n words, c columns and blocks, l levels.

    Attributes:
        lemmas: the words, for the learned vocabulary.
        words: shape (n, WORD_NUMBERS).
        meanings: word vectors, shape (n, d).
        columns: shape (c, TARGET_NUMBERS).
        column_meanings: vectors of header words and of the likeliest names, shape (c, 2 d).
        levels: shape (l, TARGET_NUMBERS), of each level's column.
        level_meanings: vectors of the level's text and of its column's header, shape (l, 2 d).
        cells: shape (n, c, CELL).
        level_cells: shape (n, l, LEVEL_CELL).
        named: number of each level in the table's index, shape (l,).
    """

    lemmas: tuple[str, ...]
    words: Floats
    meanings: Floats
    columns: Floats
    column_meanings: Floats
    levels: Floats
    level_meanings: Floats
    cells: Floats
    level_cells: Floats
    named: NDArray[np.int64]

    def part(self, first: int, last: int) -> Grid:
        """Return the grid of some of the words."""
        return replace(
            self,
            lemmas=self.lemmas[first:last],
            words=self.words[first:last],
            meanings=self.meanings[first:last],
            cells=self.cells[first:last],
            level_cells=self.level_cells[first:last],
        )


def grid_of(
    ready: TableLinks,
    pairs: Pairs,
    column_chances: Floats,
    level_chances: Floats,
    numbers: Sequence[NumberMention] = (),
) -> Grid:
    """Lay out a question over a table.

    Args:
        ready: the table.
        pairs: of the question.
        column_chances: what the judge says of each pair of span and column, shape (pairs,).
        level_chances: the same of each hit of a level.
        numbers: of the question.

    Returns:
        The grid.
    """
    evidence = pairs.evidence
    cells = _cells(pairs, column_chances, len(ready.targets))
    _add_numbers(cells, evidence.question, ready.ranges.suit(numbers), numbers)
    named = _shown(ready, pairs, level_chances)
    owner = np.array([ready.index.levels[at].target for at in named.tolist()], np.int64)
    level_cells = _level_cells(pairs, level_chances, named)
    for level, column in enumerate(owner.tolist()):
        np.maximum(cells[:, column, 4], level_cells[:, level, 0], out=cells[:, column, 4])
    level_cells[:, :, 4], level_cells[:, :, 5] = cells[:, owner, 0], cells[:, owner, 3]
    vectors, side = WordVectors.load(), ready.side
    words = evidence.question.words
    return Grid(
        lemmas=tuple(word.lemma for word in words),
        words=_word_numbers(evidence),
        meanings=np.stack([_vector(word, vectors) for word in words]),
        columns=side.numbers,
        column_meanings=side.meanings,
        levels=side.numbers[owner],
        level_meanings=np.concatenate([side.texts[named], side.heads[owner]], 1),
        cells=cells,
        level_cells=level_cells,
        named=named,
    )


def _cells(pairs: Pairs, chances: Floats, count: int) -> Floats:
    """The surest pair over every word and column: chance, presence, length, the word's own evidence, features."""
    evidence = pairs.evidence
    cells = np.zeros((len(evidence.question.words), count, CELL), np.float32)
    cells[:, :, 3], cells[:, :, 5] = evidence.any, evidence.near
    cells[:, :, 6], cells[:, :, 7] = evidence.share, evidence.tops
    order = np.argsort(chances, kind="stable")
    for number in order.tolist():
        span_number, target = pairs.column_pairs[number]
        span = pairs.spans[span_number]
        inside = cells[span.first : span.last, target]
        inside[:, 0], inside[:, 1], inside[:, 2] = chances[number], 1.0, (span.last - span.first) / 4
        inside[:, 16:] = pairs.column_features[number]
    return cells


def _add_numbers(cells: Floats, question: QuestionWords, suited: Floats, numbers: Sequence[NumberMention]) -> None:
    """Write how well the question's numbers suit each column, at the numbers themselves and at every word."""
    if not len(numbers):
        return
    cells[:, :, 8] = suited[:, :, 0].mean(0)
    cells[:, :, 9] = suited[:, :, 1].mean(0)
    cells[:, :, 10] = suited[:, :, 1].max(0)
    cells[:, :, 11] = suited[:, :, 2].max(0)
    for number, own in zip(numbers, suited, strict=True):
        for at, word in enumerate(question.words):
            if word.start < number.end and number.start < word.end:
                cells[at, :, 12:15] = own
                cells[at, :, 15] = 1.0


def _shown(ready: TableLinks, pairs: Pairs, chances: Floats) -> NDArray[np.int64]:
    """Levels in the grid: those that words may name, surest first, and all of columns that have few."""
    hit: dict[int, float] = {}
    for one, chance in zip(pairs.hits, chances.tolist(), strict=True):
        hit[one.level] = max(hit.get(one.level, 0.0), chance)
    for at, level in enumerate(ready.index.levels):
        if level.siblings <= MOST_SHOWN:
            hit.setdefault(at, 0.0)
    chosen = sorted(hit, key=lambda at: (-hit[at], at))[:MOST_LEVELS]
    return np.array(sorted(chosen), np.int64)


def _level_cells(pairs: Pairs, chances: Floats, named: NDArray[np.int64]) -> Floats:
    cells = np.zeros((len(pairs.evidence.question.words), len(named), LEVEL_CELL), np.float32)
    places = {level: at for at, level in enumerate(named.tolist())}
    for number in np.argsort(chances, kind="stable").tolist():
        hit = pairs.hits[number]
        if hit.level not in places:
            continue
        inside = cells[hit.span.first : hit.span.last, places[hit.level]]
        inside[:, 0], inside[:, 1], inside[:, 2] = chances[number], 1.0, (hit.span.last - hit.span.first) / 4
        inside[:, 3] = 0.0
        inside[hit.core[0] - hit.span.first : hit.core[1] - hit.span.first, 3] = 1.0
        inside[:, 6:] = pairs.level_features[number]
    return cells


def _word_numbers(evidence: SpanEvidence) -> Floats:
    question = evidence.question
    rows = np.zeros((len(question.words), WORD_NUMBERS), np.float32)
    rows[:, 0], rows[:, 1], rows[:, 2] = evidence.rarity, evidence.ordinary, evidence.named
    rows[:, 3] = question.blocked
    vectors = WordVectors.load()
    for at, word in enumerate(question.words):
        rows[at, 4:12] = [
            word.is_stop, word.text[:1].isdigit(), word.text[:1].isupper(), word.text.isupper() and len(word.text) > 1,
            at > 0 and question.breaks(at), at == 0, at == len(question.words) - 1, word.lower not in vectors,
        ]  # fmt: skip
        rows[at, 12 : 12 + len(ENDINGS)] = [word.lower.endswith(ending) for ending in ENDINGS]
        for role in evidence.role_hit[at]:
            rows[at, 12 + len(ENDINGS) + ROLE_NUMBERS[role]] = 1.0
    return rows


def _vector(word: Token, vectors: WordVectors) -> Floats:
    found = vectors.of(word.lower)
    return np.zeros(vectors.size, np.float32) if found is None else found
