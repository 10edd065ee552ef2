"""Parquet files through Arrow: typed columns keep their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.delimited_large import require_fewer_cells
from havoc_pipeline.tables.memory import require_memory
from havoc_pipeline.tables.origin import Grid
from havoc_pipeline.tables.records import no_rows

FEW_CELLS = 10**6
"""Up to here memory is no question."""


def read_parquet(path: Path) -> Grid:
    """Read a Parquet file.

    Args:
        path: the file.

    Returns:
        The raw columns: numeric arrays, or Arrow strings for everything else.

    Raises:
        TableError: no Parquet file, no rows, too many cells, or nested columns.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        about = parquet.read_metadata(path)
        _check_size(path, about)
        table = parquet.read_table(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TableError(f"{path} is no readable Parquet file ({error}); write it again") from error
    if not table.num_columns or not table.num_rows:
        raise no_rows(str(path))
    columns = [_raw(path, name, table.column(name)) for name in range(table.num_columns)]
    return Grid(table.column_names, columns, range(1, table.num_rows + 1))


def _check_size(path: Path, about: Any) -> None:
    cells = about.num_rows * about.num_columns
    require_fewer_cells(path, cells)
    if cells > FEW_CELLS:
        unpacked = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
        require_memory(path, unpacked, cells, about.num_rows)


def _raw(path: Path, at: int, column: Any) -> object:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        raise TableError(f"column {at + 1} of {path} holds {kind} values; write it as numbers, texts or dates")
    whole = pa.types.is_integer(kind)
    if pa.types.is_float64(kind) or (whole and not column.null_count):
        values: np.typing.NDArray[Any] = column.to_numpy()
        return values
    if pa.types.is_string(kind):
        return column
    if pa.types.is_integer(kind) or pa.types.is_large_string(kind) or pa.types.is_date32(kind):
        return column.cast(pa.string())
    return _moments(column) if pa.types.is_timestamp(kind) and kind.tz is None else column.to_pylist()


def _moments(column: Any) -> object:
    import pyarrow as pa

    try:
        return column.cast(pa.timestamp("s")).cast(pa.string())
    except pa.ArrowInvalid:
        return column.cast(pa.string())
