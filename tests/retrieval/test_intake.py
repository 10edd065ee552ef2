"""Adding documents: each once, the broken ones named, the right page cited afterwards."""

import multiprocessing
import os
from pathlib import Path

import pytest

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval import IngestSummary, Library, ingest
from havoc_pipeline.retrieval.home import only_writer
from havoc_pipeline.retrieval.shelf import Shelf

from .conftest import PdfMaker


@pytest.fixture
def library(tmp_path: Path, pages: Path) -> Library:
    return Library.open(tmp_path / "home", pages)


def rows(library: Library) -> int:
    shelf = library.documents()
    return 0 if shelf is None else shelf.count()


def test_the_page_that_is_cited_is_the_right_one(make_pdf: PdfMaker, library: Library) -> None:
    plan = make_pdf("plan.pdf", ["Purpose of this plan", "The spindle torque\nis checked with a wrench", "Signatures"])
    summary = ingest(plan, library)
    assert (summary.added, summary.passages, summary.problems) == ([str(plan)], 3, [])
    best = library.search("how is spindle torque checked")[0]
    assert (best.document, best.page) == ("plan", 2)
    assert "wrench" in best.text and len(best.id) <= 200
    with_command = library.search("how is spindle torque checked", commands=["RUN_TTEST"], limit=4)
    assert with_command[0].id.startswith("handbook/t-test") and any(p.page == 2 for p in with_command)


def test_the_same_file_again_changes_nothing_and_a_new_version_replaces_it(library: Library, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Oven\nThe kiln reaches 900 degrees.")
    ingest(note, library)
    again = ingest(str(note), library)
    assert (again.added, again.unchanged, rows(library)) == ([], [str(note)], 1)
    note.write_text("# Oven\nThe furnace reaches 950 degrees.")
    assert ingest(note, library).replaced == [str(note)]
    assert rows(library) == 1
    assert "950" in library.search("how hot does the oven get")[0].text


def test_a_copy_elsewhere_is_cited_once(library: Library, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("The kiln reaches 900 degrees.")
    ingest([tmp_path / "a.txt", tmp_path / "b.txt"], library)
    assert sum("kiln" in passage.text for passage in library.search("kiln", limit=20)) == 1


def test_folders_are_searched_and_broken_files_named(make_pdf: PdfMaker, library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "deep" / ".git").mkdir(parents=True)
    (folder / "deep" / "good.txt").write_text("The lathe hums.")
    (folder / "deep" / ".git" / "hidden.txt").write_text("hidden")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 rubbish")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    (folder / "loop").symlink_to(folder)
    (folder / "images.pdf").write_bytes(make_pdf("i.pdf", [""]).read_bytes())
    summary = ingest([folder, tmp_path / "missing.pdf"], library)
    assert summary.added == [str(folder / "deep" / "good.txt")]
    said = {Path(problem.path).name: problem.reason for problem in summary.problems}
    assert set(said) == {"broken.pdf", "images.pdf", "missing.pdf"}
    assert all("\n" not in reason for reason in said.values())
    assert str(summary).startswith("Documents: 1 added, 3 not readable; 1 new passages")


def test_hostile_names_go_in_and_come_out(library: Library, tmp_path: Path) -> None:
    names = [b"'); DROP TABLE x; --.txt", b"\xff\xfe.txt", b"new\nline.txt", b"-rf.txt", "übergröße 🎈.txt".encode()]
    for number, name in enumerate(names):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text(f"Gizmo number {number} squeaks.")
    folder = tmp_path
    first = ingest([f for f in folder.iterdir() if f.suffix == ".txt"], library)
    assert len(first.added) == len(names) and not first.problems
    again = ingest([f for f in folder.iterdir() if f.suffix == ".txt"], library)
    assert len(again.unchanged) == len(names) and rows(library) == len(names)
    assert {"'); DROP TABLE x; --", "new line"} <= {p.document for p in library.search("gizmo squeaks", limit=20)}


def test_nothing_named_and_nothing_found_are_said(library: Library, tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match="no documents were named"):
        ingest([], library)
    (tmp_path / "void").mkdir()
    assert "holds no PDF" in ingest(tmp_path / "void", library).problems[0].reason


def test_a_killed_ingest_goes_on_where_it_was(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{n}.txt" for n in range(6)]
    for number, file in enumerate(files):
        file.write_text(f"Widget {number} rattles.")
    monkeypatch.setattr("havoc_pipeline.retrieval.intake.CHUNKS_A_COMMIT", 2)
    add, calls = Shelf.add, []

    def killed(shelf: Shelf, chunks: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        add(shelf, chunks)  # type: ignore[arg-type]

    monkeypatch.setattr(Shelf, "add", killed)
    with pytest.raises(KeyboardInterrupt):
        ingest(files, library)
    assert rows(library) == 4
    assert len(library.search("widget rattles", limit=20)) >= 4
    monkeypatch.setattr(Shelf, "add", add)
    summary = ingest(files, library)
    assert (len(summary.unchanged), len(summary.added), rows(library)) == (4, 2, 6)


def test_a_kill_between_new_and_old_is_mended(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "n.txt"
    note.write_text("old wording")
    ingest(note, library)
    note.write_text("new wording")
    with monkeypatch.context() as patch:
        patch.setattr(Shelf, "supersede", lambda self, newest: None)
        ingest(note, library)
    assert rows(library) == 2
    ingest(note, library)
    assert rows(library) == 1 and library.search("wording")[0].text == "new wording"


def test_other_word_vectors_are_noticed_and_the_documents_move(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"The spindle {name} turns.")
    ingest(tmp_path / "a.txt", library)
    monkeypatch.setattr("havoc_pipeline.retrieval.cabinet.vectors_fingerprint", lambda: "0ther")
    assert "spindle" in library.search("spindle")[0].text
    ingest(tmp_path / "b.txt", library)
    shelf = library.documents()
    assert shelf is not None and shelf.name.endswith("0ther") and shelf.count() == 2


def work(home: Path, pages: Path, file: Path, results: "multiprocessing.Queue[IngestSummary]") -> None:
    library = Library.open(home, pages)
    library.search("unstable start")
    results.put(ingest(file, library))


@pytest.mark.slow
def test_several_processes_at_once(library: Library, pages: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    results, processes = context.Queue(), []
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"Sprocket {number} slips.")
        arguments = (library.home, pages, tmp_path / f"{number}.txt", results)
        processes.append(context.Process(target=work, args=arguments))
        processes[-1].start()
    assert all(len(results.get(timeout=120).added) == 1 for _ in processes)
    for process in processes:
        process.join(60)
    assert rows(library) == 3
    assert not list((library.home / "index").glob(".building-*"))


def test_a_held_lock_is_named(tmp_path: Path) -> None:
    with only_writer(tmp_path), pytest.raises(RetrievalError, match="another process"), only_writer(tmp_path, 0.1):
        pass
