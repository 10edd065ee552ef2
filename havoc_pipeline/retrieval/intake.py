"""The user's own documents: read, cut into chunks, and added to the index."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval.cabinet import documents_folder, documents_name
from havoc_pipeline.retrieval.chunks import Chunk, chunks
from havoc_pipeline.retrieval.documents import SUFFIXES, digest, read_bytes, read_document, shown
from havoc_pipeline.retrieval.home import only_writer
from havoc_pipeline.retrieval.library import Library
from havoc_pipeline.retrieval.shelf import Shelf, connected, mended

CHUNKS_A_COMMIT = 1_000
"""After this many chunks they are committed: a killed ingest loses no more, and goes on from there."""

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(frozen=True)
class Problem:
    """A file that could not be ingested, and why, in one sentence with the mend."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass
class IngestSummary:
    """What an ingest did: the files added, replaced by a newer version, already there, and refused."""

    home: str
    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        counts = [
            f"{len(names)} {word}"
            for names, word in (
                (self.added, "added"), (self.replaced, "replaced"), (self.unchanged, "already there"),
                (self.problems, "not readable"),
            )
            if names
        ]  # fmt: skip
        what = ", ".join(counts) or "no documents found"
        return f"Documents: {what}; {self.passages} new passages in {self.seconds:.1f} s."


def ingest(paths: Paths, library: Library | None = None) -> IngestSummary:
    """Add documents (PDF, Markdown, HTML, text) to the user's index; folders with all that is in them.

    A file that is already there is passed over, one that has changed since is replaced. A file that cannot
    be read is named in `problems` and the others still go in.

    Parameters
    ----------
    paths : path or several
    library : Library, optional
        `Library.open()` when left out.

    Returns
    -------
    IngestSummary

    Raises
    ------
    RetrievalError
        When no path is given, the home folder cannot be written, or the index in it is damaged.
    """
    started = time.perf_counter()
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not given:
        raise RetrievalError("no documents were named; give files or folders of PDF, Markdown, HTML or text")
    library = library or Library.open()
    summary = IngestSummary(str(library.home))
    place = documents_folder(library.home)
    files = dict.fromkeys(file for path in given for file in _files(Path(path).expanduser(), summary))
    with only_writer(place.parent), mended("the index of your documents", f"remove {place} and ingest again"):
        _Ingest(_current_shelf(library), summary).take(list(files))
    summary.seconds = time.perf_counter() - started
    return summary


def _files(path: Path, summary: IngestSummary) -> Iterator[Path]:
    """A file itself, or the documents in a folder and below; hidden ones and links to folders are left out."""
    if not path.is_dir():
        yield path
        return
    found = False
    for folder, names, files in os.walk(path):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                found = True
                yield Path(folder, name)
    if not found:
        reason = "the folder holds no PDF, Markdown, HTML or text files; check the path"
        summary.problems.append(Problem(shown(str(path)), reason))


def _current_shelf(library: Library) -> Shelf:
    """The shelf to write to; documents that were indexed with other word vectors move there first."""
    older = library.documents()
    place = documents_folder(library.home)
    if older is not None and older.name == documents_name():
        return older
    shelf = Shelf(connected(place), documents_name()).create(older.chunks() if older else ())
    if older is not None:
        older.drop()
    return shelf


def source_key(path: Path) -> str:
    """Digest of where a file lies, by which its next version finds it."""
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]


class _Ingest:
    """One run: what is known, what waits to be committed."""

    def __init__(self, shelf: Shelf, summary: IngestSummary) -> None:
        self._shelf, self._summary = shelf, summary
        self._known: dict[str, set[str]] = {}
        for row in shelf.column("source_key", "sha256"):
            self._known.setdefault(row["source_key"], set()).add(row["sha256"])
        self._waiting: list[Chunk] = []
        self._newest: dict[str, str] = {}

    def take(self, files: list[Path]) -> None:
        """Ingest files one after another."""
        for path in files:
            try:
                self._take_one(path)
            except RetrievalError as problem:
                self._summary.problems.append(Problem(shown(str(path)), str(problem)))
            if len(self._waiting) >= CHUNKS_A_COMMIT:
                self._commit()
        self._commit()
        if self._summary.added or self._summary.replaced:
            self._shelf.index()

    def _take_one(self, path: Path) -> None:
        data = read_bytes(path)
        key, sha = source_key(path), digest(data)
        before = self._known.get(key, set())
        if sha in before:
            self._newest |= {key: sha} if len(before) > 1 else {}
            self._summary.unchanged.append(shown(str(path)))
        else:
            self._add(path, data, key, sha)
            (self._summary.replaced if before else self._summary.added).append(shown(str(path)))

    def _add(self, path: Path, data: bytes, key: str, sha: str) -> None:
        document = read_document(path, data)
        found = chunks(document, sha, shown(str(path)), key)
        self._waiting += found
        self._newest[key] = sha
        self._summary.passages += len(found)
        self._summary.notes += [f"{shown(str(path))}: {note}" for note in document.notes]

    def _commit(self) -> None:
        """New rows first, then the old ones go: a kill in between leaves a document twice, never missing."""
        if self._waiting:
            self._shelf.add(self._waiting)
        self._shelf.supersede(self._newest)
        self._waiting, self._newest = [], {}
