"""The linker: which words of a question name which columns, blocks and levels of a table."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.decode import LEAST, Meant, Read, lost, mentions, unsettled
from havoc_pipeline.linking.directions import direction
from havoc_pipeline.linking.grid import grid_of
from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.mentions import ColumnMention, Links, NumberMention, Role
from havoc_pipeline.linking.network import Network
from havoc_pipeline.linking.roles import RoleModel, named
from havoc_pipeline.linking.scorer import Scorer
from havoc_pipeline.linking.spans import QuestionWords
from havoc_pipeline.linking.table_links import Pairs, TableLinks
from havoc_pipeline.linking.words import tokens
from havoc_pipeline.tables import Table

WEIGHTS = Path(__file__).parent / "linker.npz"
TABLES_KEPT = 16
MOST_WORDS = 96
"""Words that are read together; longer questions are read in pieces, so that time and memory grow evenly."""


class Linker:
    """Links questions to tables; keeps what it worked out about the latest tables.

    Args:
        lexicon: quantities, groups, roles and level names.
        arrays: the learned weights.
    """

    def __init__(self, lexicon: Lexicon, arrays: dict[str, NDArray[np.floating]]) -> None:
        self.lexicon = lexicon
        self.role_model = RoleModel(arrays["role_weight"], arrays["role_bias"])
        self._columns = Scorer(arrays, "column_")
        self._levels = Scorer(arrays, "level_")
        self._arrays = arrays
        self._kept: OrderedDict[int, tuple[Table, TableLinks]] = OrderedDict()

    @cached_property
    def network(self) -> Network:
        """The network over a question and its table."""
        own = {name.removeprefix("grid_"): array for name, array in self._arrays.items() if name.startswith("grid_")}
        words = bytes(own.pop("words")).decode("utf-8").split("\n")
        return Network(own, words)

    @classmethod
    def load(cls, weights: Path = WEIGHTS) -> Linker:
        """Return the linker that ships with the package, the user's lexicon included.

        Args:
            weights: the file of learned weights.

        Raises:
            ModelError: the weights cannot be read.
            HavocError: the user's lexicon is not well formed.
        """
        try:
            with np.load(weights) as held:
                arrays = {name: held[name] for name in held.files}
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the linker's weights `{weights}` cannot be read ({error}); install HAVOC anew"
            ) from error
        return cls(Lexicon.load(), arrays)

    def prepare(self, table: Table, hidden: NDArray[np.bool_] | None = None) -> TableLinks:
        """Return what is worked out once about a table.

        Args:
            table: the table.
            hidden: lexicon entries to leave out, shape (entries,), as training does.
        """
        kept = self._kept.get(id(table))
        if kept is None or kept[0] is not table:
            kept = (table, TableLinks(table, self.lexicon, self.role_model, hidden))
            self._kept[id(table)] = kept
            if len(self._kept) > TABLES_KEPT:
                self._kept.popitem(last=False)
        return kept[1]

    def link(
        self,
        question: str,
        table: Table,
        blocked: Sequence[tuple[int, int]] = (),
        numbers: Sequence[NumberMention] = (),
        least: float = LEAST,
    ) -> Links:
        """Link the words of a question to columns, blocks and levels.

        Args:
            question: the text.
            table: the table it is about.
            blocked: places (start, end) of the question that are dates or formulas.
            numbers: of the question.
            least: probability below which a word is taken to name nothing.

        Returns:
            The mentions in order, each with its rivals, every column's roles, and the places of what
            the question names and the table lacks.
        """
        words = QuestionWords.of(question, blocked)
        if not words.words:
            return Links(question, (), self.roles(table))
        ready = self.prepare(table)
        found = self.read(ready, words, numbers)
        named = tuple(self._pointing(mention, ready) for mention in mentions(found, least))
        return Links(question, named, self.roles(table), lost(found), unsettled(found, least))

    def _pointing(self, mention: ColumnMention, ready: TableLinks) -> ColumnMention:
        """The mention with the way in which its words compare what it names."""
        if mention.best.level is not None:
            return mention
        target = next(one for one in ready.targets if one.headers == mention.best.headers)
        return replace(mention, direction=direction(tokens(mention.text), target, self.lexicon))

    def read(self, ready: TableLinks, words: QuestionWords, numbers: Sequence[NumberMention] = ()) -> Read:
        """Return what each word of a question may mean.

        Args:
            ready: the table.
            words: of the question, at least one.
            numbers: of the question.
        """
        pairs = ready.pairs(words)
        grid = grid_of(ready, pairs, self.column_chances(pairs), self.level_chances(pairs), numbers)
        levels = [ready.index.levels[at] for at in grid.named.tolist()]
        meant: list[Meant] = [(target.headers, None) for target in ready.targets]
        meant += [(ready.targets[level.target].headers, level.text) for level in levels]
        parts = [grid.part(first, first + MOST_WORDS) for first in range(0, len(words.words), MOST_WORDS)]
        return Read(words, meant, np.concatenate([self.network.probabilities(part) for part in parts]))

    def column_chances(self, pairs: Pairs) -> Floats:
        """Return how likely each pair of span and column is, shape (pairs,)."""
        return self._columns.probabilities(pairs.column_features)

    def level_chances(self, pairs: Pairs) -> Floats:
        """Return how likely each span names the level it hits, shape (hits,)."""
        return self._levels.probabilities(pairs.level_features)

    def roles(self, table: Table) -> dict[str, dict[Role, float]]:
        """Return for every header the probability of each role; they sum to 1."""
        return named(table.headers, self.prepare(table).column_roles)
