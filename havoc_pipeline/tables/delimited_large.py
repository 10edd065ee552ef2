"""Large text tables: Arrow's reader, every cell as text, outside the Python heap."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.cells import Bools
from havoc_pipeline.tables.delimited import HEAD_CHARACTERS, delimiter_of, records_of, trim
from havoc_pipeline.tables.encoding import guess_notes, sniff
from havoc_pipeline.tables.layout import FOOT_LINES, Layout, Record, filled, find_layout, split_foot
from havoc_pipeline.tables.memory import require_memory
from havoc_pipeline.tables.origin import Grid
from havoc_pipeline.tables.records import HEAD, Body, no_rows

MOST_CELLS = 2 * 10**8
BATCH = 65536


def read_large(path: Path) -> Grid:
    """Read a large text table.

    Args:
        path: the file.

    Returns:
        The raw columns as Arrow arrays of strings.

    Raises:
        TableError: as for small tables, or more than 2·10⁸ cells.
    """
    with path.open("rb") as file:
        encoding = sniff(file.read(8 * HEAD_CHARACTERS), path)
    try:
        return _read_as(path, encoding)
    except UnicodeDecodeError:
        return _read_as(path, "cp1252")


def _read_as(path: Path, encoding: str) -> Grid:
    with path.open(encoding=encoding, newline="") as file:
        head = file.read(HEAD_CHARACTERS)
    head = head.removeprefix("\ufeff")
    delimiter = delimiter_of(head, True, path)
    cut = head[: head.rfind("\n") + 1] or head
    records = list(islice(records_of(io.StringIO(cut, newline=""), delimiter, path), HEAD))
    layout = find_layout(records, str(path), "line")
    _check_size(path, len(layout.headers), cut)
    notes = guess_notes(encoding)
    columns = _by_arrow(path, encoding, delimiter, layout, records)
    if columns is not None:
        return _grid(columns, Body(layout, str(path), "line"), records, notes, delimiter)
    return _by_records(path, encoding, delimiter, layout, notes)


def _check_size(path: Path, width: int, head: str) -> None:
    """Refuse what is too large, as far as the lines of the head tell."""
    size = path.stat().st_size
    rows = size / len(head.encode()) * max(1, head.count("\n"))
    require_fewer_cells(path, width * rows)
    require_memory(path, size, width * rows, rows)


def require_fewer_cells(path: Path, cells: float) -> None:
    """Raise `TableError` when there are more cells than HAVOC reads, memory or not."""
    if cells > MOST_CELLS:
        raise TableError(
            f"{path} holds about {cells:,.0f} cells and the limit is {MOST_CELLS:,}; keep only "
            "the columns you need, or split the file by rows"
        )


def _by_arrow(path: Path, encoding: str, delimiter: str, layout: Layout, head: list[Record]) -> list[Any] | None:
    """Read with Arrow; None when rows differ in width, so that the patient reader decides."""
    import pyarrow as pa
    from pyarrow import csv

    if delimiter == " " or layout.first >= len(head):
        return None
    width = max((len(cells) for _, cells in head[layout.first :] if cells), default=len(layout.headers))
    if width < filled(layout.headers):
        return None
    names = [str(at) for at in range(width)]
    skip = head[layout.first][0] - 1
    try:
        table = csv.read_csv(
            path,
            csv.ReadOptions(column_names=names, skip_rows=skip, encoding=_codec(encoding)),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=width > 1),
            csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise UnicodeDecodeError("utf-8", b"", 0, 1, str(error)) from error
        return None
    extra = width - len(layout.headers)
    return None if extra > 0 and not _blank(table.columns[-extra:]) else table.columns[:]


def _codec(encoding: str) -> str:
    return "utf8" if encoding in {"utf-8", "utf-8-sig"} else encoding


def _blank(columns: list[Any]) -> bool:
    import pyarrow.compute as pc

    return all(pc.all(pc.equal(pc.utf8_trim_whitespace(c), "")).as_py() for c in columns)


def _grid(columns: list[Any], body: Body, head: list[Record], notes: tuple[str, ...], delimiter: str) -> Grid:
    import pyarrow as pa

    start = head[body.layout.first][0]
    rows = len(columns[0])
    gone = _blank_rows(columns)
    lines: Sequence[int] = range(start, start + rows) if _is_run(Path(body.where), start, rows) else range(0)
    kept = ~gone if body.width > 1 else np.arange(rows) < rows - _run_at_end(gone)
    if body.width > 1:
        notes = (*notes, *_blank_notes(np.flatnonzero(~kept), lines))
    if not kept.all():
        columns = [column.filter(pa.array(kept)) for column in columns]
        lines = np.asarray(lines)[kept].tolist() if lines else lines
    columns = _without_foot(columns[: body.width], body, head, lines)
    if not len(columns[0]):
        raise no_rows(body.where)
    body.lines.extend(lines[: len(columns[0])])
    return trim(list(columns), body, notes, delimiter)


def _blank_rows(columns: list[Any]) -> Bools:
    """Mask the rows without any content; most files have none, so it stops early."""
    import pyarrow.compute as pc

    gone = np.ones(len(columns[0]), dtype=np.bool_)
    for column in columns:
        gone &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
        if not gone.any():
            break
    return gone


def _blank_notes(rows: npt.NDArray[np.intp], lines: Sequence[int]) -> tuple[str, ...]:
    shown = f" (line {', '.join(str(lines[row]) for row in rows[:5])})" if lines else ""
    return (f"{len(rows)} empty rows were left out{shown}",) if len(rows) else ()


def _run_at_end(gone: Bools) -> int:
    kept = np.flatnonzero(~gone)
    return len(gone) - 1 - int(kept[-1]) if len(kept) else len(gone)


def _is_run(path: Path, start: int, rows: int) -> bool:
    """Whether every row is one line, so that line numbers follow from row numbers."""
    ends, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            ends += block.count(b"\n")
            last = block[-1:]
    return ends + (last not in b"\n\0") - (start - 1) == rows


def _without_foot(columns: list[Any], body: Body, head: list[Record], lines: Sequence[int]) -> list[Any]:
    rows = len(columns[0])
    first = max(0, rows - FOOT_LINES)
    cells = [column.slice(first).to_pylist() for column in columns]
    places = [lines[row] if row < len(lines) else row + 1 for row in range(first, rows)]
    tail = [(place, list(row)) for place, row in zip(places, zip(*cells, strict=True), strict=True)]
    keep, body.feet = split_foot(tail, head[body.layout.first : body.layout.first + first])
    return [column.slice(0, first + keep) for column in columns]


def _by_records(path: Path, encoding: str, delimiter: str, layout: Layout, notes: tuple[str, ...]) -> Grid:
    """Read row by row where Arrow gave up: names the ragged line, or accepts empty extra cells."""
    import pyarrow as pa

    body = Body(layout, str(path), "line")
    chunks: list[list[Any]] = [[] for _ in layout.headers]
    with path.open(encoding=encoding, newline="") as file:
        records = records_of(_unmarked(file), delimiter, path)
        for batch in body.batches(islice(records, layout.first, None), BATCH):
            for held, column in zip(chunks, zip(*batch, strict=True), strict=True):
                held.append(pa.array(column, pa.string()))
    if not body.lines:
        raise no_rows(str(path))
    return trim([pa.chunked_array(held) for held in chunks], body, notes, delimiter)


def _unmarked(lines: Iterator[str]) -> Iterator[str]:
    for first in lines:
        return chain((first.removeprefix("\ufeff"),), lines)
    return iter(())
