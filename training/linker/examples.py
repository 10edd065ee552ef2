"""Labelled pairs: generated questions, each span paired with each column and level, and the truth."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.features import NAMES
from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.roles import RoleModel
from havoc_pipeline.linking.spans import QuestionWords, Span
from havoc_pipeline.linking.table_links import Pairs, TableLinks
from training.bank import authors, domains, half_of, phrases
from training.linker.rewording import describe, reworded
from training.linker.train_roles import hidden_entries
from training.meaning import Episode
from training.questions import Writer
from training.studies import studied, study_authors
from training.tables import MadeTable, make_table

QUESTIONS_A_TABLE = 5
STUDIED = 0.6
"""Share of tables that are studies."""
OVERLAPPING = (0.3, 0.55)
"""Label of a span that overlaps the true one: the first, plus the second times their overlap."""
ROLE_WORD = 0.75
"""Label of a general word ("the readings") for a column that the question means but never names."""

STRONG = [NAMES.index(name) for name in ("role_word", "exact", "literal")]
LIKELY = [NAMES.index(name) for name in ("any_min", "lexicon_max")]
ORDINARY, RARE = NAMES.index("ordinary_min"), 0.3
STRONGLY = 0.6
KEPT = 2
"""Of ten words of a question's own wording that would do as a column's name, so many are learned as
none: an author who writes "defects" outside a slot speaks of the column, though no slot says so."""
LEVEL_SHARE = 0.35
DICTIONARY = 0.15
"""How many tables have a data dictionary."""
LEVEL_READINGS = ("ttest.diff", "ttest.greater", "ttest.less", "var.diff", "var.greater", "var.less")
OF_ITS_LEVEL = 0.2
"""Label of a column for words that name one of its levels ("line 3")."""


@dataclass(frozen=True)
class Truth:
    """A place of the question, by its words, and what it means."""

    first: int
    last: int
    headers: tuple[str, ...]
    level: str | None


@dataclass(frozen=True)
class Asked:
    """A generated question with its table made ready, and the truth about it."""

    episode: Episode
    made: MadeTable
    ready: TableLinks
    words: QuestionWords
    truths: tuple[Truth, ...]
    unnamed: frozenset[tuple[str, ...]]


def blocked_places(episode: Episode) -> list[tuple[int, int]]:
    """Return where the question's dates and formulas stand, as `ground` blocks them."""
    kinds = {"date", "formula"}
    return [place for meaning in episode.meanings if meaning.kind in kinds for place in meaning.spans]


def truths_of(episode: Episode, words: QuestionWords) -> tuple[Truth, ...]:
    """Return the true mentions of columns and levels, function words at their ends left out."""
    found = []
    for meaning in episode.meanings:
        for start, end in meaning.spans if meaning.headers else ():
            inside = [at for at, w in enumerate(words.words) if w.start < end and start < w.end]
            telling = [at for at in inside if not words.words[at].is_stop] or inside
            if telling:
                found.append(Truth(telling[0], telling[-1] + 1, meaning.headers, meaning.level))
    return tuple(found)


def asked(
    described: Sequence[dict[str, object]],
    writer: Writer,
    lexicon: Lexicon,
    model: RoleModel,
    count: int,
    random_: random.Random,
    *,
    hide: bool,
    share: float = STUDIED,
    half: int | None = None,
) -> Iterator[Asked]:
    """Draw questions over tables.

    Args:
        described: tables of the domain bank.
        writer: draws questions.
        lexicon: the entries.
        model: classifier of roles.
        count: how many questions.
        random_: where chance comes from.
        hide: whether a table's own entries are hidden from the lexicon, mostly, as training does.
        share: how many of the tables are studies.
        half: of the authors of studies, the only one to be drawn from.

    Yields:
        Questions that have a table.
    """
    drawn = 0
    for made, episodes in _tables(described, writer, random_, share, half, hide=hide):
        if hide and random_.random() < DICTIONARY:
            describe(made, random_)
        ready = TableLinks(made.table, lexicon, model, hidden_entries(made, lexicon, random_) if hide else None)
        for episode in episodes:
            drawn += 1
            yield _asked(reworded(episode, ready, random_) if hide else episode, made, ready)
        if drawn >= count:
            return


def _tables(
    described: Sequence[dict[str, object]],
    writer: Writer,
    random_: random.Random,
    share: float,
    half: int | None,
    *,
    hide: bool,
) -> Iterator[tuple[MadeTable, list[Episode]]]:
    """Tables with the phrase bank's questions and, among them, studies with their own."""
    names = [name for name in study_authors(development=not hide) if half in (None, half_of(name))]
    free = studied(names, random_)
    while True:
        if random_.random() < share and (found := next(free, None)) is not None:
            yield found
            continue
        made = make_table(random_.choice(described), random_)
        drawn = (writer.episode(made, _reading(writer, random_)) for _ in range(QUESTIONS_A_TABLE))
        yield made, [episode for episode in drawn if episode is not None and episode.table is made.table]


def _reading(writer: Writer, random_: random.Random) -> str:
    """Readings that name levels are drawn more often: there are many ways to name a level."""
    if random_.random() < LEVEL_SHARE:
        return random_.choice(LEVEL_READINGS)
    return random_.choice(writer.core_readings)


def _asked(episode: Episode, made: MadeTable, ready: TableLinks) -> Asked:
    words = QuestionWords.of(episode.question, blocked_places(episode))
    unnamed = frozenset(m.headers for m in episode.meanings if m.headers and not m.spans and not m.level)
    return Asked(episode, made, ready, words, truths_of(episode, words), unnamed)


def overlap(span: Span, truth: Truth) -> float:
    """Return words shared by words in either, 0 to 1."""
    shared = min(span.last, truth.last) - max(span.first, truth.first)
    either = max(span.last, truth.last) - min(span.first, truth.first)
    return max(0, shared) / either


def labels(question: Asked, pairs: Pairs) -> tuple[Floats, Floats]:
    """Return the truth of every pair of columns and of levels, NaN where it is not to be learned."""
    strong = pairs.column_features[:, STRONG].max(1) >= STRONGLY
    rare = pairs.column_features[:, ORDINARY] < RARE
    strong |= rare & (pairs.column_features[:, LIKELY].max(1) >= STRONGLY)
    columns = [
        _column_label(pairs.spans[span], question.ready.targets[target].headers, question, speaks)
        for (span, target), speaks in zip(pairs.column_pairs.tolist(), strong.tolist(), strict=True)
    ]
    levels = []
    for hit in pairs.hits:
        level = question.ready.index.levels[hit.level]
        headers = question.ready.targets[level.target].headers
        levels.append(_label(hit.span, headers, level.text, question.truths))
    return np.array(columns, np.float32), np.array(levels, np.float32)


def _label(span: Span, headers: tuple[str, ...], level: str | None, truths: Sequence[Truth]) -> float:
    best = 0.0
    for truth in truths:
        shared = overlap(span, truth)
        if not shared or truth.headers != headers or truth.level != level:
            continue
        best = max(best, 1.0 if shared == 1 else OVERLAPPING[0] + OVERLAPPING[1] * shared)
    return best


def _column_label(span: Span, headers: tuple[str, ...], question: Asked, strong: bool) -> float:
    best = _label(span, headers, None, question.truths)
    if best:
        return best
    around = [truth for truth in question.truths if overlap(span, truth)]
    if any(truth.headers == headers and truth.level is not None for truth in around):
        return OF_ITS_LEVEL
    if headers in question.unnamed and not around:
        role_word = span.key in question.ready.words.lexicon.role_words
        return ROLE_WORD if role_word else float("nan")
    if strong and not around and zlib.crc32(f"{question.episode.question}{span.first}".encode()) % 10 >= KEPT:
        return float("nan")
    return 0.0


def writer_of(development: bool, random_: random.Random) -> Writer:
    """Return a writer over the phrases of the training or of the development authors."""
    names = authors("phrases", development=development)
    if development and not names:
        names = authors("phrases", development=False)
    return Writer(phrases(names), random_)


def described_tables(development: bool) -> list[dict[str, object]]:
    """Return the tables of the training or of the development authors."""
    return domains(authors("domains", development=development))


Matrix = NDArray[np.float16]


def matrices(questions: Iterator[Asked]) -> dict[str, Matrix]:
    """Return features and labels of all pairs of many questions, in half precision.

    Args:
        questions: drawn by `asked`.

    Returns:
        `column_x` (n, features), `column_y` (n,), `level_x`, `level_y`.
    """
    parts: dict[str, list[Matrix]] = {"column_x": [], "column_y": [], "level_x": [], "level_y": []}
    for question in questions:
        pairs = question.ready.pairs(question.words)
        columns, levels = labels(question, pairs)
        for name, x, y in (("column", pairs.column_features, columns), ("level", pairs.level_features, levels)):
            kept = ~np.isnan(y)
            parts[f"{name}_x"].append(x[kept].astype(np.float16))
            parts[f"{name}_y"].append(y[kept].astype(np.float16))
    return {name: np.concatenate(chunks) for name, chunks in parts.items()}
