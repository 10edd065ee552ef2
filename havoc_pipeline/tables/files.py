"""Any file to raw columns: what kind of file it is, and the errors of every kind."""

from __future__ import annotations

import hashlib
from pathlib import Path

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.encoding import decode
from havoc_pipeline.tables.origin import Grid

LARGE = 1 << 20
KNOWN = "csv, tsv, txt, xlsx or parquet"
FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)", "save it as .xlsx"),
    (b"%PDF", "a PDF", "export the table as csv"),
    (b"\x1f\x8b", "compressed by gzip", "unpack it first"),
    (b"\x89PNG", "a picture", "give the numbers behind it as csv"),
    (b"SQLite format 3", "an SQLite database", "export the table as csv"),
)


def read_grid(path: Path, sheet: str | None) -> tuple[Grid, str]:
    """Read any table file.

    Args:
        path: the file.
        sheet: which sheet of a workbook; the first when None.

    Returns:
        The raw columns, and the SHA-256 of the file's bytes.

    Raises:
        TableError: the file is missing, a directory, empty, of another kind, or no table.
    """
    _check_file(path)
    try:
        with path.open("rb") as file:
            fingerprint = hashlib.file_digest(file, "sha256").hexdigest()
        return _read(path, sheet), fingerprint
    except MemoryError as error:
        raise TableError(
            f"{path} does not fit in this computer's memory; keep only the columns you need, or split the file by rows"
        ) from error
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}") from error


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise TableError(f"{path} is a directory; name a {KNOWN} file in it")
    if not path.exists():
        raise TableError(f"there is no file {path}{_near(path)}")
    if not path.stat().st_size:
        raise TableError(f"{path} is empty; it needs a header and rows of data")


def _near(path: Path) -> str:
    import difflib

    try:
        names = [other.name for other in path.parent.iterdir() if other.is_file()]
    except OSError:
        return "; check the folder's name"
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.with_name(near[0])}?" if near else "; check the name"


def _read(path: Path, sheet: str | None) -> Grid:
    with path.open("rb") as file:
        head = file.read(16)
    for magic, what, mend in FOREIGN:
        if head.startswith(magic):
            raise TableError(f"{path} is {what}; {mend}")
    if head.startswith(b"PAR1"):
        from havoc_pipeline.tables.parquet import read_parquet

        return read_parquet(path)
    if head.startswith(b"PK\x03\x04"):
        from havoc_pipeline.tables.workbook import read_workbook

        return read_workbook(path, sheet)
    return _read_text_table(path, sheet)


def _read_text_table(path: Path, sheet: str | None) -> Grid:
    if path.suffix.casefold() in {".xlsx", ".xlsm", ".parquet"}:
        raise TableError(f"{path} is damaged: it does not begin as a {path.suffix} file does")
    if sheet is not None:
        raise TableError(f"{path} is a text file and has no sheet `{sheet}`; leave the sheet out")
    if path.stat().st_size > LARGE:
        from havoc_pipeline.tables.delimited_large import read_large

        return read_large(path)
    from havoc_pipeline.tables.delimited import read_delimited

    return read_delimited(path.read_bytes(), path)


def read_text(path: Path) -> str:
    """Read a whole text file.

    Args:
        path: the file.

    Returns:
        Its text, whatever its encoding.

    Raises:
        TableError: the file is missing or no text.
    """
    _check_file(path)
    try:
        return decode(path.read_bytes(), path)[0]
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}") from error
