"""The comparison with other vocabularies, and what it holds HAVOC's to."""

from pathlib import Path

import pytest

from havoc_pipeline.errors import ModelError
from havoc_pipeline.tokenizer import peers
from havoc_pipeline.tokenizer.compare import Row, held_out_pages, rows, seconds, texts_of, vocabularies


def test_the_held_out_pages_need_15_percent_fewer_tokens_than_gpt4s() -> None:
    pages = [page.read_text(encoding="utf-8") for page in held_out_pages()]
    (row,) = rows({"handbook": pages}, vocabularies())
    assert len(pages) >= 10 and row.characters == sum(map(len, pages))
    assert row.fewer("havoc", "cl100k_base") >= 0.15
    assert 3 < row.per_token("cl100k_base") < row.per_token("havoc") < 9


def test_gpt4s_vocabulary_is_the_published_one() -> None:
    """Token numbers from the README of tiktoken's `cl100k_base` examples: "tiktoken is great!"."""
    assert peers.cl100k()("tiktoken is great!") == [83, 1609, 5963, 374, 2294, 0]


def test_figures_of_a_row() -> None:
    row = Row("notes", 100, {"havoc": 20, "cl100k_base": 25})
    assert row.per_token("havoc") == 5 and row.fewer("havoc", "cl100k_base") == pytest.approx(0.2)


def test_folders_are_kinds(tmp_path: Path) -> None:
    for name in ("a/x.md", "a/y.txt", "b/z.csv", "top.md", "b/skip.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert texts_of(tmp_path) == {"a": ["a/x.md", "a/y.txt"], "b": ["b/z.csv"], tmp_path.name: ["top.md"]}
    with pytest.raises(ModelError, match="no text"):
        texts_of(tmp_path / "nowhere")


def test_times_are_of_every_engine() -> None:
    taken = seconds({"short": ["The process capability of the gauge study. " * 50]})
    assert set(taken) == {"havoc", "havoc by tokenizers", "cl100k_base by tiktoken"} and min(taken.values()) > 0


def test_a_missing_peer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="install it"):
        peers.claude()
