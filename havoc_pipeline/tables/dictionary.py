"""Data dictionaries: files and sheets that say what each column means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.headers import bare

Meaning = tuple[str, str, str | None]
"""Header, description and unit."""

SHEET = re.compile(
    r"dictionary|legend|legende|codebook|metadata|glossary|read ?me|description|variables|"
    r"erläuterung|beschreibung|diccionario|leyenda|dictionnaire|légende",
    re.IGNORECASE,
)
DESCRIBED = re.compile(r"descr|meaning|bedeutung|beschreib|explan|label|definition|signific|erläut", re.IGNORECASE)
UNITS = re.compile(r"unit|einheit|unidad|unité", re.IGNORECASE)
NAMED = re.compile(
    r"column|header|variable|field|name|spalte|feld|merkmal|columna|campo|colonne|term",
    re.IGNORECASE,
)
RULE = re.compile(r"[\s|:\-]+")
BULLET = re.compile(r"\s*[-*+]\s+[`*]*(?P<name>[^`*:]+?)[`*]*\s*(?::|–|—|-\s|=)\s*[*]*(?P<text>.+)")


def read_dictionary(path: Path) -> tuple[Meaning, ...]:
    """Read a data dictionary from a csv, tsv, xlsx or md file.

    Args:
        path: a file with two or more columns: header, description and perhaps unit.

    Returns:
        What is said of each header.

    Raises:
        TableError: the file cannot be read or has no two columns.
    """
    rows = _markdown(path) if path.suffix.casefold() in {".md", ".markdown"} else _grid(path)
    found = meanings_in(rows)
    if not found:
        raise TableError(
            f"{path} says nothing of any column; a data dictionary has a column of headers and a column of descriptions"
        )
    return found


def _grid(path: Path) -> list[list[str]]:
    from havoc_pipeline.tables.files import read_grid
    from havoc_pipeline.tables.values import as_cells

    grid, _ = read_grid(path, None)
    columns = [as_cells(raw).labels().tolist() for raw in grid.columns]
    rows = [[cell or "" for cell in row] for row in zip(*columns, strict=True)]
    return [list(grid.headers), *rows]


def _markdown(path: Path) -> list[list[str]]:
    from havoc_pipeline.tables.files import read_text

    rows: list[list[str]] = []
    for line in read_text(path).splitlines():
        bullet = BULLET.match(line)
        if line.strip().startswith("|") and not RULE.fullmatch(line):
            rows.append([cell.strip(" `*") for cell in line.strip().strip("|").split("|")])
        elif bullet:
            rows.append([bullet["name"].strip(), bullet["text"].strip()])
    return rows


def meanings_in(rows: Sequence[Sequence[str]]) -> tuple[Meaning, ...]:
    """Take header, description and unit out of rows.

    Args:
        rows: cells of a dictionary, its own header row first when it has one.

    Returns:
        One meaning for each row that names a header and says something of it.
    """
    rows = [row for row in rows if len(row) >= 2]
    if not rows:
        return ()
    name, text, unit = _roles(rows[0])
    headed = any(DESCRIBED.search(cell) or NAMED.fullmatch(cell.strip()) for cell in rows[0])
    found = ((row[name].strip(), row[text].strip(), _cell(row, unit)) for row in rows[int(headed) :])
    return tuple(entry for entry in found if entry[0] and (entry[1] or entry[2]))


def _roles(top: Sequence[str]) -> tuple[int, int, int | None]:
    described = next((at for at, cell in enumerate(top) if DESCRIBED.search(cell)), None)
    unit = next((at for at, cell in enumerate(top) if UNITS.search(cell)), None)
    named = next((at for at, cell in enumerate(top) if NAMED.search(cell) and at not in {described, unit}), 0)
    if described is None:
        described = next((at for at in range(len(top)) if at not in {named, unit}), 1)
    return named, described, unit


def _cell(row: Sequence[str], at: int | None) -> str | None:
    return row[at].strip() or None if at is not None and at < len(row) else None


def meanings_for(
    headers: Sequence[str], meanings: Sequence[Meaning]
) -> tuple[dict[str, tuple[str | None, str | None]], tuple[str, ...]]:
    """Match a dictionary with a table's headers, exact first, then without case and unit.

    Args:
        headers: the table's headers.
        meanings: what the dictionary says.

    Returns:
        Description and unit by header (None where nothing is said), and a note on entries that
        match no column.
    """
    told: dict[str, tuple[str | None, str | None]] = dict.fromkeys(headers, (None, None))
    by_bare = {bare(header): header for header in reversed(headers)}
    lost: list[str] = []
    for name, text, unit in meanings:
        header = name if name in told else by_bare.get(bare(name))
        if header is None:
            lost.append(f"`{name}`")
        else:
            told[header] = (text or None, unit)
    note = f"the data dictionary describes columns that are not there: {', '.join(lost)}"
    return told, (note,) if lost else ()
