"""Small text tables: csv, tsv and txt through Python's own reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.delimiter import sniff_delimiter
from havoc_pipeline.tables.encoding import decode
from havoc_pipeline.tables.layout import Record, find_layout
from havoc_pipeline.tables.origin import Grid
from havoc_pipeline.tables.records import HEAD, Body, compact, no_rows

HEAD_CHARACTERS = 65536
BLANK_SUFFIXES = frozenset({".txt", ".dat", ".asc", ".prn"})
NAMES = {"\t": "tab", " ": "blank"}


def read_delimited(raw: bytes, path: Path) -> Grid:
    """Read a small text table.

    Args:
        raw: the file's bytes.
        path: the file, for its ending and for errors.

    Returns:
        The raw columns as lists of texts.

    Raises:
        TableError: no text, no rows, ragged rows or an open quote.
    """
    text, notes = decode(raw, path)
    delimiter = delimiter_of(text[:HEAD_CHARACTERS], len(text) > HEAD_CHARACTERS, path)
    records = records_of(io.StringIO(text, newline=""), delimiter, path)
    head = list(islice(records, HEAD))
    layout = find_layout(head, str(path), "line")
    body = Body(layout, str(path), "line")
    rows = list(chain.from_iterable(body.batches(chain(head[layout.first :], records), HEAD)))
    if not rows:
        raise no_rows(str(path))
    columns: list[object] = [list(column) for column in zip(*rows, strict=True)]
    return trim(columns, body, notes, delimiter)


def delimiter_of(head: str, cut: bool, path: Path) -> str:
    """Choose the delimiter from the first characters; a cut last line is set aside."""
    whole = head.rpartition("\n")[0] if cut and "\n" in head else head
    if path.suffix.casefold() == ".tsv" and "\t" in whole:
        return "\t"
    return sniff_delimiter(whole, path.suffix.casefold() in BLANK_SUFFIXES)


def records_of(lines: Iterable[str], delimiter: str, path: Path) -> Iterator[Record]:
    """Read records with the line where each begins.

    Args:
        lines: text lines with their ends.
        delimiter: one character; a blank means runs of blanks.
        path: the file, for errors.

    Yields:
        Line number and cells; a blank line has no cells.

    Raises:
        TableError: a quote is never closed.
    """
    if delimiter == " ":
        yield from ((at, line.split()) for at, line in enumerate(lines, start=1))
        return
    watched = _Watched(lines)
    reader = csv.reader(watched, delimiter=delimiter)
    begun = 1
    try:
        for cells in reader:
            if watched.ended:
                raise _open_quote(path, begun)
            yield begun, cells
            begun = reader.line_num + 1
    except csv.Error as error:
        raise (_long_cell(path, begun) if "limit" in str(error) else _open_quote(path, begun)) from error


class _Watched:
    """Lines on their way to the reader; a record that ends with the file has an open quote."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            return line
        self.ended = True
        raise StopIteration


def _long_cell(path: Path, line: int) -> TableError:
    return TableError(
        f"{path}, line {line}: a cell is longer than {csv.field_size_limit():,} characters; shorten it, "
        "close a quote that stands open, or check that this is a table"
    )


def _open_quote(path: Path, line: int) -> TableError:
    return TableError(
        f"{path}, line {line}: a quote opens and never closes; close it, or double a quote that belongs to the text"
    )


def trim(columns: list[object], body: Body, notes: tuple[str, ...], delimiter: str) -> Grid:
    """Drop nameless empty columns at the right edge and hand the grid on.

    Args:
        columns: raw columns.
        body: the rows' lines, layout and notes.
        notes: notes on the file.
        delimiter: what separated the cells.

    Returns:
        The grid.
    """
    keep = len(columns)
    while keep > 1 and not body.layout.headers[keep - 1].strip() and _is_blank(columns[keep - 1]):
        keep -= 1
    return Grid(
        body.layout.headers[:keep],
        columns[:keep],
        compact(body.lines),
        (*notes, *body.notes),
        body.word,
        delimiter,
        body.layout.units[:keep],
    )


def _is_blank(column: object) -> bool:
    if isinstance(column, list):
        return not any(cell.strip() for cell in column)
    from havoc_pipeline.tables.arrow_cells import ArrowCells

    cells = ArrowCells.of(column)
    return bool(cells.missing().all()) and set(cells.markers) <= {""}
