"""Many questions: order, ids, resume after a kill, and a failure that stays with its question."""

import json
from pathlib import Path

import pytest

from havoc_pipeline.cli.batch import Batch, answer_line, read_entries, repaired_ids
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.signatures.types import Answer
from havoc_pipeline.tables import Table


def scripted(question: str, table: Table | None) -> Answer:
    if "fail" in question:
        raise DataError("one value is too few; give at least two")
    return Answer(status="answered", summary=f"{question} over {table.n_rows if table else 0} rows", question=question)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text("x\n1\n2\n3\n", encoding="utf-8")
    lines = [
        {"id": "a", "question": "first", "table": "t.csv"},
        {"id": "b", "question": "fail", "table": None},
        {"id": "c", "question": "third", "table": "gone.csv"},
        {"id": "d", "question": "größer?", "table": "t.csv"},
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return tmp_path


def answered(folder: Path, most: int = 99) -> list[dict[str, object]]:
    out = folder / "out.jsonl"
    batch = Batch(folder / "q.jsonl", folder, out)
    with batch.writer() as write:
        for place, entry in enumerate(batch.open_questions()):
            if place < most:
                write(json.dumps(answer_line(entry, batch, scripted)))
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_each_line_is_an_answer_in_order(folder: Path) -> None:
    lines = answered(folder)
    assert [line["id"] for line in lines] == ["a", "b", "c", "d"]
    assert [line["status"] for line in lines] == ["answered", "refused", "refused", "answered"]
    assert lines[0]["summary"] == "first over 3 rows"
    assert "too few" in str(lines[1]["summary"])
    assert "gone.csv" in str(lines[2]["summary"])
    for line in lines:
        Answer.model_validate(line)


def test_it_resumes_where_it_was_killed(folder: Path) -> None:
    answered(folder, most=2)
    out = folder / "out.jsonl"
    before = out.read_bytes()
    out.write_bytes(before + b'{"id": "c", "status": "answ')
    lines = answered(folder)
    assert [line["id"] for line in lines] == ["a", "b", "c", "d"]
    assert out.read_bytes().startswith(before)


def test_nothing_is_asked_twice(folder: Path) -> None:
    answered(folder)
    whole = (folder / "out.jsonl").read_bytes()
    answered(folder)
    assert (folder / "out.jsonl").read_bytes() == whole


def test_a_foreign_file_is_not_written_to(tmp_path: Path) -> None:
    out = tmp_path / "notes.txt"
    out.write_text("my notes\nmore", encoding="utf-8")
    with pytest.raises(CommandError, match="line 1"):
        repaired_ids(out)
    assert out.read_text(encoding="utf-8") == "my notes\nmore"


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"question": 3}', '{"question": "q", "table": 7}'])
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "1", "question": "ok", "table": null}\n\n' + line, encoding="utf-8")
    with pytest.raises(CommandError, match="line 3"):
        read_entries(path)


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "1", "question": "ok"}\n' * 2, encoding="utf-8")
    with pytest.raises(CommandError, match="twice"):
        read_entries(path)
