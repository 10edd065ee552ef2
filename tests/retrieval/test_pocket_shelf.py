"""The handbook in memory is ranked as LanceDB ranks it."""

import pytest

from havoc_pipeline.retrieval.chunks import Chunk
from havoc_pipeline.retrieval.handbook import handbook_files, read_page
from havoc_pipeline.retrieval.pocket_shelf import PocketShelf
from havoc_pipeline.retrieval.shelf import MEMORY, Shelf, connected
from havoc_pipeline.retrieval.terms import stem, terms

PAGES = [read_page(name, text) for name, text in handbook_files()]
CHUNKS = {
    "passages": [chunk for page in PAGES for chunk in page.passages()],
    "questions": [chunk for page in PAGES for chunk in page.asked()],
}
ASKED = [page.questions[number % len(page.questions)] for number, page in enumerate(PAGES)] + [
    "Are the drying times drifting?", "resin resin strength", "naïve Überprüfung, x_bar of 3.5 µm", "the and of",
]  # fmt: skip
BOTH = pytest.mark.parametrize("kind", CHUNKS)
COMMANDS: list[tuple[str, ...]] = [(), ("RUN_TTEST", "CHECK_SPC")]


@pytest.fixture(scope="module")
def shelves() -> dict[str, tuple[PocketShelf, Shelf]]:
    database = connected(MEMORY)
    return {kind: (PocketShelf(c), Shelf(database, kind).create(c)) for kind, c in CHUNKS.items()}


@BOTH
@pytest.mark.parametrize("commands", COMMANDS)
def test_scores_by_words_are_those_of_lancedb(
    shelves: dict[str, tuple[PocketShelf, Shelf]], kind: str, commands: tuple[str, ...]
) -> None:
    pocket, lance = shelves[kind]
    for question in ASKED:
        ours, theirs = (shelf.by_words(question, 400, commands) for shelf in (pocket, lance))
        expected = {row["id"]: row["_score"] for row in theirs}
        assert {row["id"]: row["_score"] for row in ours} == pytest.approx(expected, abs=1e-3), question
        assert [row["_score"] for row in ours] == sorted((row["_score"] for row in ours), reverse=True)


@BOTH
@pytest.mark.parametrize("commands", COMMANDS)
def test_distances_by_meaning_are_those_of_lancedb(
    shelves: dict[str, tuple[PocketShelf, Shelf]], kind: str, commands: tuple[str, ...]
) -> None:
    pocket, lance = shelves[kind]
    for question in ASKED:
        ours, theirs = (shelf.by_meaning(question, 40, commands) for shelf in (pocket, lance))
        assert [r["_distance"] for r in ours] == pytest.approx([r["_distance"] for r in theirs], abs=1e-5), question


@BOTH
def test_named_rows_are_those_of_lancedb(shelves: dict[str, tuple[PocketShelf, Shelf]], kind: str) -> None:
    pocket, lance = shelves[kind]
    ids = [CHUNKS[kind][place].id for place in (7, 3, 7)] + ["none"]
    assert pocket.named(ids) == lance.named(ids)
    assert pocket.count() == lance.count()


def test_an_empty_shelf_finds_nothing() -> None:
    empty = PocketShelf([])
    assert empty.by_words("glue", 5) == empty.by_meaning("glue", 5) == empty.named(["a"]) == []


@pytest.mark.parametrize(
    "word, expected",
    # Snowball's published sample vocabulary, and the words that its release 3.0 tells apart.
    [("consistency", "consist"), ("consolation", "consol"), ("knackeries", "knackeri"), ("knightly", "knight"),
     ("hopping", "hop"), ("hoping", "hope"), ("generously", "generous"), ("dying", "die"), ("news", "news"),
     ("paste", "paste"), ("pasted", "paste"), ("universal", "universal"), ("sensational", "sensat"), ("ties", "tie")],
)  # fmt: skip
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_terms_leave_out_stop_words_and_accents() -> None:
    assert terms("Is the naïve Größe theirs? x_bar of 3.14 " + "y" * 60) == ["naiv", "grosse", "x", "bar", "3", "14"]


def test_chunks_without_words_do_no_harm() -> None:
    shelf = PocketShelf([Chunk("a", "", None, "", "the of"), Chunk("b", "", None, "", "glue")])
    assert [row["id"] for row in shelf.by_words("glue", 5)] == ["b"]
