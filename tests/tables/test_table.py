"""The table as its users see it."""

import hashlib
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table

VALUES: dict[str, list[Any]] = {
    "strength": [50.5, 49.0, None, 51.25],
    "resin": ["new", "old", "old", None],
    "n": [3, 1, 2, 2],
}


@pytest.fixture
def table() -> Table:
    return Table.from_columns(VALUES, name="pellets")


def test_values_of_every_type() -> None:
    made = Table.from_columns(
        {
            "number": [1, 2.5, Decimal("3.10"), np.float64(4.5), float("nan")],
            "when": [date(2024, 1, 5), datetime(2024, 1, 6, 8, 30), None, None, None],
            "flag": [True, False, None, True, True],
        }
    )
    assert made.column("number").text == ["1", "2.5", "3.10", "4.5", None]
    assert made.column("number").numbers[:4].tolist() == [1.0, 2.5, 3.1, 4.5]
    assert made.column("when").dates[1] == np.datetime64("2024-01-06T08:30")
    assert made.column("flag").levels == ("False", "True")


def test_shape_and_names(table: Table) -> None:
    assert (table.name, table.source, table.n_rows) == ("pellets", None, 4)
    assert table.headers == ("strength", "resin", "n")
    assert [column.header for column in table.columns] == list(table.headers)


def test_profile(table: Table) -> None:
    profile = table.profile
    strength, resin, n = profile.columns
    assert (profile.name, profile.n_rows) == ("pellets", 4)
    assert (strength.kind, strength.n, strength.missing, strength.distinct) == ("numeric", 3, 1, 3)
    assert (strength.minimum, strength.maximum) == (49.0, 51.25)
    assert resin.examples == ("new", "old")
    assert n.examples == ("1", "2", "3")
    assert strength.treatment == "1 of 4 cells are missing and left out"


def test_rows_taken_keep_kinds_headers_and_provenance(table: Table) -> None:
    part = table.take(np.array([True, False, False, True]))
    assert part.headers == table.headers
    assert [column.kind for column in part.columns] == [column.kind for column in table.columns]
    assert part.column("strength").numbers.tolist() == [50.5, 51.25]
    assert part.column("resin").labels.tolist() == ["new", None]
    assert part.column("resin").levels == ("new",)
    assert part.column("n").text == ["3", "2"]
    assert (part.fingerprint, part.name) == (table.fingerprint, table.name)
    assert part.column("resin").fingerprint == table.column("resin").fingerprint
    assert part.take(np.array([False, True])).column("n").numbers.tolist() == [2.0]


def test_no_rows_may_be_taken(table: Table) -> None:
    none = table.take(np.zeros(4, dtype=bool))
    assert none.n_rows == 0
    assert [column.n for column in none.profile.columns] == [0, 0, 0]


@pytest.mark.parametrize("mask", [np.array([True]), np.array([1, 0, 1, 0])])
def test_a_wrong_mask_is_refused(table: Table, mask: np.typing.NDArray[np.bool_]) -> None:
    with pytest.raises(TableError, match="give 4 booleans"):
        table.take(mask)


def test_a_files_fingerprint_is_that_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "pellets.csv"
    file.write_bytes(b"x,y\n1.5,a\n2.5,b\n")
    read = Table.read(file)
    assert (read.name, read.source) == ("pellets", file)
    assert read.fingerprint == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_columns_fingerprint_follows_its_documented_layout() -> None:
    column = Table.from_columns({"x": ["ab", None, "ä"]}).column("x")
    layout = np.array([2, -1, 2], dtype="<i8").tobytes() + "abä".encode()
    assert column.fingerprint == hashlib.sha256(layout).hexdigest()


def test_fingerprints_tell_tables_apart(table: Table) -> None:
    assert table.fingerprint == Table.from_columns(VALUES).fingerprint
    assert table.fingerprint != Table.from_columns(VALUES | {"n": [3, 1, 2, 3]}).fingerprint
    moved = {"x": ["ab", "c"]}, {"x": ["a", "bc"]}
    assert Table.from_columns(moved[0]).fingerprint != Table.from_columns(moved[1]).fingerprint


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(TableError, match=r"differ in length \(`x` 2, `y` 1\)"):
        Table.from_columns({"x": [1, 2], "y": [1]})
    with pytest.raises(TableError, match="has no columns"):
        Table.from_columns({})


def test_equal_numbers_share_a_label() -> None:
    x = Table.from_columns({"x": ["1", "1.0", "2"]}).column("x")
    assert x.levels == ("1", "2")
    assert x.labels.tolist() == ["1", "1", "2"]
    assert x.distinct == 2


def test_arrays_keep_their_texts() -> None:
    made = Table.from_columns({"x": np.array([1.5, np.nan]), "n": np.array([3, 4])})
    assert made.column("x").text == ["1.5", None]
    assert made.column("n").text == ["3", "4"]
    same = Table.from_columns({"x": [1.5, None], "n": [3, 4]})
    assert made.fingerprint == same.fingerprint


def test_reading_a_csv_loads_no_heavy_package(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b"x,y\n1.5,a\n2.5,b\n")
    code = (
        "import sys; from havoc_pipeline.tables import Table; Table.read(sys.argv[1]).profile; "
        "sys.exit(' '.join({'pandas', 'pyarrow', 'scipy', 'openpyxl', 'torch'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
