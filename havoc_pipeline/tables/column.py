"""One column of a table: exact text, and numbers, labels or dates as it allows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

import numpy as np

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.cells import Bools, Cells, Floats, Labels, Texts
from havoc_pipeline.tables.dates import Dates
from havoc_pipeline.tables.kinds import Kind
from havoc_pipeline.tables.levels import in_order
from havoc_pipeline.tables.missing import missing_sentence
from havoc_pipeline.tables.numerals import exact
from havoc_pipeline.tables.reading import Habits, Place, Reading, read_cells
from havoc_pipeline.tables.units import split_unit


class Column:
    """A column as read; what it means is worked out when first asked and then kept.

    Args:
        header: the header, unique in its table.
        cells: the exact texts, n of them.
        habits: how the table writes numbers and dates.
        place: turns a row index into words such as `line 7`.
        description: what a data dictionary says of it.
        unit: the unit that a data dictionary or a units row gives it.
    """

    def __init__(
        self,
        header: str,
        cells: Cells,
        habits: Habits,
        place: Place,
        description: str | None = None,
        unit: str | None = None,
    ) -> None:
        self.header = header
        self.description = description
        self._cells = cells
        self._habits = habits
        self._place = place
        self._unit = unit
        self._whole: Column = self

    def __len__(self) -> int:
        return len(self._cells)

    def __repr__(self) -> str:
        return f"Column({self.header!r}, {self.kind}, n={len(self)})"

    @cached_property
    def _reading(self) -> Reading:
        return read_cells(self.header, self._cells, self._habits, self._place)

    @property
    def kind(self) -> Kind:
        """What the column is."""
        return self._reading.kind

    @property
    def unit(self) -> str | None:
        """The unit from a data dictionary, the header or the cells, or None."""
        return self._unit or split_unit(self.header)[1] or self._reading.unit

    @property
    def text(self) -> Sequence[str | None]:
        """The exact texts as read, None for missing."""
        return Texts(self._cells)

    @property
    def is_numeric(self) -> bool:
        """Whether the column can be computed with."""
        return self._reading.numbers is not None

    @property
    def numbers(self) -> Floats:
        """The values as float64 (n,), NaN for missing, read-only.

        Raises:
            TableError: the column is not numeric.
        """
        if self._reading.numbers is None:
            raise TableError(self._not(f"not numeric but {self._reading.kind}", "numeric"))
        return self._reading.numbers

    @property
    def dates(self) -> Dates:
        """The values as datetime64[s] (n,), NaT for missing.

        Raises:
            TableError: the column does not hold dates.
        """
        if self._reading.dates is None:
            raise TableError(self._not(f"no date column but {self._reading.kind}", "date"))
        return self._reading.dates

    def _not(self, what: str, wanted: str) -> str:
        reason = "".join(f" ({decision})" for decision in self._reading.decisions)
        return f"column `{self.header}` is {what}{reason}; name a {wanted} column"

    @cached_property
    def labels(self) -> Labels:
        """The levels as written, trimmed: object (n,), None for missing.

        Numbers that are equal (`1`, `1.0`) carry the label that stands first.
        """
        values = self._values
        if values is None:
            return self._cells.labels()
        known = ~np.isnan(values) if values.dtype.kind == "f" else ~np.isnat(values)
        _, first, which = np.unique(values[known], return_index=True, return_inverse=True)
        rows = np.flatnonzero(known)[first]
        names = np.array([self._label(int(row)) for row in rows] + [None], dtype=object)
        at = np.full(len(self), len(rows))
        at[known] = which
        found: Labels = names[at]
        return found

    def _label(self, row: int) -> str:
        return (self._cells.texts(row, row + 1)[0] or "").strip()

    @property
    def _values(self) -> Floats | Dates | None:
        numbers = self._reading.numbers
        return self._reading.dates if numbers is None else numbers

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The distinct labels in natural order: by value, by date, by scale, or alphabetical."""
        values = self._values
        if values is None:
            return in_order(self._cells.distinct())
        known = values[~self._gaps]
        _, first = np.unique(known, return_index=True)
        return tuple(self._label(int(row)) for row in np.flatnonzero(~self._gaps)[first])

    @property
    def _gaps(self) -> Bools:
        values = self._values
        if values is None:
            return self._cells.missing()
        return np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)

    @cached_property
    def missing(self) -> int:
        """How many cells have no usable value."""
        return int(self._gaps.sum())

    @cached_property
    def distinct(self) -> int:
        """How many different values there are, missing ones apart."""
        values = self._values
        if values is None:
            return len(self._cells.distinct())
        return len(np.unique(values[~self._gaps]))

    def decimals(self) -> list[Decimal | None]:
        """Return the values exactly as written, None for missing.

        Raises:
            TableError: the column is not numeric.
        """
        usable = ~np.isnan(self.numbers)
        mark = self._reading.mark
        return [
            exact(text.strip(), mark) if good and text is not None else None
            for text, good in zip(self.text, usable.tolist(), strict=True)
        ]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the whole column as read, also after rows were taken."""
        return self._cells.digest() if self._whole is self else self._whole.fingerprint

    @property
    def treatment(self) -> str:
        """What was missing or unclear and how it was treated, one sentence or ""."""
        gaps = int(self._cells.missing().sum())
        parts = [missing_sentence(gaps, len(self), self._cells.markers)]
        return "; ".join(filter(None, [*parts, self._reading.set_aside, *self.decisions]))

    @property
    def decisions(self) -> tuple[str, ...]:
        """Readings that were chosen though nothing in the column forces them, or refused."""
        return self._reading.decisions

    def take(self, mask: Bools) -> Column:
        """Return the column over some rows; kind, unit and provenance stay."""
        part = Column(self.header, self._cells.take(mask), self._habits, self._place, self.description)
        part._unit = self.unit
        part._whole = self._whole
        part.__dict__["_reading"] = self._reading.take(mask)
        return part
