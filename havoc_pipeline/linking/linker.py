"""The linker: which words of a question name which columns, blocks and levels of a table."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.decode import LEAST, Judged, mentions
from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.mentions import Links, Role
from havoc_pipeline.linking.roles import RoleModel, named
from havoc_pipeline.linking.scorer import Scorer
from havoc_pipeline.linking.spans import QuestionWords
from havoc_pipeline.linking.table_links import Pairs, TableLinks
from havoc_pipeline.tables import Table

WEIGHTS = Path(__file__).parent / "linker.npz"
TABLES_KEPT = 16


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
        self._kept: OrderedDict[int, tuple[Table, TableLinks]] = OrderedDict()

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

    def link(self, question: str, table: Table, blocked: Sequence[tuple[int, int]] = (), least: float = LEAST) -> Links:
        """Link the words of a question to columns, blocks and levels.

        Args:
            question: the text.
            table: the table it is about.
            blocked: places (start, end) of the question that are numbers, dates or formulas.
            least: probability below which a span is taken to name nothing.

        Returns:
            The mentions in order, each with its rivals, and every column's roles.
        """
        ready = self.prepare(table)
        words = QuestionWords.of(question, blocked)
        judged = self.judge(ready, ready.pairs(words)) if words.words else ()
        return Links(question, tuple(mentions(question, judged, least)), self.roles(table))

    def judge(self, ready: TableLinks, pairs: Pairs) -> Iterator[Judged]:
        """Yield every pair with its probability."""
        chances = self._columns.probabilities(pairs.column_features)
        for (span, target), chance in zip(pairs.column_pairs.tolist(), chances.tolist(), strict=True):
            yield Judged(pairs.spans[span], ready.targets[target].headers, None, chance)
        chances = self._levels.probabilities(pairs.level_features)
        for hit, chance in zip(pairs.hits, chances.tolist(), strict=True):
            level = ready.index.levels[hit.level]
            yield Judged(hit.span, ready.targets[level.target].headers, level.text, chance)

    def roles(self, table: Table) -> dict[str, dict[Role, float]]:
        """Return for every header the probability of each role; they sum to 1."""
        return named(table.headers, self.prepare(table).column_roles)
