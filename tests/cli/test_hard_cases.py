"""Files and questions that go wrong, over every way in: a clear sentence, a non-zero exit, no traceback."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Havoc

QUESTION = "Is the mean force above 20?"
ROWS = "".join(f"{20 + i * 7 % 11 / 10},{'ab'[i % 2]}\n" for i in range(60))
UNREADABLE: dict[str, bytes] = {
    "empty.csv": b"", "blank.csv": b"\n\n\n", "header.csv": b"force,line\n", "binary.csv": bytes(range(256)) * 40,
    "pdf.csv": b"%PDF-1.4 hello", "prose.txt": b"A letter.\nIt has no table, I fear.\n", "broken.xlsx": b"no workbook",
    "broken.parquet": b"PAR1", "object.json": b'{"a": 1}', "run.csv": b"7" * 200_000,
}  # fmt: skip
POOR = {
    "text.csv": "".join(f"w{i % 7},a\n" for i in range(30)), "one.csv": "21.5,a\n", "equal.csv": "21.5,a\n21.5,b\n" * 12,
    "nan.csv": "nan,a\nNaN,b\n" * 12, "infinite.csv": "inf,a\n-inf,b\n" * 12,
}  # fmt: skip
WHY = {
    "text.csv": "`force` holds text", "one.csv": "1 value", "equal.csv": "equal 21.5", "nan.csv": "`force` holds no values",
    "infinite.csv": "(-inf, inf)",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hard")
    for name, content in UNREADABLE.items():
        (place / name).write_bytes(content)
    for name, rows in POOR.items() | {("good.csv", ROWS)}:
        (place / name).write_text("force,line\n" + rows, encoding="utf-8")
    return place


def only_sentence(done: subprocess.CompletedProcess[bytes], code: int) -> str:
    told = done.stderr.decode()
    assert done.returncode == code, told
    assert done.stdout == b""
    assert told.startswith("havoc: ") and told.count("\n") == 1
    return told


@pytest.mark.parametrize("way", [["ask", QUESTION], ["run", "DESCRIBE"], ["describe"]], ids=lambda way: way[0])
@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_table(havoc: Havoc, folder: Path, way: list[str], name: str) -> None:
    assert name in only_sentence(havoc(*way, "--data", str(folder / name)), 2)


@pytest.mark.parametrize("way", [["ask", QUESTION], ["run", "DESCRIBE"], ["describe"]], ids=lambda way: way[0])
def test_a_file_larger_than_the_memory(havoc: Havoc, tmp_path: Path, way: list[str]) -> None:
    large = tmp_path / "large.csv"
    large.write_text("force,line\n" + ROWS * 5_000, encoding="utf-8")
    told = only_sentence(havoc(*way, "--data", str(large), HAVOC_MEMORY_GIB="0.25"), 2)
    for part in ("large.csv needs about 0.3 GiB", "0.2 GiB is what HAVOC_MEMORY_GIB allows", "split the file by rows"):
        assert part in told


def test_a_memory_limit_that_is_no_number(havoc: Havoc, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_text("force,line\n" + ROWS * 5_000, encoding="utf-8")
    told = only_sentence(havoc("describe", "--data", str(large), HAVOC_MEMORY_GIB="lots"), 2)
    assert "HAVOC_MEMORY_GIB is `lots`" in told


@pytest.mark.parametrize("name", POOR)
def test_poor_data_are_told_with_the_reason(havoc: Havoc, folder: Path, name: str) -> None:
    data = str(folder / name)
    asked = havoc("ask", QUESTION, "--data", data)
    assert asked.returncode in (3, 4) and asked.stderr == b""
    assert WHY[name] in " ".join(asked.stdout.decode().split())
    run = havoc("run", "RUN_TTEST response=force mu=20", "--data", data)
    assert run.returncode in (1, 2) and run.stdout == b""
    assert WHY[name] in run.stderr.decode() and "Traceback" not in run.stderr.decode()
    assert havoc("describe", "--data", data).returncode == 0


@pytest.mark.parametrize(
    ("question", "code", "reason"),
    [
        ("Liegt die mittlere Kraft über 20?", 3, "does not look like English"),
        ("La fuerza media, ¿es mayor que 20?", 3, "does not look like English"),
        ("Is the haze of the film below 4?", 3, "No column was found for “haze”"),
        ("is the humidity stable", 3, "No column was found for “humidity”"),
        ("力の平均は20を超えていますか？", 3, "does not look like English"),
        ("What is the weather tomorrow?", 4, "no question of data"),
    ],
)
def test_questions_without_an_answer(havoc: Havoc, folder: Path, question: str, code: int, reason: str) -> None:
    done = havoc("ask", question, "--data", str(folder / "good.csv"))
    assert (done.returncode, done.stderr) == (code, b"")
    text = " ".join(done.stdout.decode().split())
    assert reason in text and "Next ·" in text
    assert "r1" not in text


@pytest.mark.parametrize(
    "statement", ["DROP TABLE good", "'; DROP TABLE good; --", "delete from measurements where 1=1"]
)
def test_a_statement_for_a_database(havoc: Havoc, folder: Path, statement: str) -> None:
    told = only_sentence(havoc("ask", statement, "--data", str(folder / "good.csv")), 2)
    assert "statement for a database" in told


def test_a_question_of_measurements_without_a_table(havoc: Havoc) -> None:
    done = havoc("ask", QUESTION)
    assert done.returncode == 3
    assert "No table was given" in done.stdout.decode() and "--data FILE" in done.stdout.decode()


def test_bytes_that_are_no_text(havoc: Havoc, folder: Path) -> None:
    data = str(folder / "good.csv")
    assert "no utf-8 text" in only_sentence(havoc("ask", "-", "--data", data, stdin=b"\xff\xfe is \xc3"), 2)


def test_in_a_file_of_questions_each_keeps_its_reason(havoc: Havoc, folder: Path) -> None:
    names = [*UNREADABLE, *POOR, "nowhere.csv", "."]
    asked = [{"id": name, "question": QUESTION, "table": name} for name in names]
    texts = {"long": "x" * 10_000_000, "none": " ", "drop": "DROP TABLE good"}
    asked += [{"id": key, "question": text, "table": "good.csv"} for key, text in texts.items()]
    (folder / "q.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    done = havoc("ask", "--file", str(folder / "q.jsonl"), "--out", str(folder / "a.jsonl"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    answers = [json.loads(line) for line in (folder / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == [question["id"] for question in asked]
    assert {answer["status"] for answer in answers} == {"refused", "unsure"}
    assert all(answer["summary"] and not answer["results"] for answer in answers)


@pytest.mark.parametrize("content", [b"", b"q" * 10_000_000, bytes(range(256)), b"force,line\n1,a\n"])
def test_a_file_that_holds_no_questions(havoc: Havoc, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    assert "q.jsonl" in only_sentence(havoc("ask", "--file", str(path)), 2)
