"""Documents as paragraphs that know their page and section, whatever format they come in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from havoc_pipeline.errors import RetrievalError

SUFFIXES = {
    ".pdf": "pdf", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".txt": "text", ".text": "text", ".rst": "text",
}  # fmt: skip
LARGEST_BYTES = 200_000_000
LONGEST_TITLE = 120


@dataclass(frozen=True)
class Paragraph:
    """Text that belongs together; `page` counts from 1, None where the format has no pages."""

    text: str
    page: int | None = None
    section: str = ""


@dataclass(frozen=True)
class Document:
    """A document as it was read; `notes` say what of it could not be."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    notes: tuple[str, ...] = ()


def shown(name: str) -> str:
    """Return a file name that is safe to print and to store: no control characters, valid Unicode, not too long."""
    valid = name.encode("utf-8", "replace").decode("utf-8")
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+", " ", valid).strip()
    return clean if len(clean) <= LONGEST_TITLE else clean[: LONGEST_TITLE - 1] + "…"


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises
    ------
    RetrievalError
        When it is no ordinary file of a kind that HAVOC reads, is empty, too large, or cannot be opened.
    """
    if not path.exists():
        raise RetrievalError("there is no such file")
    if not path.is_file():
        raise RetrievalError("this is neither a file nor a folder; give a PDF, Markdown, HTML or text file")
    if path.suffix.lower() not in SUFFIXES:
        raise RetrievalError(f"`{shown(path.suffix)}` files are not read; save it as PDF, Markdown, HTML or text")
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise RetrievalError(
                f"it has {size / 1e6:,.0f} MB and the limit is {LARGEST_BYTES / 1e6:,.0f} MB; split it into parts"
            )
        data = path.read_bytes()
    except OSError as problem:
        raise RetrievalError(f"it cannot be opened ({problem.strerror}); check its permissions") from problem
    if not data.strip():
        raise RetrievalError("the file is empty; nothing can be cited from it")
    return data


def digest(data: bytes) -> str:
    """Return the SHA-256 of a document's bytes, by which it is known again."""
    return hashlib.sha256(data).hexdigest()


def read_document(path: Path, data: bytes) -> Document:
    """Read a document of the format that its suffix names.

    Raises
    ------
    RetrievalError
        When nothing can be read from it: encrypted, broken, only images, or not text at all.
    """
    from havoc_pipeline.retrieval.markup import read_html, read_markdown, read_text
    from havoc_pipeline.retrieval.pdf import read_pdf

    readers = {"pdf": read_pdf, "markdown": read_markdown, "html": read_html, "text": read_text}
    found = readers[SUFFIXES[path.suffix.lower()]](data)
    if not any(p.text.strip() for p in found.paragraphs):
        raise RetrievalError("no text was found in it; check that it is what its name says")
    return Document(shown(found.title) or shown(path.stem) or "untitled", found.paragraphs, found.notes)
