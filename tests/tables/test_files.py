"""Files that are no tables, and what the error says."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "pellets.csv").write_text("x\n1\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"there is no file .*palets\.csv; did you mean .*pellets\.csv"):
        Table.read(tmp_path / "palets.csv")


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"there is no file .*; check"):
        Table.read(tmp_path / "nowhere" / "x.csv")


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"is a directory; name a csv"):
        Table.read(tmp_path)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "is empty; it needs a header"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"old Excel file \(.xls\); save it as .xlsx"),
        (b"%PDF-1.7\n", "is a PDF; export"),
        (b"\x1f\x8b\x08\0", "compressed by gzip; unpack"),
        (bytes(range(256)) * 4, "is no text"),
    ],
)
def test_foreign_files(tmp_path: Path, raw: bytes, sentence: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(raw)
    with pytest.raises(TableError, match=sentence):
        Table.read(file)


def test_an_ending_that_lies(tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    file.write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"does not begin as a .xlsx file does"):
        Table.read(file)


def test_a_sheet_of_a_text_file(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"has no sheet `Data`"):
        Table.read(file, sheet="Data")


LINE = st.text("xyä19.,;\t|\"' -+NA<%\u00a0", max_size=12)


def check(file: Path) -> None:
    """Read a file of any content: a table that accounts for every cell, or our own error."""
    try:
        profile = Table.read(file).profile
    except TableError:
        return
    assert profile.n_rows > 0
    assert all(column.n + column.missing == profile.n_rows for column in profile.columns)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=st.lists(LINE, max_size=9), codec=st.sampled_from(["utf-8", "utf-16", "latin-1"]), large=st.booleans())
def test_any_text_is_a_table_or_a_sentence(tmp_path: Path, lines: list[str], codec: str, large: bool) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("\n".join(lines).encode(codec))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havoc_pipeline.tables.files.LARGE", 0 if large else 1 << 20)
        check(file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_a_table_or_a_sentence(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(raw)
    check(file)
