"""What a user can do wrong gives one sentence and the documented exit code, never a traceback."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Havoc, command, surroundings

TTEST = "RUN_TTEST response=x group=g"


def sentence(done: subprocess.CompletedProcess[bytes], code: int) -> str:
    told = done.stderr.decode()
    assert done.returncode == code, told
    assert told.startswith("havoc: ")
    assert "Traceback" not in told
    return told


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("x,g\n1,a\n2,a\n4,b\n5,b\n7,b\n3,a\n", encoding="utf-8")
    return path


def test_a_file_that_is_not_there(havoc: Havoc, tmp_path: Path) -> None:
    assert "nowhere.csv" in sentence(havoc("run", "DESCRIBE", "--data", str(tmp_path / "nowhere.csv")), 2)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("binary.csv", bytes(range(256)) * 40),
        ("broken.xlsx", b"no workbook"),
        ("p.parquet", b"PAR1"),
    ],
)
def test_files_that_are_no_table(havoc: Havoc, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert name in sentence(havoc("run", "DESCRIBE", "--data", str(path)), 2)


def test_a_directory(havoc: Havoc, tmp_path: Path) -> None:
    assert "is a directory" in sentence(havoc("describe", "--data", str(tmp_path)), 2)


def test_text_where_numbers_are_needed(havoc: Havoc, table: Path) -> None:
    assert "`g`" in sentence(havoc("run", "RUN_TTEST response=g mu=1", "--data", str(table)), 2)


@pytest.mark.parametrize(
    ("rows", "code", "word"),
    [
        ("1,a\n", 2, "two levels"),
        ("2,a\n2,b\n2,a\n2,b\n2,a\n2,b\n", 1, "does not vary"),
        ("inf,a\nNaN,b\ninf,b\n", 2, "numeric"),
    ],
    ids=["one", "equal", "infinite"],
)
def test_data_that_do_not_allow_a_test(havoc: Havoc, tmp_path: Path, rows: str, code: int, word: str) -> None:
    path = tmp_path / "poor.csv"
    path.write_text("x,g\n" + rows, encoding="utf-8")
    assert word in sentence(havoc("run", TTEST, "--data", str(path)), code)


def test_one_row_left_by_a_filter(havoc: Havoc, table: Path) -> None:
    done = havoc("run", "RUN_TTEST response=x mu=1 where=(x == 7)", "--data", str(table))
    assert "at least 2" in sentence(done, 1)


@pytest.mark.parametrize(
    "text", ["DROP TABLE t", "", "REFUSE reason=off_topic", "RUN_TTEST respons=x group=g", TTEST + " )"]
)
def test_commands_that_do_not_parse(havoc: Havoc, table: Path, text: str) -> None:
    sentence(havoc("run", text, "--data", str(table)), 2)


def test_an_error_names_the_nearest_column(havoc: Havoc, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("strength,g\n1,a\n2,b\n3,a\n4,b\n", encoding="utf-8")
    done = havoc("run", "RUN_TTEST response=strenght group=g", "--data", str(path))
    assert "did you mean `strength`" in sentence(done, 2)


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["run", "DESCRIBE", "--dat", "x"], ["nonsense"], ["ask", "q", "--colour"], ["describe"], ["ask"]],
)
def test_wrong_use(havoc: Havoc, arguments: list[str]) -> None:
    sentence(havoc(*arguments), 2)


def test_a_question_of_ten_megabytes(havoc: Havoc) -> None:
    assert "20,000" in sentence(havoc("ask", "-", stdin=b"why? " * 2_000_000), 2)


def test_commands_of_ten_megabytes(havoc: Havoc) -> None:
    sentence(havoc("run", "-", stdin=b"DESCRIBE;" * 1_200_000), 2)


def test_a_report_that_cannot_be_written(havoc: Havoc, table: Path, tmp_path: Path) -> None:
    told = havoc("run", TTEST, "--data", str(table), "--report", str(tmp_path / "no" / "r.html"))
    sentence(told, 2)


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(command("tools"), stdout=writing, stderr=subprocess.PIPE, env=surroundings())
    os.close(writing)
    _, told = process.communicate(timeout=60)
    assert told == b""
    assert process.returncode == 0
