"""Text tables as people write them: delimiters, titles, totals, ragged rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import Table
from havoc_pipeline.tables.delimited import read_delimited
from havoc_pipeline.tables.delimited_large import read_large
from havoc_pipeline.tables.origin import Grid
from havoc_pipeline.tables.values import as_cells


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read every example by both readers."""
    if request.param == "large":
        monkeypatch.setattr("havoc_pipeline.tables.files.LARGE", 0)
    return str(request.param)


def read(folder: Path, text: str, name: str = "t.csv") -> Table:
    file = folder / name
    file.write_bytes(text.encode())
    return Table.read(file)


def rows(table: Table) -> list[list[str | None]]:
    return [list(row) for row in zip(*(column.text for column in table.columns), strict=True)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_and_line_ends(tmp_path: Path, size: str, mark: str, end: str) -> None:
    table = read(tmp_path, end.join([f"x{mark}y", f"1.5{mark}a", f"2.5{mark}b", ""]))
    assert table.headers == ("x", "y")
    assert rows(table) == [["1.5", "a"], ["2.5", "b"]]


def test_decimal_commas_between_semicolons(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "x;y\n1,5;2,25\n3,5;4,75\n")
    assert table.column("x").numbers.tolist() == [1.5, 3.5]
    assert table.column("y").numbers.tolist() == [2.25, 4.75]


def test_one_column_of_decimal_commas(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "strength\n12,3\n12,45\n13,1\n")
    assert table.column("strength").numbers.tolist() == [12.3, 12.45, 13.1]


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, 'name,note\nx,"a, b ""q"""\ny,"two\nlines"\nz,c\n')
    assert rows(table) == [["x", 'a, b "q"'], ["y", "two\nlines"], ["z", "c"]]


def test_blanks_separate_in_a_txt_file(tmp_path: Path, size: str) -> None:
    assert rows(read(tmp_path, "x   y\n1.5 a\n2.5   b\n", "t.txt")) == [["1.5", "a"], ["2.5", "b"]]


def test_titles_above_and_totals_below_are_left_out_and_noted(tmp_path: Path, size: str) -> None:
    above = "Report of line 3,,\nOperator Meier,,\n\n"
    text = above + "part,w,h\na,2.5,3\nb,5.5,6\nc,1.5,2\nTotal,9.5,11\nMean,3.2,3.7\n"
    table = read(tmp_path, text)
    assert table.headers == ("part", "w", "h")
    assert table.n_rows == 3
    notes = "\n".join(table.profile.notes)
    assert "line 1 above the header is a title and no data: `Report of line 3`" in notes
    assert "line 8 below the data was left out: `Total 9.5 11`" in notes
    assert "line 9 below the data was left out: `Mean 3.2 3.7`" in notes


def test_a_total_that_is_a_common_level_stays(tmp_path: Path, size: str) -> None:
    assert read(tmp_path, "kind,w\nsum,1.5\nmean,2.5\nsum,3.5\nmean,2.0\n").n_rows == 4


def test_a_units_row_below_the_header(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "width;force;lot\nmm;N;-\n1,5;2,5;a\n1,7;3,5;b\n")
    assert (table.column("width").unit, table.column("force").unit, table.column("lot").unit) == ("mm", "N", None)
    assert table.column("width").numbers.tolist() == [1.5, 1.7]
    assert "line 2 below the header gives the units" in table.profile.notes


def test_a_missing_header_is_noticed(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "12.1,3.4\n12.2,3.5\n12.3,3.3\n")
    assert table.headers == ("column 1", "column 2")
    assert table.n_rows == 3
    assert "there is no header: line 1 is data" in table.profile.notes[0]


def test_counted_headers_are_headers(tmp_path: Path, size: str) -> None:
    assert read(tmp_path, "1,2,3\n4.5,5.5,6.5\n4.6,5.4,6.6\n").headers == ("1", "2", "3")


@pytest.mark.parametrize("header", ["0,5,20", "1 m,2 m,5 m"])
def test_numbers_above_decimals_are_headers(tmp_path: Path, size: str, header: str) -> None:
    assert read(tmp_path, header + "\n4.5,5.5,6.5\n4.6,5.4,6.6\n").headers == tuple(header.split(","))


def test_a_long_preamble_does_not_hide_the_delimiter(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "".join(f"setting {line}\n" for line in range(12)) + "x;y\n1,5;2\n2,5;3\n3,5;4\n4,5;5\n")
    assert table.headers == ("x", "y")
    assert len(table.profile.notes) == 12


def test_a_last_row_with_gaps_or_a_high_setting_is_data(tmp_path: Path, size: str) -> None:
    assert read(tmp_path, "part,w,h\npart 1,2.5,3\npart 2,,\n").n_rows == 2
    assert read(tmp_path, "speed,w\nlow,2.5\nmid,3.5\nmax,4.5\n").n_rows == 3


def test_a_footnote_is_left_out_and_noted(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "part,w,h\na,2.5,3\nb,3.5,4\nSource: gauge room,,\n")
    assert table.n_rows == 2
    assert "line 4 below the data was left out: `Source: gauge room`" in table.profile.notes


def test_empty_rows_of_a_large_file_are_left_out(tmp_path: Path, size: str) -> None:
    cells = "".join(f"{value}.5,1\n" for value in range(60))
    table = read(tmp_path, f"x,y\n1.5,2\n,\n{cells}oops,3\n")
    assert table.n_rows == 62
    assert "1 empty rows were left out (line 3)" in table.profile.notes
    assert "`oops` (line 64)" in table.column("x").treatment


def test_an_index_without_header_keeps_its_place(tmp_path: Path, size: str) -> None:
    assert read(tmp_path, ",x\n0,1.5\n1,2.5\n").headers == ("column 1", "x")


@pytest.mark.parametrize("extra", ["1.5,2.5,9.9", "1.5"])
def test_a_ragged_row_is_refused_with_its_line(tmp_path: Path, size: str, extra: str) -> None:
    found = len(extra.split(","))
    with pytest.raises(TableError, match=rf"t\.csv, line 3: found {found} cells where the header has 2; complete"):
        read(tmp_path, f"x,y\n1.5,2.5\n{extra}\n3.5,4.5\n")


def test_rows_that_all_lack_a_cell_are_refused(tmp_path: Path, size: str) -> None:
    with pytest.raises(TableError, match=r"line 2: found 1 cells where the header has 2"):
        read(tmp_path, "x,y\n1.5\n2.5\n3.5\n")


def test_empty_cells_at_the_end_are_no_fault(tmp_path: Path, size: str) -> None:
    table = read(tmp_path, "x,y\n1.5,2.5,\n3.5,4.5\n5.5,6.5,,\n")
    assert rows(table) == [["1.5", "2.5"], ["3.5", "4.5"], ["5.5", "6.5"]]


def test_a_delimiter_at_every_line_end_makes_no_column(tmp_path: Path, size: str) -> None:
    assert read(tmp_path, "x,y,\n1.5,2.5,\n3.5,4.5,\n").headers == ("x", "y")


def test_empty_lines_between_rows_are_left_out_and_lines_stay_true(tmp_path: Path) -> None:
    cells = "".join(f"{value}.5,1\n" for value in range(60))
    table = read(tmp_path, f"x,y\n1.5,2\n\n,\n{cells}oops,3\n")
    assert table.n_rows == 62
    assert "2 empty rows were left out (line 3, 4)" in table.profile.notes
    assert "`oops` (line 65)" in table.column("x").treatment


def test_an_empty_line_in_a_single_column_is_a_missing_value(tmp_path: Path, size: str) -> None:
    assert rows(read(tmp_path, "x\n1.5\n\n2.5\n\n\n")) == [["1.5"], [None], ["2.5"]]


def test_a_stray_word_is_found_at_its_line(tmp_path: Path, size: str) -> None:
    cells = "".join(f"{value}.5\n" for value in range(60))
    assert "`err` (line 62)" in read(tmp_path, f"x\n{cells}err\n7.5\n").column("x").treatment


@pytest.mark.parametrize("text", ["x,y\n", "x,y", "x,y\n\n,\n"])
def test_a_header_alone_is_refused(tmp_path: Path, size: str, text: str) -> None:
    with pytest.raises(TableError, match=r"has a header but no rows of data; add at least one row"):
        read(tmp_path, text)


def test_blank_lines_alone_are_refused(tmp_path: Path, size: str) -> None:
    with pytest.raises(TableError, match="is empty"):
        read(tmp_path, "\n\n , \n")


def test_an_open_quote_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"line 3: a quote opens and never closes"):
        read(tmp_path, 'x,y\n1,"a"\n2,"open\n3,b\n')


def test_windows_text_is_noted_by_both_readers(tmp_path: Path, size: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("größe;ort\n1,5;Köln\n".encode("cp1252"))
    table = Table.read(file)
    assert rows(table) == [["1,5", "Köln"]]
    assert "Windows-1252" in table.profile.notes[0]


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_no_part_of_the_header(tmp_path: Path, size: str, name: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes("x,y\n1.5,ä\n".encode(name))
    assert Table.read(file).headers == ("x", "y")


def test_a_letter_far_down_in_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havoc_pipeline.tables.files.LARGE", 0)
    file = tmp_path / "t.csv"
    file.write_bytes(b"x,y\n" + b"1.5,a\n" * 200_000 + "1.5,ü\n".encode("cp1252"))
    table = Table.read(file)
    assert table.column("y").levels == ("a", "ü")


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havoc_pipeline.tables.files.LARGE", 0)
    monkeypatch.setattr("havoc_pipeline.tables.delimited_large.MOST_CELLS", 10)
    with pytest.raises(TableError, match=r"about 42 cells and the limit is 10; keep only"):
        read(tmp_path, "x,y\n" + "1.5,2.5\n" * 20)


def test_memory_that_runs_out_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("havoc_pipeline.tables.files._read", full)
    with pytest.raises(TableError, match="does not fit in this computer's memory; keep only"):
        read(tmp_path, "x\n1.5\n")


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
CELL = st.one_of(
    WORD, st.sampled_from(["NA", "1.5", "-", "+", '"', "a,b", " x ", "1,5", "#N/A", "Total", "two\nlines"])
)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\n\r') or not cell else cell


def outcome(read_grid: Callable[[], Grid]) -> object:
    """Return all that a reader found: headers, texts and fingerprints, or its error."""
    try:
        grid = read_grid()
    except TableError as error:
        return str(error)
    held = [as_cells(column) for column in grid.columns]
    return grid.headers, [(cells.labels().tolist(), cells.digest()) for cells in held]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), width=st.integers(1, 4))
def test_both_readers_give_the_same_text(tmp_path: Path, data: st.DataObject, width: int) -> None:
    cells = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=12))
    header = ",".join(f"h{'abcd'[at]}" for at in range(width))
    raw = "\n".join([header, *(",".join(map(quoted, row)) for row in cells), ""]).encode()
    file = tmp_path / "t.csv"
    file.write_bytes(raw)
    assert outcome(lambda: read_delimited(raw, file)) == outcome(lambda: read_large(file))
