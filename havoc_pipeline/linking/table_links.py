"""Everything about one table that does not depend on the question, and the pairs of one that does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking import features as column_judging
from havoc_pipeline.linking import level_features as level_judging
from havoc_pipeline.linking.entries import ROLE_NUMBERS
from havoc_pipeline.linking.evidence import TableWords
from havoc_pipeline.linking.features import span_features
from havoc_pipeline.linking.level_features import LevelHit, LevelIndex, level_features
from havoc_pipeline.linking.level_names import levels_of
from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.ranges import Ranges
from havoc_pipeline.linking.roles import RoleModel, role_features, settled
from havoc_pipeline.linking.sketch import targets_of
from havoc_pipeline.linking.span_evidence import SpanEvidence
from havoc_pipeline.linking.spans import QuestionWords, Span
from havoc_pipeline.linking.table_side import TableSide
from havoc_pipeline.tables import Table

FAINTEST = 0.15
MEASURE = ROLE_NUMBERS["measurement"]
BEFORE_AFTER = [ROLE_NUMBERS["before"], ROLE_NUMBERS["after"]]
SHOWING = (
    "any_max", "exact", "initials", "lexicon_max", "role_word", "role_word_last", "in_name", "literal",
    "unknown", "vector_max", "phrase_near",
)  # fmt: skip
"""A pair of span and target is judged when one of these features is not faint."""
SEEN = [column_judging.NAMES.index(name) for name in SHOWING]


@dataclass(frozen=True)
class Pairs:
    """All pairs of a span with a target or a level that deserve a judgement.

    Attributes:
        spans: the spans.
        column_pairs: (n, 2) span number and target number.
        column_features: (n, features).
        hits: m pairs of span and level.
        level_features: (m, features).
        evidence: of the question, word by word.
    """

    spans: tuple[Span, ...]
    column_pairs: NDArray[np.int64]
    column_features: Floats
    hits: tuple[LevelHit, ...]
    level_features: Floats
    evidence: SpanEvidence


class TableLinks:
    """A table made ready for questions.

    Args:
        table: the table.
        lexicon: the entries.
        model: the classifier of roles.
        hidden: entries to leave out, for learning.
    """

    def __init__(
        self,
        table: Table,
        lexicon: Lexicon,
        model: RoleModel,
        hidden: NDArray[np.bool_] | None = None,
    ) -> None:
        self.targets = targets_of(table, lexicon, hidden)
        self.index = LevelIndex(levels_of(self.targets, lexicon))
        self.words = TableWords(table, self.targets, lexicon, self.index.stems)
        features = role_features(table, self.targets, lexicon)
        self.column_roles = settled(model.probabilities(features), features, table)
        self.roles = self._with_blocks(table)

    def _with_blocks(self, table: Table) -> Floats:
        rows = list(self.column_roles)
        at = {header: number for number, header in enumerate(table.headers)}
        for target in self.targets[len(rows) :]:
            rows.append(self.column_roles[[at[header] for header in target.headers]].max(0))
            rows[-1][MEASURE] = max(rows[-1][MEASURE], *rows[-1][BEFORE_AFTER])
        return np.stack(rows)

    @cached_property
    def side(self) -> TableSide:
        """What the table brings to the grid of every question."""
        return TableSide(self.targets, self.roles, self.index.levels, self.words.lexicon)

    @cached_property
    def ranges(self) -> Ranges:
        """Where the columns' values lie."""
        return Ranges([target.column for target in self.targets if target.column is not None])

    def pairs(self, question: QuestionWords) -> Pairs:
        """Return the pairs of a question over this table with their features."""
        evidence = SpanEvidence(question, self.words, self.roles)
        spans = self._spans(question, evidence)
        hits = tuple(self.index.hits(evidence))
        columns, described = self._columns(spans, evidence, self._named(hits, evidence))
        best = np.array([self._best(hit, evidence) for hit in hits], np.float32)
        named = (
            level_features(hits, self.index, evidence, best) if hits else np.zeros((0, level_judging.WIDTH), np.float32)
        )
        return Pairs(tuple(spans), columns, described, hits, named, evidence)

    def _spans(self, question: QuestionWords, evidence: SpanEvidence) -> list[Span]:
        found = {(span.first, span.last): span for span in self._known_spans(question, evidence)}
        for first, last in [*evidence.literal, *evidence.unknown_runs()]:
            found.setdefault((first, last), question.span(first, last))
        return sorted(found.values(), key=lambda span: (span.first, span.last))

    def _known_spans(self, question: QuestionWords, evidence: SpanEvidence) -> list[Span]:
        known = self.words.lexicon.postings
        return question.spans(evidence.starters(), evidence.parting(), known)

    def _named(self, hits: Sequence[LevelHit], evidence: SpanEvidence) -> Floats:
        named = np.zeros((len(evidence.question.words), len(self.targets)), np.float32)
        for hit in hits:
            target = self.index.levels[hit.level].target
            rows = named[hit.core[0] : hit.core[1], target]
            np.maximum(rows, hit.weight, out=rows)
        return named

    def _columns(
        self, spans: Sequence[Span], evidence: SpanEvidence, named: Floats
    ) -> tuple[NDArray[np.int64], Floats]:
        if not spans:
            return np.zeros((0, 2), np.int64), np.zeros((0, column_judging.WIDTH), np.float32)
        features = span_features(spans, evidence, named)
        strength = features[:, :, SEEN].max(2)
        chosen = np.argwhere(strength > FAINTEST)
        return chosen, features[chosen[:, 0], chosen[:, 1]]

    def _best(self, hit: LevelHit, evidence: SpanEvidence) -> float:
        postings = self.words.lexicon.postings.get(hit.span.key)
        if postings is None:
            return 0.0
        entries = np.array(postings[: 2 * 80 : 2])
        return float(self.words.weights[entries].max())
