"""Parquet files keep their numbers."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table


def saved(folder: Path, **columns: Any) -> Path:
    file = folder / "t.parquet"
    parquet.write_table(pa.table(columns), file)
    return file


def test_types_are_kept(tmp_path: Path) -> None:
    table = Table.read(
        saved(
            tmp_path,
            x=[0.1, None, 1e-300],
            n=[3, 1, 3],
            gap=pa.array([3, None, 4], pa.int64()),
            lot=["a", None, "NA"],
            when=[datetime(2024, 1, 5), None, datetime(2024, 1, 6)],
            ok=[True, False, True],
            price=pa.array(["1.10", "2.20", None]).cast(pa.decimal128(5, 2)),
        )
    )
    assert table.column("x").numbers[[0, 2]].tolist() == [0.1, 1e-300]
    assert table.column("n").kind == "integer"
    assert table.column("gap").text == ["3", None, "4"]
    assert table.column("lot").missing == 2
    assert table.column("when").dates[2] == np.datetime64("2024-01-06")
    assert table.column("ok").levels == ("False", "True")
    assert [str(value) for value in table.column("price").decimals()] == ["1.10", "2.20", "None"]


def test_nested_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"column 1 of .* holds list<.*> values; write it as"):
        Table.read(saved(tmp_path, x=[[1, 2], [3]]))


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no rows of data"):
        Table.read(saved(tmp_path, x=pa.array([], pa.float64())))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    whole = saved(tmp_path, x=[1.5, 2.5]).read_bytes()
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(whole[:-20])
    with pytest.raises(TableError, match="no readable Parquet file"):
        Table.read(broken)


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havoc_pipeline.tables.delimited_large.MOST_CELLS", 2)
    with pytest.raises(TableError, match="3 cells and the limit is 2;"):
        Table.read(saved(tmp_path, x=[1.5, 2.5, 3.5]))
