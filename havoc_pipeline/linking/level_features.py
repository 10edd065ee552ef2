"""Which spans of a question may name a level of a column, and numbers that say how well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from havoc_pipeline.linking.abbreviations import abbreviates
from havoc_pipeline.linking.entries import KINDS
from havoc_pipeline.linking.features import ROLE_GROUPS, role_groups
from havoc_pipeline.linking.level_names import Level, level_key
from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.span_evidence import SpanEvidence
from havoc_pipeline.linking.spans import Span
from havoc_pipeline.linking.words import key

LONGEST_NAME = 6
LIKELY, SHORT = 0.55, 0.5
"""How well a code must stand for a word, and what that is worth beside the level's own name."""
JOINERS = frozenset("and or vs versus to than through und y et against & with from".split())
RESTRICTING = frozenset("only just for at on in with without except excluding where when is".split())
NAMES = (
    "same_text", "same_plain", "alias", "part", "own_share", "column_share", "rest_share", "code_1",
    "code_2", "code_long", "is_number", "blocked", "stop", "ordinary", "words_1", "words_2",
    "words_3", "rivals", "sibling", "sibling_near", "parent_near", "parent_far", "parent_inside",
    "comparing", "restricting", "typo", "two_levels", "many_levels", "other_any", "other_lexicon",
    "upper", "capital", "rarity", "is_article", "left_parent", "right_parent", "short",
)  # fmt: skip
WIDTH = len(NAMES) + len(KINDS) + len(ROLE_GROUPS)
"""Numbers a pair of span and level."""


@dataclass(frozen=True)
class LevelHit:
    """A span that may name a level: how well the words of its `core` are the level's name.

    `kind` is `part` when they are some words of a longer name, `short` when the level's code may
    stand for the word (`CER` for `ceramic`).
    """

    span: Span
    level: int
    weight: float
    core: tuple[int, int]
    kind: Literal["name", "part", "short"] = "name"


class LevelIndex:
    """Finds the levels that words may name.

    Args:
        levels: of all columns of a table.
    """

    def __init__(self, levels: Sequence[Level]) -> None:
        self.levels = tuple(levels)
        self.plain = frozenset(level.plain for level in levels)
        self.by_name: dict[str, list[tuple[int, float]]] = {}
        self.codes: dict[str, list[int]] = {}
        for at, level in enumerate(levels):
            if 2 <= len(level.plain) <= 5 and level.plain.isalpha():
                self.codes.setdefault(level.plain, []).append(at)
        self.by_word: dict[str, list[tuple[int, float]]] = {}
        for at, level in enumerate(levels):
            for name, weight in level.names.items():
                self.by_name.setdefault(name, []).append((at, weight))
                words = name.split()
                for word in words if len(words) > 1 else ():
                    if len(word) > 2:
                        self.by_word.setdefault(word, []).append((at, 0.6 * weight / len(words) ** 0.5))

    @property
    def stems(self) -> frozenset[str]:
        """All words in names of levels."""
        return frozenset(word for name in self.by_name for word in name.split())

    def hits(self, evidence: SpanEvidence) -> list[LevelHit]:
        """Return every span that may name a level, wider ones with the column's word among them."""
        found: dict[tuple[int, int, int], LevelHit] = {}
        for hit in self._cores(evidence):
            for wider in [hit, *self._widened(hit, evidence)]:
                place = (wider.span.first, wider.span.last, wider.level)
                if place not in found or found[place].weight < wider.weight:
                    found[place] = wider
        return list(found.values())

    def _cores(self, evidence: SpanEvidence) -> Iterator[LevelHit]:
        words = evidence.question.words
        for first in range(len(words)):
            for last in range(first + 1, min(len(words), first + LONGEST_NAME) + 1):
                if last > first + 1 and evidence.question.breaks(last - 1):
                    break
                span = Span(first, last, words[first:last])
                if self._loose(span, evidence):
                    continue
                for level, weight in self._named(span, evidence).items():
                    yield LevelHit(span, level, weight, (first, last))
            word = self._word(first, evidence)
            if word is not None:
                yield from self._partly(word)

    def _loose(self, span: Span, evidence: SpanEvidence) -> bool:
        """Several words with a function word at an end, which is not part of a level."""
        if len(span.words) == 1 or not (span.words[0].is_stop or span.words[-1].is_stop):
            return False
        return evidence.question.text[span.start : span.end].lower() not in self.plain

    def _word(self, at: int, evidence: SpanEvidence) -> Span | None:
        word = evidence.question.words[at]
        known = level_key(word.lower) in self.by_name or word.is_stop
        return None if known else Span(at, at + 1, (word,))

    def _partly(self, span: Span) -> Iterator[LevelHit]:
        word, core = span.words[0], (span.first, span.last)
        for level, weight in self.by_word.get(word.stem, ()):
            yield LevelHit(span, level, weight, core, "part")
        for code, levels in self.codes.items() if len(word.lower) > 3 else ():
            if (likely := abbreviates(code, word.lower)) >= LIKELY:
                for level in levels:
                    yield LevelHit(span, level, SHORT * likely, core, "short")

    def _named(self, span: Span, evidence: SpanEvidence) -> dict[int, float]:
        text = evidence.question.text[span.start : span.end]
        forms = {key([word.lower for word in span.words]), level_key(text.lower())}
        seen: dict[int, float] = {}
        for form in sorted(forms):
            for level, weight in self.by_name.get(form, ()):
                seen[level] = max(seen.get(level, 0.0), weight)
        return seen

    def _widened(self, hit: LevelHit, evidence: SpanEvidence) -> Iterator[LevelHit]:
        target = self.levels[hit.level].target
        words = evidence.question.words
        first, last = hit.span.first, hit.span.last
        left, right = first, last
        breaks = evidence.question.breaks
        while left > 0 and evidence.any[left - 1, target] > 0.3 and first - left < 3:
            if breaks(left):
                break
            left -= 1
        while right < len(words) and evidence.any[right, target] > 0.3 and right - last < 2:
            if breaks(right):
                break
            right += 1
        for begin, end in {(left, last), (first, right), (left, right)} - {(first, last)}:
            yield LevelHit(Span(begin, end, words[begin:end]), hit.level, hit.weight, hit.core, hit.kind)


def level_features(hits: Sequence[LevelHit], index: LevelIndex, evidence: SpanEvidence, lexicon_max: Floats) -> Floats:
    """Describe every pair of span and level.

    Args:
        hits: n pairs.
        index: the table's levels.
        evidence: of the question.
        lexicon_max: for each hit the best fit of its span with a column, shape (n,).

    Returns:
        float32 of shape (n, WIDTH), in the order of NAMES, then kind and roles of the column.
    """
    around = _Around(hits, index, evidence)
    rows = [around.describe(hit, float(best)) for hit, best in zip(hits, lexicon_max, strict=True)]
    return np.array(rows, np.float32)


class _Around:
    """What the other hits of the question say of one hit."""

    def __init__(self, hits: Sequence[LevelHit], index: LevelIndex, evidence: SpanEvidence) -> None:
        self.index, self.evidence = index, evidence
        self.groups = role_groups(evidence.roles)
        self.by_target: dict[int, list[tuple[int, tuple[int, int]]]] = {}
        self.by_core: dict[tuple[int, int], set[int]] = {}
        for hit in hits:
            target = index.levels[hit.level].target
            self.by_target.setdefault(target, []).append((hit.level, hit.core))
            if hit.weight >= 0.5 and hit.kind == "name":
                self.by_core.setdefault(hit.core, set()).add(hit.level)

    def describe(self, hit: LevelHit, lexicon_max: float) -> list[float]:
        level = self.index.levels[hit.level]
        target = self.evidence.table.targets[level.target]
        kinds = [float(target.kind == kind) for kind in KINDS]
        own = [*self._name(hit, level), *self._place(hit, level), *self._rest(hit, level, lexicon_max)]
        return [*own, *kinds, *self.groups[level.target].tolist()]

    def _name(self, hit: LevelHit, level: Level) -> list[float]:
        question = self.evidence.question
        words = question.words[hit.core[0] : hit.core[1]]
        text = question.text[words[0].start : words[-1].end]
        inside = range(hit.span.first, hit.span.last)
        own = sum(hit.core[0] <= at < hit.core[1] for at in inside) / len(inside)
        fits = [float(self.evidence.any[at, level.target] > 0.3) for at in inside]
        column = sum(f for f, at in zip(fits, inside, strict=True) if not hit.core[0] <= at < hit.core[1])
        size = len(level.plain)
        blocked = any(question.blocked[hit.core[0] : hit.core[1]])
        telling = [w for w in words if not w.is_stop]
        ordinary = min((float(self.evidence.ordinary[at]) for at in range(*hit.core)), default=0.0)
        return [
            float(text == level.text), float(text.lower() == level.plain), hit.weight,
            float(hit.kind == "part"), own, column / len(inside), 1 - own - column / len(inside),
            float(size == 1), float(size == 2), float(size > 3),
            float(re.fullmatch(r"[\d.,]+", level.text) is not None), float(blocked),
            float(not telling), ordinary, float(len(inside) == 1), float(len(inside) == 2),
            float(len(inside) > 2),
        ]  # fmt: skip

    def _place(self, hit: LevelHit, level: Level) -> list[float]:
        evidence, words = self.evidence, self.evidence.question.words
        first, last = hit.span.first, hit.span.last
        rivals = len(self.by_core.get(hit.core, set()) - {hit.level})
        others = [
            core for other, core in self.by_target[level.target]
            if other != hit.level and (core[0] >= hit.core[1] or core[1] <= hit.core[0])
        ]  # fmt: skip
        near = any(core[0] - hit.core[1] <= 2 and hit.core[0] - core[1] <= 2 for core in others)
        speaks = evidence.any[:, level.target]
        window = np.r_[speaks[max(0, first - 4) : first], speaks[last : last + 3]]
        outside = np.r_[speaks[:first], speaks[last:]]
        before = words[first - 1].lower if first else ""
        after = words[last].lower if last < len(words) else ""
        inner = float(speaks[first:last].max(initial=0.0)) if last - first > 1 else 0.0
        return [
            min(rivals, 3) / 3, float(bool(others)), float(near), float(window.max(initial=0.0)),
            float(outside.max(initial=0.0)), inner,
            float(before in JOINERS or after in JOINERS), float(before in RESTRICTING),
        ]  # fmt: skip

    def _rest(self, hit: LevelHit, level: Level, lexicon_max: float) -> list[float]:
        evidence, words = self.evidence, self.evidence.question.words
        first, last = hit.span.first, hit.span.last
        core = words[hit.core[0] : hit.core[1]]
        strange = evidence.any[hit.core[0] : hit.core[1]].copy()
        strange[:, level.target] = 0.0
        left = float(evidence.any[first - 1, level.target]) if first else 0.0
        right = float(evidence.any[last, level.target]) if last < len(words) else 0.0
        return [
            float(hit.weight < 1.0 and hit.kind == "name"), float(level.siblings == 2),
            float(level.siblings > 6), float(strange.max(initial=0.0)), lexicon_max,
            float(core[0].text.isupper()), float(core[0].text[:1].isupper()),
            float(evidence.rarity[hit.core[0] : hit.core[1]].max()),
            float(core[0].lower in {"a", "i", "an"}), left, right, float(hit.kind == "short"),
        ]  # fmt: skip
