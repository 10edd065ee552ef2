"""What part each column plays: reading, operator, batch, count of defects, …, as probabilities."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.entries import KIND_OF_ROLE, ROLE_NUMBERS
from havoc_pipeline.linking.entries import KINDS as LEXICON_KINDS
from havoc_pipeline.linking.lexicon import Floats, Lexicon
from havoc_pipeline.linking.mentions import ROLES, Role
from havoc_pipeline.linking.recognition import LIKE
from havoc_pipeline.linking.sketch import Target
from havoc_pipeline.linking.words import header_words
from havoc_pipeline.tables import Column, Table

KINDS = (
    "numeric", "integer", "two-level", "categorical", "ordered", "date", "order", "identifier",
    "constant", "text", "empty",
)  # fmt: skip
TRIGRAMS = 384
STATISTICS = 20
ROLE_KINDS = np.array([LEXICON_KINDS.index(KIND_OF_ROLE.get(role, "category")) for role in ROLES])
WIDTH = 2 * len(ROLES) + len(KINDS) + STATISTICS + 2 * len(ROLES) + TRIGRAMS
"""Numbers that describe a column to the classifier."""
HEADER_SAYS = 0.4
"""How much a header that is itself a word for a role counts beside the classifier."""
MEASURED = np.array([ROLE_NUMBERS["measurement"], ROLE_NUMBERS["setting"]])


def role_features(table: Table, targets: Sequence[Target], lexicon: Lexicon) -> Floats:
    """Describe every column of a table to the classifier of roles.

    Args:
        table: the table, k columns.
        targets: what its columns may be called, columns first.
        lexicon: the entries.

    Returns:
        float32 of shape (k, WIDTH): lexicon, header words, kind, values, neighbours, letters.
    """
    columns = targets[: len(table.columns)]
    own = np.stack([_own(table, target, lexicon) for target in columns])
    told = own[:, : 2 * len(ROLES)]
    guess = told[:, : len(ROLES)] + told[:, len(ROLES) :]
    others = np.broadcast_to(guess.sum(0), guess.shape) - guess
    beside = _beside(guess)
    letters = np.stack([_letters(target.headers[0]) for target in columns])
    return np.hstack([own, np.minimum(others, 2.0), beside, letters]).astype(np.float32)


def _own(table: Table, target: Target, lexicon: Lexicon) -> Floats:
    column = target.column or table.column(target.headers[0])
    kind = np.array([float(column.kind == one) for one in KINDS], np.float32)
    parts = [_lexicon_roles(target, lexicon), _header_roles(target, lexicon)]
    return np.concatenate([*parts, kind, _statistics(table, column)]).astype(np.float32)


def _lexicon_roles(target: Target, lexicon: Lexicon) -> Floats:
    roles = lexicon.arrays[0]
    top = np.argsort(-target.weights)[:12]
    votes = np.zeros(len(ROLES), np.float32)
    np.add.at(votes, roles[top], np.square(target.weights[top]))
    return votes / max(1.0, float(votes.sum()))


def _header_roles(target: Target, lexicon: Lexicon) -> Floats:
    votes = np.zeros(len(ROLES), np.float32)
    words = target.words
    forms = [(" ".join(words), 1.0), *((word, 0.6) for word in words)]
    for form, weight in forms:
        for role in lexicon.role_headers.get(form, ()):
            votes[ROLE_NUMBERS[role]] = max(votes[ROLE_NUMBERS[role]], weight)
    fitting: Floats = votes * LIKE[target.kind][ROLE_KINDS]
    return fitting


def _statistics(table: Table, column: Column) -> Floats:
    rows, distinct = max(1, table.n_rows), column.distinct
    place = list(table.headers).index(column.header)
    plain = [
        place / max(1, len(table.headers) - 1), float(place == 0),
        float(place == len(table.headers) - 1), distinct / rows, float(distinct == 2),
        min(distinct, 12) / 12, column.missing / rows, float(column.unit is not None),
    ]  # fmt: skip
    return np.array([*plain, *_numeric_statistics(column), *_block_place(table, column)], np.float32)


def _block_place(table: Table, column: Column) -> list[float]:
    """First or second of a before-after pair, in a subgroup, alone."""
    for block in table.profile.blocks:
        if column.header in block.headers:
            first = column.header == block.headers[0]
            pair = block.kind == "pair"
            return [float(pair and first), float(pair and not first), float(not pair), 0.0]
    return [0.0, 0.0, 0.0, 1.0]


def _numeric_statistics(column: Column) -> list[float]:
    if not column.is_numeric:
        sizes = [len(level) for level in column.levels[:20]] or [0]
        return [0.0] * 7 + [min(1.0, sum(sizes) / len(sizes) / 10)]
    present = column.numbers[~np.isnan(column.numbers)]
    if not len(present):
        return [0.0] * 8
    steps = np.diff(present)
    blocks = float(np.mean(steps == 0)) if len(steps) else 0.0
    whole = bool((present == np.round(present)).all())
    return [
        1.0, float(whole), float((steps >= 0).all()), blocks,
        float(present.min() == 0), float(present.min() < 0),
        float(np.log10(1 + np.abs(present).max())) / 6,
        float(set(np.unique(present).tolist()) <= {0.0, 1.0}),
    ]  # fmt: skip


def _beside(guess: Floats) -> Floats:
    padded = np.vstack([np.zeros((1, guess.shape[1])), guess, np.zeros((1, guess.shape[1]))])
    beside: Floats = 0.5 * (padded[:-2] + padded[2:])
    return beside


def _letters(header: str) -> Floats:
    votes = np.zeros(TRIGRAMS, np.float32)
    for word in header_words(header):
        marked = f"^{word}$"
        for at in range(max(1, len(marked) - 2)):
            votes[zlib.crc32(marked[at : at + 3].encode()) % TRIGRAMS] = 0.5
    return votes


class RoleModel:
    """A softmax over roles.

    Args:
        weight: shape (WIDTH, roles).
        bias: shape (roles,).
    """

    def __init__(self, weight: NDArray[np.floating], bias: NDArray[np.floating]) -> None:
        self.weight = weight.astype(np.float32)
        self.bias = bias.astype(np.float32)

    def probabilities(self, features: Floats) -> Floats:
        """Return the roles' probabilities, shape (columns, roles), rows summing to 1."""
        logits = features @ self.weight + self.bias
        raised = np.exp(logits - logits.max(1, keepdims=True))
        normal: Floats = raised / raised.sum(1, keepdims=True)
        return normal


def settled(chances: Floats, features: Floats, table: Table) -> Floats:
    """Let plain headers and before-after pairs have their say.

    Args:
        chances: the classifier's probabilities, shape (columns, roles).
        features: what it saw, shape (columns, WIDTH).
        table: the table.

    Returns:
        Probabilities of the same shape: a header that is a word for a role moves them to it, and
        what is measured in a column of a pair is measured before or after.
    """
    said = features[:, len(ROLES) : 2 * len(ROLES)]
    sure = HEADER_SAYS * said.max(1, keepdims=True)
    share = said / np.maximum(said.sum(1, keepdims=True), 1e-6)
    mixed: Floats = ((1 - sure) * chances + sure * share).astype(np.float32)
    for block in table.profile.blocks:
        if block.kind == "pair":
            for header, role in zip(block.headers, ("before", "after"), strict=True):
                row = mixed[table.headers.index(header)]
                row[ROLE_NUMBERS[role]] += row[MEASURED].sum()
                row[MEASURED] = 0.0
    return mixed


def named(headers: Sequence[str], probabilities: Floats) -> dict[str, dict[Role, float]]:
    """Return probabilities by header and role name."""
    return {
        header: {role: float(p) for role, p in zip(ROLES, row, strict=True)}
        for header, row in zip(headers, probabilities, strict=True)
    }
