"""PDF files, page by page; sections come from the outline, where there is one."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval.documents import Document, Paragraph

NO_TITLE = re.compile(r"^(microsoft \w+ - .*|untitled.*|.*\.(docx?|indd|tex|dvi|qxd|pptx?|xlsx?))$", re.IGNORECASE)
MALFORMED = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError,
    NotImplementedError, MemoryError,
)  # fmt: skip
"""What pypdf lets out, beside its own errors, when a file breaks the format."""


def read_pdf(data: bytes) -> Document:
    """Read the text of a PDF's pages.

    Raises
    ------
    RetrievalError
        When it is encrypted, broken, or its pages are images.
    """
    from pypdf.errors import PyPdfError

    with _quiet():
        try:
            reader = _reader(data)
            sections = _sections(reader)
            pages, notes = _pages(reader)
            title = _title(reader)
        except (PyPdfError, *MALFORMED) as problem:
            what = str(problem).strip().splitlines()[0][:100] if str(problem).strip() else type(problem).__name__
            raise RetrievalError(f"the PDF is broken ({what}); open it elsewhere and save it anew") from problem
    if not any(pages):
        raise RetrievalError(
            f"none of its {len(pages)} pages holds text, they seem to be images; run text recognition (OCR) over it first"
        )
    paragraphs = [
        Paragraph(text, number, sections.get(number, ""))
        for number, page in enumerate(pages, 1)
        for text in _paragraphs(page)
    ]
    return Document(title, tuple(paragraphs), notes)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf's remarks on a file's oddities off the user's terminal."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _reader(data: bytes) -> Any:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        try:
            opened = bool(reader.decrypt(""))
        except (DependencyError, NotImplementedError):
            opened = False
        if not opened:
            raise RetrievalError("the PDF is encrypted; save a copy without a password and ingest that")
    if not len(reader.pages):
        raise RetrievalError("the PDF has no pages; open it elsewhere and save it anew")
    return reader


def _pages(reader: Any) -> tuple[list[str], tuple[str, ...]]:
    """The text of every page, and a note on those that have none."""
    pages = [_page_text(reader, index) for index in range(len(reader.pages))]
    bare = [str(number) for number, text in enumerate(pages, 1) if not text]
    if not bare or len(bare) == len(pages):
        return pages, ()
    named = ", ".join(bare[:10]) + (", …" if len(bare) > 10 else "")
    return pages, (f"{len(bare)} of {len(pages)} pages hold no text and cannot be found: {named}",)


def _page_text(reader: Any, index: int) -> str:
    """One page's text; a page that is broken by itself counts as one without text."""
    from pypdf.errors import PyPdfError

    try:
        return str(reader.pages[index].extract_text() or "").strip()
    except (PyPdfError, *MALFORMED):
        return ""


def _paragraphs(page: str) -> list[str]:
    """Blank lines part paragraphs; words that a line's end had hyphenated are joined."""
    joined = re.sub(r"(?<=[a-zäöüé])-\n(?=[a-zäöüé])", "", page.replace("\r", "\n"))
    return [text for part in re.split(r"\n\s*\n", joined) if (text := " ".join(part.split()))]


def _title(reader: Any) -> str:
    """The title that the file gives itself, unless a word processor made it up."""
    title = str((reader.metadata or {}).get("/Title") or "").strip()
    return "" if NO_TITLE.match(title) else title


def _sections(reader: Any) -> dict[int, str]:
    """The outline's entry in force on each page; none where the outline is missing or broken."""
    from pypdf.errors import PyPdfError

    try:
        starts = sorted(_entries(reader, reader.outline))
    except (PyPdfError, *MALFORMED):
        return {}
    found: dict[int, str] = {}
    ends = [*(first for first, _ in starts[1:]), len(reader.pages) + 1]
    for (first, title), after in zip(starts, ends, strict=False):
        found.update(dict.fromkeys(range(first, max(first + 1, after)), title))
    return found


def _entries(reader: Any, outline: list[Any]) -> Iterator[tuple[int, str]]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _entries(reader, entry)
            continue
        number = reader.get_destination_page_number(entry)
        if number is not None and number >= 0:
            yield number + 1, " ".join(str(entry.title).split())
