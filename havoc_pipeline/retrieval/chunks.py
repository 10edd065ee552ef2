"""Documents cut into pieces of one page and one section each, short enough to cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from havoc_pipeline.retrieval.documents import Document

MOST_WORDS, OVERLAP_WORDS, FEWEST_WORDS = 220, 40, 50
LONGEST_WORD = 200
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ0-9\"“(])")


@dataclass(frozen=True)
class Chunk:
    """A piece of text that can be found and cited; `commands` are those that its handbook page is about."""

    id: str
    document: str
    page: int | None
    section: str
    text: str
    commands: tuple[str, ...] = ()
    sha256: str = ""
    source: str = ""
    source_key: str = ""
    keywords: str = ""

    @property
    def indexed(self) -> str:
        """What is searched: the text under its headings and keywords."""
        return ". ".join(part for part in (self.document, self.section, self.keywords, self.text) if part)


def chunks(document: Document, sha256: str, source: str, source_key: str) -> list[Chunk]:
    """Cut a document into chunks.

    Parameters
    ----------
    document : Document
    sha256 : str
        Digest of its bytes; chunks are known by it and their number.
    source : str
        Where the document lies, as it is shown.
    source_key : str
        Hexadecimal digest of where it lies, by which a newer version replaces it.
    """
    found: list[Chunk] = []
    for (page, section), group in groupby(document.paragraphs, key=lambda p: (p.page, p.section)):
        for text in pieces([paragraph.text for paragraph in group]):
            name = f"{sha256[:16]}#{len(found) + 1}"
            chunk = Chunk(name, document.title, page, section[:200], text, sha256=sha256, source=source,
                          source_key=source_key)  # fmt: skip
            found.append(chunk)
    return found


def pieces(paragraphs: list[str]) -> Iterator[str]:
    """Yield texts of at most about `MOST_WORDS` words; each begins with the end of the one before.

    A rest of fewer than `FEWEST_WORDS` words stays with the piece before it.
    """
    units = [unit for paragraph in paragraphs for unit in _units(paragraph)]
    left = sum(map(len, units))
    taken: list[list[str]] = []
    for unit in units:
        if _count(taken) + len(unit) > MOST_WORDS and left >= FEWEST_WORDS and taken:
            yield _joined(taken)
            taken = _overlap(taken)
        taken.append(unit)
        left -= len(unit)
    if taken:
        yield _joined(taken)


def _units(paragraph: str) -> Iterator[list[str]]:
    """Sentences as lists of words; one that is too long for a piece comes in parts."""
    for sentence in SENTENCE_END.split(paragraph):
        words = [word[:LONGEST_WORD] for word in sentence.split()]
        for start in range(0, len(words), MOST_WORDS - OVERLAP_WORDS):
            yield words[start : start + MOST_WORDS - OVERLAP_WORDS]


def _overlap(taken: list[list[str]]) -> list[list[str]]:
    """The last sentences of a piece, as many as the overlap holds."""
    kept: list[list[str]] = []
    for unit in reversed(taken):
        if _count(kept) + len(unit) > OVERLAP_WORDS:
            break
        kept.insert(0, unit)
    return kept


def _count(units: list[list[str]]) -> int:
    return sum(map(len, units))


def _joined(units: list[list[str]]) -> str:
    return " ".join(word for unit in units for word in unit)
