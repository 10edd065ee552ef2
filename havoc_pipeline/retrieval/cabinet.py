"""Where the shelves stand: the handbook's in memory, and the index of the user's documents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from havoc_pipeline.retrieval.embedding import vectors_fingerprint
from havoc_pipeline.retrieval.handbook import Files, read_page
from havoc_pipeline.retrieval.pocket_shelf import PocketShelf
from havoc_pipeline.retrieval.shelf import Shelf, connected

LAYOUT = "1"
"""Changes whenever the tables do, so that an older index is made anew."""
KEPT_HANDBOOKS = 3
DOCUMENTS = "chunks_"


@dataclass(frozen=True)
class HandbookShelves:
    """Both shelves of the handbook: what can be cited, and sample questions."""

    passages: PocketShelf
    questions: PocketShelf


def index_folder(home: Path) -> Path:
    """Folder of all indexes."""
    return home / "index"


@lru_cache(maxsize=KEPT_HANDBOOKS)
def handbook_shelves(files: Files) -> HandbookShelves:
    """Read the handbook: a few hundred chunks, which need no index on the disk.

    Parameters
    ----------
    files : name and text of every page
    """
    pages = [read_page(name, text) for name, text in files]
    passages = PocketShelf([chunk for page in pages for chunk in page.passages()])
    return HandbookShelves(passages, PocketShelf([chunk for page in pages for chunk in page.asked()]))


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
