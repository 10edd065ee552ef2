"""Searching: the right page is cited, whatever state the index is in."""

import os
import shutil
from pathlib import Path

import pytest

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval import Library, ingest, methods
from havoc_pipeline.retrieval.cabinet import documents_folder, index_folder
from havoc_pipeline.retrieval.handbook import handbook_files, read_page
from havoc_pipeline.retrieval.ranking import fused, spread


@pytest.fixture
def library(tmp_path: Path, pages: Path) -> Library:
    return Library.open(tmp_path / "home", pages)


def test_the_handbook_is_cited_by_title_and_section(library: Library) -> None:
    best = library.search("limits from an unstable start")[0]
    assert (best.id, best.document, best.section) == (
        "handbook/control-chart#pitfalls", "HAVOC handbook, Control chart", "Pitfalls",
    )  # fmt: skip
    assert 0 < best.score <= 1


def test_a_sample_question_leads_to_its_page(library: Library) -> None:
    assert library.search("Is the new glue stronger than the old?")[0].id == "handbook/t-test#what-it-answers"
    assert library.methods("Is the new glue stronger than the old?")[0][0] == "RUN_TTEST"


def test_references_and_sample_questions_are_not_passages(library: Library) -> None:
    assert not any("zebra" in p.text or "unicorn" in p.text for p in library.search("zebra unicorn", limit=50))


def test_commands_keep_to_their_pages_and_come_first(library: Library) -> None:
    found = library.search("how long do parts live", commands=["CHECK_SPC", "RUN_TTEST"], limit=4)
    assert [p.id.partition("#")[0] for p in found[:2]] == ["handbook/control-chart", "handbook/t-test"]
    assert not any("reliability" in p.id for p in found)
    assert library.search("", commands=["RUN_TTEST"])[0].id.startswith("handbook/t-test")


def test_strengths_lie_between_0_and_1_and_fall(library: Library) -> None:
    strengths = [strength for _, strength in library.methods("is the process in control over time")]
    assert strengths == sorted(strengths, reverse=True) and 0 < strengths[-1] <= strengths[0] <= 1


@pytest.mark.parametrize("text", ["", "  \n", "!!!", "qwzx", '" AND (* OR', "x" * 100_000, "'; DROP TABLE passages"])
def test_odd_questions_do_no_harm(library: Library, text: str) -> None:
    assert len(library.search(text)) <= 5
    assert len(library.methods(text)) <= 2
    assert library.search("two means", limit=0) == []
    assert library.search("two means", commands=["X') OR (1=1"], limit=3) == []


def test_a_changed_page_is_indexed_anew(library: Library, pages: Path) -> None:
    library.search("two means")
    page = pages / "t-test.md"
    page.write_text(page.read_text(encoding="utf-8").replace("Outliers pull a mean", "Xylophones disturb"), "utf-8")
    assert "Xylophones" in library.search("xylophones")[0].text


def damage(folder: Path) -> int:
    files = [f for f in folder.rglob("*") if f.is_file() and f.suffix in (".lance", ".manifest")]
    for file in files:
        file.write_bytes(b"junk")
    return len(files)


def test_the_handbook_needs_no_index_on_the_disk(library: Library) -> None:
    assert library.search("unstable start")
    assert not index_folder(library.home).exists()


def test_a_damaged_index_of_documents_says_what_to_do(library: Library, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The spindle turns.")
    ingest(tmp_path / "a.txt", library)
    damage(documents_folder(library.home))
    with pytest.raises(RetrievalError, match=r"remove the folder .* and run `havoc ingest` again"):
        library.search("spindle")
    shutil.rmtree(documents_folder(library.home))
    assert library.search("unstable start")


def test_a_home_that_cannot_be_written_still_answers(pages: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the home should be")
    library = Library.open(blocked / "home", pages)
    assert library.search("unstable start")[0].section == "Pitfalls"
    with pytest.raises(RetrievalError, match="cannot be written; set HAVOC_HOME"):
        ingest(pages, library)


def test_full_text_alone_works_without_vectors(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havoc_pipeline.retrieval.embedding.word_vectors", lambda: None)
    monkeypatch.setattr("havoc_pipeline.retrieval.cabinet.vectors_fingerprint", lambda: "none")
    assert library.search("limits from an unstable start")[0].section == "Pitfalls"


def test_what_shipped_with_havoc_can_be_read_and_found() -> None:
    pages = [read_page(name, text) for name, text in handbook_files()]
    assert all(page.sections and page.questions for page in pages)
    assert methods("is my process capable between 18 and 26")
    assert Library.open().home == Path(os.environ["HAVOC_HOME"])


def test_ranks_are_joined_as_the_paper_says() -> None:
    a, b, c = ({"id": name} for name in "abc")
    (first, score), (second, other), _ = fused([[a, b], [b, c]])
    assert (first, second) == (b, a)
    assert score == pytest.approx((1 / 7 + 1 / 6) / (2 / 6))
    assert other == pytest.approx((1 / 6) / (2 / 6))


def test_one_document_does_not_crowd_out_the_others() -> None:
    ranked = [({"id": n, "of": "x"}, 1.0) for n in range(3)] + [({"id": 9, "of": "y"}, 0.1)]
    assert [row["id"] for row, _ in spread(ranked, 3, 2, lambda row: row["of"])] == [0, 1, 9]
    assert [row["id"] for row, _ in spread(ranked, 4, 2, lambda row: row["of"])] == [0, 1, 9, 2]
