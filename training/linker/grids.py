"""Labelled grids: generated questions laid out over their tables, and what each of their words means."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.decode import Meant
from havoc_pipeline.linking.extract import extract
from havoc_pipeline.linking.grid import Grid, grid_of
from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.linking.network import EXTRA
from havoc_pipeline.linking.table_links import Pairs
from training.bank import half_of
from training.linker.examples import Asked, asked, described_tables, labels, writer_of

STOP_WEIGHT = 0.3
"""What a function word counts in the loss."""
LONGEST = 48
"""Words of a question; longer ones are not learned from."""


@dataclass(frozen=True)
class Sample:
    """A grid and the truth.

    Attributes:
        grid: of n words, c columns and l levels.
        truth: share of each meaning for each word, shape (n, c + l + 2).
        weight: of each word in the loss, shape (n,).
    """

    grid: Grid
    truth: NDArray[np.float32]
    weight: NDArray[np.float32]


def samples(
    linker: Linker, count: int, seed: int, *, development: bool, share: float, half: int | None = None
) -> Iterator[Sample]:
    """Draw labelled grids.

    Args:
        linker: its judges of single pairs are used.
        count: how many questions.
        seed: where chance comes from.
        development: of the development authors, nothing hidden from the lexicon.
        share: how many of the tables are studies.
        half: of the authors, the only one whose tables are drawn.
    """
    random_ = random.Random(seed)
    writer = writer_of(development, random_)
    bank = [table for table in described_tables(development) if half in (None, half_of(str(table["author"])))]
    drawn = asked(
        bank, writer, linker.lexicon, linker.role_model, count, random_,
        hide=not development, share=share, half=half,
    )  # fmt: skip
    for question in drawn:
        if 0 < len(question.words.words) <= LONGEST:
            yield sample_of(question, linker)


def numbers_of(question: str) -> list[NumberMention]:
    """Return the numbers of a question."""
    return [mention for mention in extract(question) if isinstance(mention, NumberMention)]


def sample_of(question: Asked, linker: Linker) -> Sample:
    """Return the grid of a question and what each of its words means."""
    pairs = question.ready.pairs(question.words)
    numbers = numbers_of(question.episode.question)
    grid = grid_of(question.ready, pairs, linker.column_chances(pairs), linker.level_chances(pairs), numbers)
    weight = np.array([STOP_WEIGHT if word.is_stop else 1.0 for word in question.words.words], np.float32)
    truth = _truth(question, grid, weight)
    count = len(grid.columns) + len(grid.levels)
    free = truth.sum(1) == 0
    truth[free, count] = 1.0
    truth /= truth.sum(1, keepdims=True)
    if not question.episode.reading.startswith("study."):
        _leave_out(question, pairs, free, weight)
    for word in np.flatnonzero(free & (len(question.unnamed) > 0)).tolist():
        weight[word] *= not pairs.evidence.role_hit[word]
    return Sample(grid, truth, weight)


def _truth(question: Asked, grid: Grid, weight: Floats) -> Floats:
    """Shares of columns, levels and lost things; words whose meaning the grid does not hold lose their weight."""
    ready, columns = question.ready, len(grid.columns)
    truth = np.zeros((len(grid.words), columns + len(grid.levels) + EXTRA), np.float32)
    places: dict[Meant, int] = {(target.headers, None): at for at, target in enumerate(ready.targets)}
    for place, at in enumerate(grid.named.tolist(), columns):
        level = ready.index.levels[at]
        places[ready.targets[level.target].headers, level.text] = place
    for one in question.truths:
        if (found := places.get((one.headers, one.level))) is None:
            weight[one.first : one.last] = 0.0
        else:
            truth[one.first : one.last, found] = 1.0
    lost = [place for meaning in question.episode.meanings if meaning.kind == "lost" for place in meaning.spans]
    for at, word in enumerate(question.words.words):
        inside = any(word.start < end and start < word.end for start, end in lost)
        if inside and not word.is_stop and not truth[at].any():
            truth[at, -1] = 1.0
    return truth


def _leave_out(question: Asked, pairs: Pairs, free: NDArray[np.bool_], weight: Floats) -> None:
    """Words outside a phrase's slots that would do as a column's name are not learned as nothing."""
    columns, _ = labels(question, pairs)
    for (number, _), label in zip(pairs.column_pairs.tolist(), columns.tolist(), strict=True):
        if np.isnan(label):
            span = pairs.spans[number]
            weight[span.first : span.last][free[span.first : span.last]] = 0.0
