"""The handbook that ships with HAVOC: its pages, one method each, and the questions people ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval.chunks import Chunk, pieces
from havoc_pipeline.retrieval.markup import FRONT_MATTER, blocks, markdown_sections

QUESTIONS, NOT_CITED = "How people ask", ("How people ask", "References")
LEAD = "What it answers"

Files = tuple[tuple[str, str], ...]
"""Name and text of each page."""


@dataclass(frozen=True)
class Page:
    """One method page: passages to cite, and sample questions."""

    name: str
    title: str
    commands: tuple[str, ...]
    keywords: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]

    def passages(self) -> Iterator[Chunk]:
        """Yield the sections that can be cited; a long one comes in pieces."""
        for section, body in self.sections:
            for number, text in enumerate(pieces(blocks(body)), 1):
                place = f"handbook/{self.name}#{_slug(section)}" + (f"-{number}" if number > 1 else "")
                yield self._chunk(place, section, text)

    def asked(self) -> Iterator[Chunk]:
        """Yield the sample questions."""
        for number, question in enumerate(self.questions, 1):
            yield self._chunk(f"handbook/{self.name}#asked-{number}", QUESTIONS, question)

    def _chunk(self, place: str, section: str, text: str) -> Chunk:
        return Chunk(place, f"HAVOC handbook, {self.title}", None, section, text, self.commands,
                     source=f"{self.name}.md", keywords=", ".join(self.keywords))  # fmt: skip


def read_page(name: str, text: str) -> Page:
    """Read a page of the handbook.

    Raises
    ------
    RetrievalError
        When it does not begin with its title, commands and keywords between two lines `---`.
    """
    front = FRONT_MATTER.match(text)
    if front is None:
        raise RetrievalError(f"the handbook page {name} has no front matter; begin it with `---` and `title: …`")
    lines = (line.partition(":") for line in front.group(1).splitlines())
    fields = {key.strip(): value.strip() for key, _, value in lines}
    parts = [(heading if level > 1 else LEAD, body) for level, heading, body in markdown_sections(text[front.end() :])]
    cited = [(heading, body) for heading, body in parts if heading not in NOT_CITED and body.strip()]
    asked = next((body for heading, body in parts if heading == QUESTIONS), "")
    questions = tuple(re.findall(r"^\s*[-*]\s+(.+?)\s*$", asked, re.MULTILINE))
    title = fields.get("title", "").strip("\"'") or name
    return Page(name, title, _listed(fields, "commands"), _listed(fields, "keywords"), tuple(cited), questions)


def lead_of(place: str) -> str:
    """Return the identifier of the first passage of the page that an identifier stands on."""
    return f"{place.partition('#')[0]}#{_slug(LEAD)}"


def _listed(fields: dict[str, str], name: str) -> tuple[str, ...]:
    words = fields.get(name, "").strip("[]").split(",")
    return tuple(clean for word in words if (clean := word.strip().strip("\"'")))


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def handbook_files(folder: Path | None = None) -> Files:
    """Return name and text of every page, in order of name: of a folder, or those that ship with HAVOC."""
    if folder is None:
        return _shipped()
    return tuple((path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.md")))


@cache
def _shipped() -> Files:
    folder = resources.files("havoc_pipeline.datasets") / "handbook"
    try:
        pages = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
        found = tuple((page.name[:-3], page.read_text(encoding="utf-8")) for page in pages)
    except OSError as problem:
        raise RetrievalError(f"the handbook is missing ({problem}); reinstall havoc-pipeline") from problem
    if not found:
        raise RetrievalError(f"the handbook in {folder} has no pages; reinstall havoc-pipeline")
    return found
