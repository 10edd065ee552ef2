"""`havoc tokenizer` as a user calls it."""

import json
from pathlib import Path

from .conftest import Havoc


def test_inspect_shows_every_token(havoc: Havoc) -> None:
    told = havoc("tokenizer", "inspect", "the p-value is 0.05")
    lines = told.stdout.decode().splitlines()
    assert told.returncode == 0 and '"0"' in lines[-3] and lines[-1].endswith("characters a token")


def test_inspect_reads_the_pipe_and_marks(havoc: Havoc) -> None:
    plain = json.loads(havoc("tokenizer", "inspect", "-", "--json", stdin=b"<plan> ANOVA").stdout)
    marked = json.loads(havoc("tokenizer", "inspect", "-", "--json", "--special", stdin=b"<plan> ANOVA").stdout)
    assert [part["text"] for part in marked] == ["<plan>", " ANOVA"] and len(plain) > 2
    assert "".join(part["text"] for part in plain) == "<plan> ANOVA"


def test_compare_prints_characters_a_token(havoc: Havoc, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("The process capability of the new line is above the limit.", encoding="utf-8")
    told = havoc("tokenizer", "compare", str(tmp_path), "--no-timing").stdout.decode()
    assert "cl100k_base" in told and "claude" in told and tmp_path.name in told
    (row,) = json.loads(havoc("tokenizer", "compare", str(tmp_path), "--no-timing", "--json").stdout)["rows"]
    assert 0 < row["tokens"]["havoc"] < row["tokens"]["cl100k_base"]


def test_training_says_what_is_missing(havoc: Havoc, tmp_path: Path) -> None:
    told = havoc("tokenizer", "train", str(tmp_path), "--out", str(tmp_path / "t.json"))
    assert told.returncode == 2 and b"there is no text" in told.stderr and not (tmp_path / "t.json").exists()
