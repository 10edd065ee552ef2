"""How well the numbers of a question suit the columns: by unit, and by where the column's values lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from havoc_pipeline.linking.lexicon import Floats
from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.tables import Column

WIDENED = 1.5
"""By how much a column's standard deviation is widened: limits lie at its edges."""
FARTHEST = 4.0
"""Widened standard deviations beyond which a number says nothing for a column."""
MEASURED = frozenset({"numeric", "integer"})


class Ranges:
    """Where the values of a table's columns lie.

    Args:
        columns: k columns; of a wide block, its first.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._units = [(column.unit or "").casefold() for column in columns]
        found = [_centre_and_spread(column) for column in columns]
        self._centres = np.array([centre for centre, _ in found])
        self._spreads = np.array([spread for _, spread in found])

    def suit(self, numbers: Sequence[NumberMention]) -> Floats:
        """Say how well each number suits each column.

        Args:
            numbers: n numbers of a question.

        Returns:
            float32 (n, k, 3): nearness to the column's values, 0 to 1; its share of the density that all
            columns have there, 0 to 1; whether it has the column's unit.
        """
        suited = np.zeros((len(numbers), len(self._units), 3), np.float32)
        for at, number in enumerate(numbers):
            away = np.minimum(np.abs(number.value - self._centres) / self._spreads, FARTHEST)
            near = np.where(np.isfinite(self._centres) & (away < FARTHEST), np.exp(-0.5 * away**2), 0.0)
            density = np.where(near > 0, near / self._spreads, 0.0)
            suited[at, :, 0] = near
            suited[at, :, 1] = density / density.sum() if density.any() else 0.0
            if number.unit is not None:
                suited[at, :, 2] = [unit == number.unit.casefold() for unit in self._units]
        return suited


def _centre_and_spread(column: Column) -> tuple[float, float]:
    """Mean and widened standard deviation; no centre for what is not measured or counted."""
    if column.kind not in MEASURED:
        return np.nan, 1.0
    known = column.numbers[np.isfinite(column.numbers)]
    if not known.size:
        return np.nan, 1.0
    centre, spread = float(known.mean()), float(known.std())
    return centre, WIDENED * max(spread, 1e-3 * abs(centre), 1e-9)
