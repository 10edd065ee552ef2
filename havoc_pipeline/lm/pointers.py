"""Pointers: what stands for the columns, levels and literals of one question, in order of mention."""

from __future__ import annotations

from functools import cached_property

from havoc_pipeline.linking.mentions import Mention, NumberMention
from havoc_pipeline.linking.ranges import Ranges
from havoc_pipeline.lm.pointed import Pointed, fits_of, headed
from havoc_pipeline.tables import Table

MOST_COLUMNS, MOST_LEVELS, MOST_NUMBERS, MOST_OTHERS = 14, 16, 12, 4
NEAR, SURELY = 0.3, 0.6
"""How near a number lies to a column's values, and its share of all columns' density there, to point at it."""


class Pointers:
    """Hands out pointers, each when it is first asked for.

    Parameters
    ----------
    table : Table or None

    Attributes
    ----------
    columns : dict of str to Pointed
        `<C1>` and so on.
    levels : dict of str to (str, str)
        `<L1>` and so on: header and level.
    literals : dict of str to str
        `<N1>` numbers, `<D1>` dates, `<F1>` formulas and `<X1>` lists, as the DSL writes them.
    spans : dict of str to (int, int)
        Where each pointer's first mention stands in the question.
    headed : list of tuples of str
        Columns and wide blocks that may get a pointer.
    """

    def __init__(self, table: Table | None) -> None:
        self._table = table
        self.columns: dict[str, Pointed] = {}
        self.levels: dict[str, tuple[str, str]] = {}
        self.literals: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.headed = headed(table) if table is not None else []
        self._given: dict[tuple[str, ...], str] = {}

    @property
    def given(self) -> dict[tuple[str, ...], str]:
        """The columns and blocks that have a pointer, in order."""
        return self._given

    def column(self, headers: tuple[str, ...]) -> str | None:
        """The pointer of a column or block, a new one if it has none yet; None when all are given out."""
        if headers not in self._given:
            if len(self._given) >= MOST_COLUMNS or self._table is None:
                return None
            pointer = f"<C{len(self._given) + 1}>"
            self._given[headers] = pointer
            self.columns[pointer] = Pointed(headers, fits_of(headers, self._table))
        return self._given[headers]

    def level(self, header: str, level: str) -> str | None:
        """The pointer of a level, a new one if it has none yet; None when all are given out."""
        named = next((k for k, v in self.levels.items() if v == (header, level)), f"<L{len(self.levels) + 1}>")
        if named not in self.levels and len(self.levels) >= MOST_LEVELS:
            return None
        self.levels[named] = (header, level)
        return named

    def literal(self, letter: str, literal: str, mention: Mention) -> str | None:
        """A new pointer for what the DSL writes as it is; None when all are given out."""
        count = sum(pointer.startswith(f"<{letter}") for pointer in self.literals)
        if count >= (MOST_NUMBERS if letter == "N" else MOST_OTHERS):
            return None
        pointer = f"<{letter}{count + 1}>"
        self.literals[pointer] = literal
        self.spans[pointer] = (mention.start, mention.end)
        return pointer

    def measured_in(self, unit: str) -> str | None:
        """The pointer of the only column or block with this unit, if there is just one."""
        same = [headers for headers in self.headed if self._unit(headers) == unit.casefold()]
        return self.column(same[0]) if len(same) == 1 else None

    def among(self, number: NumberMention) -> str | None:
        """The pointer of the column or block among whose values the number lies, when it surely is the one."""
        if not self.headed:
            return None
        near, share, _ = self._ranges.suit([number])[0].T
        best = int(share.argmax())
        return self.column(self.headed[best]) if near[best] >= NEAR and share[best] >= SURELY else None

    @cached_property
    def _ranges(self) -> Ranges:
        assert self._table is not None
        return Ranges([self._table.column(headers[0]) for headers in self.headed])

    def _unit(self, headers: tuple[str, ...]) -> str:
        assert self._table is not None
        return (self._table.column(headers[0]).unit or "").casefold()
