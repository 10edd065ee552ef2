"""What a table's columns could be called: worked out once a table, asked by every question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.dimensions import DIMENSIONS, dimension_of
from havoc_pipeline.linking.lexicon import Floats, Lexicon, header_key
from havoc_pipeline.linking.recognition import entry_weights
from havoc_pipeline.linking.words import STOP, folded, header_words, stem, tokens
from havoc_pipeline.tables import Block, Column, Table

GROUP_OF_KIND = {
    "numeric": "number", "integer": "count", "two-level": "category", "categorical": "category",
    "ordered": "category", "date": "date", "order": "order", "identifier": "identifier",
    "constant": "category", "text": "text", "empty": "text",
}  # fmt: skip
NAMING_ENTRIES = 24
FAINT = 0.12


@dataclass(frozen=True, eq=False)
class Target:
    """Something a span may mean: a column, or the columns of a wide block.

    Attributes:
        headers: the columns.
        kind: number, count, category, date, order, identifier or text.
        words: the header's words without its unit.
        weights: how well each entry of the lexicon fits, shape (entries,).
        bag: stem -> how well it fits, from the entries.
        share: stem -> its share among all that the entries say.
        described: stems of the data dictionary's sentence.
    """

    headers: tuple[str, ...]
    kind: str
    unit: str | None
    words: tuple[str, ...]
    weights: Floats
    bag: dict[str, float]
    share: dict[str, float]
    described: frozenset[str]
    block: str = ""
    column: Column | None = field(default=None, repr=False)

    @property
    def is_block(self) -> bool:
        """Whether several columns are meant at once."""
        return len(self.headers) > 1


def targets_of(table: Table, lexicon: Lexicon, hidden: NDArray[np.bool_] | None = None) -> tuple[Target, ...]:
    """Work out everything that a span of a question may mean in a table, levels apart.

    Args:
        table: the table.
        lexicon: what is known of quantities and groups.
        hidden: entries to leave out, shape (entries,).

    Returns:
        Columns in their order, then blocks.
    """
    described: list[tuple[tuple[str, ...], str, Column, str]] = [((c.header,), c.header, c, "") for c in table.columns]
    for block in filter(lambda block: _is_one_thing(block, table), table.profile.blocks):
        first = table.column(block.headers[0])
        described.append((block.headers, block.name, first, block.kind))
    raw = [entry_weights(head, column, kind_of(column), lexicon) for _, head, column, _ in described]
    weights = coherent(np.stack(raw, 1), lexicon, hidden)
    return tuple(
        _target(headers, head, column, block, weights[:, at], lexicon)
        for at, (headers, head, column, block) in enumerate(described)
    )


def coherent(weights: Floats, lexicon: Lexicon, hidden: NDArray[np.bool_] | None) -> Floats:
    """Let entries that stood in one table of the domain bank speak for each other.

    Args:
        weights: entries by targets.
        lexicon: names the table of each entry.
        hidden: entries to leave out.

    Returns:
        The weights, those of strange tables lowered.
    """
    if hidden is not None:
        weights = np.where(hidden[:, None], 0.0, weights).astype(np.float32)
    numbers, count = lexicon.source_numbers
    best = np.zeros((count, weights.shape[1]), np.float32)
    np.maximum.at(best, numbers, weights)
    together = best.sum(1)
    together[0] = 0.0
    top = max(float(together.max()), 1e-6)
    factor = 0.7 + 0.3 * together / top
    factor[0] = 0.95
    scaled: Floats = weights * factor[numbers][:, None]
    return scaled


def kind_of(column: Column) -> str:
    """Return the kind of a column in the lexicon's words."""
    return GROUP_OF_KIND[column.kind]


def _is_one_thing(block: Block, table: Table) -> bool:
    """Whether the data dictionary, if there is one, says much the same of all columns of a block."""
    told = [_described(table.column(header)) for header in block.headers]
    shared, every = frozenset.intersection(*told), frozenset.union(*told)
    return not every or 2 * len(shared) >= len(every)


def _described(column: Column) -> frozenset[str]:
    return frozenset(t.stem for t in tokens(column.description or "") if t.lower not in STOP)


def _target(
    headers: tuple[str, ...], head: str, column: Column, block: str, weights: Floats, lexicon: Lexicon
) -> Target:
    bag, share = _bag(weights, lexicon)
    told = _described(column)
    words = tuple(header_key(head).split()) or header_words(head) or (folded(head),)
    unit = column.unit
    return Target(headers, kind_of(column), unit, words, weights, bag, share, told, block, column)


def _bag(weights: Floats, lexicon: Lexicon) -> tuple[dict[str, float], dict[str, float]]:
    order = np.argsort(-weights)[:NAMING_ENTRIES]
    bag: dict[str, float] = {}
    share: dict[str, float] = {}
    total = float(weights[order].sum()) or 1.0
    for entry in order.tolist():
        weight = float(weights[entry])
        if weight < FAINT:
            break
        for word in sorted({w for phrase in lexicon.phrases[entry] for w in phrase.split()}):
            bag[word] = max(bag.get(word, 0.0), weight)
            share[word] = share.get(word, 0.0) + weight / total
    return bag, share


def unit_fit(units: Sequence[str | None], lexicon: Lexicon) -> Floats:
    """Say how units of columns fit the entries' units.

    Args:
        units: one unit or None a target.
        lexicon: its entries.

    Returns:
        Entries by targets: 1 the same unit, 0.6 the same dimension, -1 another, 0 unknown.
    """
    fit = np.zeros((len(lexicon.names), len(units)), np.float32)
    known = lexicon.arrays[2]
    order = list(DIMENSIONS)
    for at, unit in enumerate(units):
        if unit is None:
            continue
        fit[known, at] = -1.0
        if (dimension := dimension_of(unit)) is not None:
            fit[lexicon.dimension_matrix[:, order.index(dimension)] > 0, at] = 0.6
        if (number := lexicon.unit_numbers.get(unit)) is not None:
            fit[lexicon.unit_matrix[:, number] > 0, at] = 1.0
    return fit


def name_stems(table: Table) -> frozenset[str]:
    """Return the stems of the words in a table's name, short forms spelt out apart."""
    return frozenset(stem(word) for word in header_words(table.name) if len(word) > 2)


def folded_levels(column: Column) -> tuple[str, ...]:
    """Return a column's levels in lower case without accents."""
    return tuple(folded(level) for level in column.levels)
