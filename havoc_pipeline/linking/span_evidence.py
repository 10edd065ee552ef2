"""The evidence of one question over one table: arrays over words, spans and targets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.enumerations import enumerated
from havoc_pipeline.linking.evidence import TableWords
from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.spans import PARTING, QuestionWords
from havoc_pipeline.linking.words import Token

COMMON = 40
"""From this count on a word is common in questions, whatever they are about."""
FAINT = 0.12
NEAR = 0.35
MOST_RUNS = 12


class SpanEvidence:
    """All evidence of one question over one table, as arrays over words, spans and targets.

    Args:
        question: the question's words.
        table: the table's words.
        roles: probabilities of roles, shape (targets, roles).
    """

    def __init__(self, question: QuestionWords, table: TableWords, roles: Floats) -> None:
        self.question, self.table, self.roles = question, table, roles
        found = [table.evidence(word) for word in question.words]
        count = len(table.targets)
        self.head = _stack([one.head for one in found], len(table.heads))
        self.bag = _stack([one.bag for one in found], count)
        self.share = _stack([one.share for one in found], count)
        self.told = _stack([one.told for one in found], count)
        self.near = _stack([one.near for one in found], count)
        self.rarity = np.array([one.rarity for one in found], np.float32)
        self.ordinary = np.array([one.ordinary for one in found], np.float32)
        self.named = np.array([one.named for one in found], np.float32)
        self.tops = np.maximum.reduceat(self.head, begins(table.owner), axis=1)
        self.any = np.maximum(np.maximum(self.tops, 0.95 * self.bag), 0.9 * self.told)
        self.literal = question.literal_spans([t.headers[0] for t in table.targets if not t.is_block])
        for start, end, block in enumerated(question.text, table.targets):
            if (place := question.words_at(start, end)) is not None:
                self.literal.setdefault(place, []).append(block)
        self.role_hit = [table.lexicon.role_words.get(w.stem, ()) for w in question.words]

    def starters(self) -> list[bool]:
        """Say which words may begin or end the name of a column."""
        paired = any(target.block == "pair" for target in self.table.targets)
        return [self._starts(at, word, paired) for at, word in enumerate(self.question.words)]

    def unknown_runs(self) -> list[tuple[int, int]]:
        """Return runs of words that say nothing of any column and are not common in questions."""
        strange = [self._strange(at, word) for at, word in enumerate(self.question.words)]
        runs, first = [], None
        for at, is_strange in enumerate([*strange, False]):
            if is_strange and first is None:
                first = at
            elif not is_strange and first is not None:
                runs.append((first, at))
                first = None
        return runs[:MOST_RUNS]

    def _strange(self, at: int, word: Token) -> bool:
        if word.is_stop or word.lower[0].isdigit() or self.question.blocked[at] or self.role_hit[at]:
            return False
        common = self.table.lexicon.ordinary.get(word.lemma, 0) > COMMON
        known = word.stem in self.table.levels
        return not common and not known and float(self.any[at].max(initial=0.0)) <= FAINT

    def parting(self) -> list[bool]:
        """Say which words end a name: joining words, and common words that fit no column."""
        common = self.table.lexicon.ordinary
        return [
            word.lower in PARTING or (not word.is_stop and common.get(word.lemma, 0) > COMMON and not self._speaks(at))
            for at, word in enumerate(self.question.words)
        ]

    def _speaks(self, at: int) -> bool:
        return float(self.any[at].max(initial=0.0)) > FAINT or bool(self.role_hit[at])

    def _starts(self, at: int, word: Token, paired: bool) -> bool:
        best = float(self.any[at].max(initial=0.0))
        if word.is_stop:
            if paired and word.lower in {"before", "after"}:
                return True
            return len(word.lower) == 1 and word.lower not in "ais" and best >= 1.0
        near = float(self.near[at].max(initial=0.0))
        return best > FAINT or near > NEAR or bool(self.role_hit[at]) or self._initial(word)

    def _initial(self, word: Token) -> bool:
        return any(head[0] == word.lower[0] and 1 < len(head) < 6 for head in self.table.heads)


def _stack(rows: list[Floats], width: int) -> Floats:
    return np.stack(rows) if rows else np.zeros((0, width), np.float32)


def begins(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each target's header words begin among all header words."""
    return np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
