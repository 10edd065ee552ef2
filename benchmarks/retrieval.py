"""How fast retrieval is, and how often it finds the handbook page that a question is about.

    python benchmarks/retrieval.py [--documents 1000] [--asked evals/data/asked.jsonl]

Recall is of the handbook's own sample questions, left out in turn: each is asked of an index that does not
hold it (nor the questions of the same number on other pages). `--asked` measures freely asked questions too.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from havoc_pipeline.retrieval import Library, ingest
from havoc_pipeline.retrieval.handbook import Page, handbook_files, read_page

FOLDS = 10
Asked = tuple[str, str, frozenset[str]]


def without(pages: list[Page], texts: dict[str, str], fold: int, folder: Path) -> list[Asked]:
    """Write the handbook without one question a page; return those questions, their pages and commands."""
    left: list[Asked] = []
    for page in pages:
        text = texts[page.name]
        if fold < len(page.questions):
            question = page.questions[fold]
            left.append((question, page.name, frozenset(page.commands)))
            text = "\n".join(line for line in text.split("\n") if line.lstrip("-* ").strip() != question)
        (folder / f"{page.name}.md").write_text(text, encoding="utf-8")
    return left


def recall(library: Library, asked: Iterable[Asked]) -> list[tuple[bool, ...]]:
    """For each question: page among 4 passages, command first, command among 3; the last two only if it has one."""
    found = []
    for question, page, commands in asked:
        cited = {passage.id.partition("#")[0] for passage in library.search(question, limit=4)}
        near = [name for name, _ in library.methods(question)]
        methods = (bool(commands & set(near[:1])), bool(commands & set(near[:3]))) if commands else ()
        found.append((f"handbook/{page}" in cited, *methods))
    return found


def shares(found: list[tuple[bool, ...]]) -> str:
    with_command = [hit for hit in found if len(hit) == 3]
    return (
        f"page among 4 passages {statistics.mean(hit[0] for hit in found):.1%} of {len(found)}; command first "
        f"{statistics.mean(hit[1] for hit in with_command):.1%}, among 3 "
        f"{statistics.mean(hit[2] for hit in with_command):.1%} of {len(with_command)}"
    )


def left_out(scratch: Path) -> None:
    texts = dict(handbook_files())
    pages = [read_page(name, text) for name, text in texts.items()]
    found: list[tuple[bool, ...]] = []
    for fold in range(FOLDS):
        folder = scratch / f"pages-{fold}"
        folder.mkdir()
        asked = without(pages, texts, fold, folder)
        found += recall(Library.open(scratch / f"home-{fold}", folder), asked)
    print(f"sample questions, left out in turn ({len(pages)} pages): {shares(found)}")


def freely_asked(scratch: Path, path: Path) -> None:
    """Commands alone: freely asked questions name no page."""
    library, first, third, count = Library.open(scratch / "home-asked"), 0, 0, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        names = {command.split()[0] for command in case["expected"]} - {"REFUSE"}
        if names:
            near = [name for name, _ in library.methods(case["question"])]
            first, third, count = first + bool(names & set(near[:1])), third + bool(names & set(near[:3])), count + 1
    print(f"{path.name}: command first {first / count:.1%}, among 3 {third / count:.1%} of {count}")


def speed(scratch: Path, documents: int) -> None:
    library = Library.open(scratch / "home-speed")
    started = time.perf_counter()
    library.search("Did the new resin raise tensile strength?")
    print(f"first search, the handbook being read: {time.perf_counter() - started:.2f} s")
    folder = scratch / "documents"
    folder.mkdir()
    words, seed = " ".join(text for _, text in handbook_files()).split(), random.Random(7)
    for number in range(documents):
        text = "\n\n".join(" ".join(seed.choices(words, k=120)) for _ in range(10))
        (folder / f"{number:05d}.txt").write_text(text, encoding="utf-8")
    print(ingest(folder, library))
    print(ingest(folder, library))
    for name, ask in (("search", library.search), ("methods", library.methods)):
        times = [timed(ask, question) for question in ("is the bond force in control", "which oven dries faster") * 10]
        print(f"{name}: median {statistics.median(times) * 1e3:.0f} ms, worst {max(times) * 1e3:.0f} ms")


def timed(ask: object, question: str) -> float:
    started = time.perf_counter()
    ask(question)  # type: ignore[operator]
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--asked", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        speed(Path(scratch), options.documents)
        left_out(Path(scratch))
        if options.asked:
            freely_asked(Path(scratch), options.asked)


if __name__ == "__main__":
    main()
