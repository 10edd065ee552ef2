"""Excel workbooks: the sheet with the measurements, and a sheet that explains its columns."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.delimited import trim
from havoc_pipeline.tables.dictionary import SHEET, Meaning, meanings_in
from havoc_pipeline.tables.layout import Record, find_layout
from havoc_pipeline.tables.origin import Grid
from havoc_pipeline.tables.records import HEAD, Body, no_rows
from havoc_pipeline.tables.values import text_of

UNCOMPUTED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
MOST_ROWS = 1_048_576


def read_workbook(path: Path, sheet: str | None) -> Grid:
    """Read one sheet of an Excel workbook.

    Args:
        path: an `.xlsx` or `.xlsm` file.
        sheet: its name; when left out, the first sheet that is no data dictionary.

    Returns:
        The raw columns as lists of texts, with what a dictionary sheet says of them.

    Raises:
        TableError: no workbook, no such sheet, or no rows.
    """
    book = _opened(path)
    try:
        names = [name for name in book.sheetnames if hasattr(book[name], "iter_rows")]
        chosen = _chosen(path, names, sheet)
        grid = _grid(_records(book[chosen]), f"{path}, sheet `{chosen}`")
        meanings = _meanings(book, names, chosen)
    finally:
        book.close()
    notes = (*_sheet_notes(names, chosen, sheet, bool(meanings)), *_uncomputed(path, grid))
    return Grid(
        grid.headers,
        grid.columns,
        grid.lines,
        (*notes, *grid.notes),
        "row",
        grid.delimiter,
        grid.units,
        meanings,
    )


def _opened(path: Path) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise TableError(f"{path} is no readable Excel workbook ({error}); save it again as .xlsx or as csv") from error


def _chosen(path: Path, names: Sequence[str], sheet: str | None) -> str:
    if not names:
        raise TableError(f"{path} has no sheet with cells; give a workbook with a table")
    if sheet is None:
        return next((name for name in names if not SHEET.search(name)), names[0])
    if sheet not in names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise TableError(f"{path} has no sheet `{sheet}`; its sheets are {listed}")
    return sheet


def _records(sheet: Any) -> Iterator[Record]:
    sheet.reset_dimensions()
    for at, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield at, [text_of(_whole(value)) or "" for value in row]


def _whole(value: Any) -> Any:
    """Excel knows no integers: 12.0 in a cell is shown, and meant, as 12."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    return int(value) if is_whole else value


def _grid(source: Iterator[Record], where: str) -> Grid:
    records = list(source)
    width = max((len(cells) for _, cells in records), default=0)
    padded = [(at, cells + [""] * (width - len(cells))) for at, cells in records]
    layout = find_layout(padded[:HEAD], where, "row")
    body = Body(layout, where, "row")
    rows = list(chain.from_iterable(body.batches(padded[layout.first :], HEAD)))
    if not rows:
        raise no_rows(where)
    return trim([list(column) for column in zip(*rows, strict=True)], body, (), ",")


def _meanings(book: Any, names: Sequence[str], chosen: str) -> tuple[Meaning, ...]:
    sheets = (name for name in names if name != chosen and SHEET.search(name))
    rows = (cells for name in sheets for _, cells in _records(book[name]) if any(cells))
    return meanings_in(list(rows))


def _sheet_notes(names: Sequence[str], chosen: str, asked: str | None, explained: bool) -> tuple[str, ...]:
    others = [f"`{name}`" for name in names if name != chosen]
    if not others or asked is not None:
        return ()
    told = "; a data dictionary was taken from the others" if explained else ""
    return (f"sheet `{chosen}` was read; the workbook also has {', '.join(others)}{told}",)


def _uncomputed(path: Path, grid: Grid) -> tuple[str, ...]:
    """Note formulas that were never computed: their cells look empty."""
    if all(all(column) for column in grid.columns if isinstance(column, list)):
        return ()
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        count = sum(len(UNCOMPUTED.findall(archive.read(name))) for name in sheets)
    if not count:
        return ()
    return (
        f"{count} formulas have no stored result and read as missing; open the workbook in a "
        "spreadsheet program and save it",
    )
