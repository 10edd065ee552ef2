"""A table of measurements: read once, never changed, asked for its columns by header."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.blocks import find_blocks
from havoc_pipeline.tables.cells import Bools
from havoc_pipeline.tables.column import Column
from havoc_pipeline.tables.dictionary import Meaning, meanings_for, read_dictionary
from havoc_pipeline.tables.headers import clean_headers, no_such_column
from havoc_pipeline.tables.origin import Grid, Origin
from havoc_pipeline.tables.profile import TableProfile, column_profile
from havoc_pipeline.tables.reading import Habits
from havoc_pipeline.tables.values import as_cells


class Table:
    """Columns of equal length with their origin; build with `read` or `from_columns`."""

    def __init__(self, columns: Sequence[Column], origin: Origin, notes: tuple[str, ...]) -> None:
        self.columns = tuple(columns)
        self.headers = tuple(column.header for column in self.columns)
        self._by_header = dict(zip(self.headers, self.columns, strict=True))
        self._origin = origin
        self._notes = notes

    @classmethod
    def read(
        cls,
        path: str | PathLike[str],
        *,
        sheet: str | None = None,
        dictionary: str | PathLike[str] | None = None,
    ) -> Table:
        """Read a table from a csv, tsv, txt, xlsx or parquet file.

        Args:
            path: the file.
            sheet: which sheet of a workbook; the first when left out.
            dictionary: a file that says what each column means (csv, tsv, xlsx or md).

        Returns:
            The table; what was decided on the way stands in `profile.notes`.

        Raises:
            TableError: the file cannot be read as a table; the sentence says where and what to do.
        """
        from havoc_pipeline.tables.files import read_grid

        file = Path(path)
        grid, fingerprint = read_grid(file, sheet)
        listed = read_dictionary(Path(dictionary)) if dictionary is not None else ()
        origin = Origin(file.stem, file, fingerprint, grid.word, grid.lines, grid.delimiter)
        return cls._of_grid(grid, origin, (*grid.meanings, *listed))

    @classmethod
    def from_columns(cls, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]], name: str = "table") -> Table:
        """Make a table from Python values.

        Args:
            columns: values by header, all of one length: numbers, str, None, datetime, or a numpy
                array; texts are read as a file's cells are.
            name: the table's name.

        Returns:
            The table.

        Raises:
            TableError: there is no column, or the columns differ in length.
        """
        lengths = {header: len(values) for header, values in columns.items()}
        if len(set(lengths.values())) != 1:
            raise TableError(_unequal(name, lengths))
        rows = next(iter(lengths.values()))
        grid = Grid(list(columns), list(columns.values()), range(1, rows + 1))
        return cls._of_grid(grid, Origin(name, lines=grid.lines), ())

    @classmethod
    def _of_grid(cls, grid: Grid, origin: Origin, meanings: Sequence[Meaning]) -> Table:
        headers, renamed = clean_headers(grid.headers)
        cells = [as_cells(raw) for raw in grid.columns]
        habits = Habits(cells, grid.delimiter)
        told, unmatched = meanings_for(headers, meanings)
        units = grid.units or [None] * len(headers)
        columns = [
            Column(header, held, habits, origin.place, told[header][0], unit or told[header][1])
            for header, held, unit in zip(headers, cells, units, strict=True)
        ]
        return cls(columns, origin, (*grid.notes, *renamed, *unmatched))

    @property
    def name(self) -> str:
        """The file's name without its ending, or the name given."""
        return self._origin.name

    @property
    def source(self) -> Path | None:
        """The file, or None when made from values."""
        return self._origin.path

    @property
    def n_rows(self) -> int:
        """How many rows of data there are."""
        return len(self.columns[0])

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {self.n_rows} rows, {len(self.columns)} columns)"

    def column(self, header: str) -> Column:
        """Return the column with this exact header.

        Args:
            header: as it stands in `headers`.

        Returns:
            The column.

        Raises:
            TableError: there is none; the sentence suggests what may have been meant.
        """
        found = self._by_header.get(header)
        if found is None:
            raise no_such_column(header, self.headers, self.name)
        return found

    def take(self, mask: Bools) -> Table:
        """Return the rows where a mask holds; kinds, headers and provenance stay.

        Args:
            mask: booleans of shape (n_rows,).

        Returns:
            A table of the chosen rows in their order.

        Raises:
            TableError: the mask is not boolean or has another length.
        """
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (self.n_rows,):
            raise TableError(
                f"a mask of {chosen.dtype} {chosen.shape} cannot choose among the {self.n_rows} "
                f"rows of `{self.name}`; give {self.n_rows} booleans"
            )
        columns = [column.take(chosen) for column in self.columns]
        origin = replace(self._origin, fingerprint=self.fingerprint)
        return Table(columns, origin, self._notes)

    @cached_property
    def profile(self) -> TableProfile:
        """The table in short; every column is read for it."""
        columns = tuple(column_profile(column) for column in self.columns)
        decided = (f"`{column.header}`: {decision}" for column in self.columns for decision in column.decisions)
        blocks = find_blocks(self.columns)
        return TableProfile(self.name, self.n_rows, columns, blocks, (*self._notes, *decided))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes, or of headers and columns when made from values."""
        if self._origin.fingerprint:
            return self._origin.fingerprint
        state = hashlib.sha256()
        for column in self.columns:
            state.update(hashlib.sha256(column.header.encode()).digest())
            state.update(bytes.fromhex(column.fingerprint))
        return state.hexdigest()


def _unequal(name: str, lengths: Mapping[str, int]) -> str:
    if not lengths:
        return f"`{name}` has no columns; give at least one"
    listed = ", ".join(f"`{header}` {size}" for header, size in lengths.items())
    return f"the columns of `{name}` differ in length ({listed}); give each the same number of rows"
