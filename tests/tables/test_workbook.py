"""Excel workbooks: sheets, dates, formulas, dictionaries."""

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table

DATA: list[list[Any]] = [
    ["when", "w", "lot"],
    [datetime(2024, 1, 5), 1.5, "a"],
    [datetime(2024, 1, 6, 8, 30), 2, "b"],
    [None, 12.25, "a"],
]


def saved(folder: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = folder / "book.xlsx"
    book.save(file)
    return file


def test_numbers_dates_and_texts(tmp_path: Path) -> None:
    table = Table.read(saved(tmp_path, Data=DATA))
    assert table.name == "book"
    assert table.column("w").text == ["1.5", "2", "12.25"]
    assert table.column("when").dates[1] == np.datetime64("2024-01-06T08:30")
    assert table.column("lot").levels == ("a", "b")
    assert table.profile.notes == ()


def test_titles_and_empty_rows_above_the_header(tmp_path: Path) -> None:
    table = Table.read(saved(tmp_path, Data=[["Report of line 3"], [], *DATA]))
    assert table.headers == ("when", "w", "lot")
    assert "row 1 above the header is a title" in table.profile.notes[0]


def test_whole_numbers_are_written_without_decimals(tmp_path: Path) -> None:
    table = Table.read(saved(tmp_path, Data=[["n"], [3.0], [1.0], [3]]))
    assert table.column("n").kind == "integer"


def test_the_first_sheet_is_read_and_the_others_named(tmp_path: Path) -> None:
    file = saved(tmp_path, Data=DATA, Other=[["x"], [1.5]])
    assert "sheet `Data` was read; the workbook also has `Other`" in Table.read(file).profile.notes
    assert Table.read(file, sheet="Other").headers == ("x",)


def test_a_missing_sheet_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no sheet `Dat`; its sheets are `Data`, `Other`"):
        Table.read(saved(tmp_path, Data=DATA, Other=[["x"], [1.5]]), sheet="Dat")


@pytest.mark.parametrize("name", ["Legend", "Data dictionary", "Legende"])
def test_a_dictionary_sheet_describes_the_columns(tmp_path: Path, name: str) -> None:
    legend: list[list[Any]] = [
        ["Column", "Description", "Unit"],
        ["W", "net weight of a pellet", "g"],
        ["gone", "not there", None],
    ]
    table = Table.read(saved(tmp_path, **{name: legend, "Data": DATA}))
    assert table.column("w").description == "net weight of a pellet"
    assert table.column("w").unit == "g"
    assert any("columns that are not there: `gone`" in note for note in table.profile.notes)


def test_formulas_without_a_result_are_noted(tmp_path: Path) -> None:
    table = Table.read(saved(tmp_path, Data=[["x", "y"], [1.5, "=A2*2"], [2.5, "=A3*2"]]))
    assert any(note.startswith("2 formulas have no stored result") for note in table.profile.notes)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    whole = saved(tmp_path, Data=DATA).read_bytes()
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match="no readable Excel workbook"):
        Table.read(broken)


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="sheet `Data` is empty"):
        Table.read(saved(tmp_path, Data=[]))
