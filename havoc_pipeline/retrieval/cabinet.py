"""Where the shelves stand: the handbook's index, made at first use, and the index of the user's documents."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from havoc_pipeline.retrieval.embedding import vectors_fingerprint
from havoc_pipeline.retrieval.handbook import Files, Page, read_page
from havoc_pipeline.retrieval.home import writable
from havoc_pipeline.retrieval.shelf import BROKEN, MEMORY, Shelf, connected

LAYOUT = "1"
"""Changes whenever the tables do, so that an older index is made anew."""
KEPT_HANDBOOKS = 3
ABANDONED_SECONDS = 3600.0
PASSAGES, QUESTIONS, DOCUMENTS = "passages", "questions", "chunks_"


@dataclass(frozen=True)
class HandbookShelves:
    """Both tables of the handbook."""

    passages: Shelf
    questions: Shelf


def index_folder(home: Path) -> Path:
    """Folder of all indexes."""
    return home / "index"


@cache
def handbook_shelves(home: Path, files: Files) -> HandbookShelves:
    """Open the handbook's index; make it first when there is none, or when pages or vectors have changed.

    Where the home cannot be written, or the disk is full, the index is made in memory.

    Parameters
    ----------
    home : folder of `havoc_home`
    files : name and text of every page
    """
    place = _handbook_folder(home, files)
    if place.is_dir():
        with contextlib.suppress(*BROKEN):
            return _opened(connected(place))
        shutil.rmtree(place, ignore_errors=True)
    pages = [read_page(name, text) for name, text in files]
    if writable(index_folder(home)):
        with contextlib.suppress(*BROKEN):
            return _built(place, pages)
    return _filled(connected(MEMORY), pages)


def discard_handbook(home: Path, files: Files) -> None:
    """Throw a damaged index of the handbook away; the next opening makes it anew."""
    shutil.rmtree(_handbook_folder(home, files), ignore_errors=True)
    handbook_shelves.cache_clear()


def _handbook_folder(home: Path, files: Files) -> Path:
    return index_folder(home) / f"handbook-{_fingerprint(files)}"


def _fingerprint(files: Files) -> str:
    digest = hashlib.sha256(f"{LAYOUT} {vectors_fingerprint()}".encode())
    for name, text in files:
        digest.update(f"\0{name}\0{text}".encode())
    return digest.hexdigest()[:16]


def _opened(database: Any) -> HandbookShelves:
    shelves = HandbookShelves(Shelf(database, PASSAGES), Shelf(database, QUESTIONS))
    shelves.passages.count()
    shelves.questions.count()
    return shelves


def _filled(database: Any, pages: list[Page]) -> HandbookShelves:
    passages = Shelf(database, PASSAGES).create([chunk for page in pages for chunk in page.passages()])
    questions = Shelf(database, QUESTIONS).create([chunk for page in pages for chunk in page.asked()])
    return HandbookShelves(passages, questions)


def _built(place: Path, pages: list[Page]) -> HandbookShelves:
    """Build beside, then rename: nobody ever sees half an index. Of two builders the first wins."""
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=place.parent))
    try:
        _filled(connected(building), pages)
        with contextlib.suppress(OSError):
            os.rename(building, place)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _tidy(place)
    return _opened(connected(place))


def _tidy(place: Path) -> None:
    """Remove indexes of old handbooks, and what a killed process left half built."""
    with contextlib.suppress(OSError):
        older = sorted(place.parent.glob("handbook-*"), key=lambda p: p.stat().st_mtime, reverse=True)
        left = [p for p in place.parent.glob(".building-*") if time.time() - p.stat().st_mtime > ABANDONED_SECONDS]
        for stale in [*(p for p in older[KEPT_HANDBOOKS:] if p != place), *left]:
            shutil.rmtree(stale, ignore_errors=True)


def documents_folder(home: Path) -> Path:
    """Folder of the index of the user's documents."""
    return index_folder(home) / "documents"


def documents_name() -> str:
    """Name of the table whose vectors are those of the word vectors installed now."""
    return f"{DOCUMENTS}{LAYOUT}_{vectors_fingerprint()}"


def document_shelf(home: Path) -> Shelf | None:
    """The shelf of the user's documents; None before the first ingest.

    One made with other word vectors is searched by its words alone until the next ingest.
    """
    if not documents_folder(home).is_dir():
        return None
    database = connected(documents_folder(home))
    names = [name for name in database.list_tables().tables if name.startswith(DOCUMENTS)]
    if not names:
        return None
    current = documents_name()
    return Shelf(database, current) if current in names else Shelf(database, sorted(names)[-1], words_only=True)
