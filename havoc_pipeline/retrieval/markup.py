"""Markdown, HTML and plain text as paragraphs under their headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.retrieval.documents import Document, Paragraph

HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})\s*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
SILENT = {"script", "style", "noscript", "template", "svg", "nav", "head"}
BLOCKS = {
    "p", "div", "li", "ul", "ol", "tr", "table", "section", "article", "blockquote", "pre", "dd", "dt", "dl", "br",
    "hr", "header", "footer", "main", "aside", "figcaption", "body",
}  # fmt: skip
HEADINGS = {f"h{level}" for level in range(1, 7)}


def decoded(data: bytes) -> str:
    """Return text of UTF-8, UTF-16 with its mark, or else Windows-1252.

    Raises
    ------
    RetrievalError
        When the bytes are no text.
    """
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\x00" in data:
        raise RetrievalError("it holds binary data, not text; save it as PDF, Markdown, HTML or text")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_text(data: bytes) -> Document:
    """Read plain text: blank lines part paragraphs, form feeds part pages."""
    pages = decoded(data).split("\f")
    numbered = enumerate(pages, 1) if len(pages) > 1 else [(None, pages[0])]
    found = [
        Paragraph(" ".join(part.split()), number) for number, page in numbered for part in re.split(r"\n\s*\n", page)
    ]
    return Document("", tuple(p for p in found if p.text))


def read_markdown(data: bytes) -> Document:
    """Read Markdown; the title is the front matter's, else the first heading of level one."""
    text = decoded(data)
    front = FRONT_MATTER.match(text)
    given = re.search(r"^title:\s*(.+)$", front.group(1), re.MULTILINE) if front else None
    parts = list(markdown_sections(text[front.end() :] if front else text))
    first = next((section for level, section, _ in parts if level == 1), "")
    title = given.group(1).strip().strip("\"'") if given else first
    paragraphs = [Paragraph(words, None, section) for _, section, body in parts for words in blocks(body)]
    return Document(title, tuple(paragraphs))


def markdown_sections(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield level, heading and body of each section; level 0 for what stands before the first heading."""
    level, heading, body, fenced = 0, "", list[str](), False
    for line in text.split("\n"):
        fenced ^= bool(FENCE.match(line))
        found = None if fenced else HEADING.match(line)
        under = None if fenced or not body or not body[-1].strip() else UNDERLINE.match(line)
        if under and (len(body) == 1 or not body[-2].strip() or FENCE.match(body[-2])):
            yield level, heading, "\n".join(body[:-1])
            level, heading, body = (1 if "=" in under.group(1) else 2), body[-1].strip(), []
        elif found:
            yield level, heading, "\n".join(body)
            level, heading, body = len(found.group(1)), found.group(2), []
        else:
            body.append(line)
    yield level, heading, "\n".join(body)


def blocks(body: str) -> list[str]:
    """Return the paragraphs of a section, each on one line."""
    return [words for part in re.split(r"\n\s*\n", body) if (words := " ".join(part.split()))]


def read_html(data: bytes) -> Document:
    """Read a page of HTML, without its scripts, styles and navigation."""
    reader = _Page()
    try:
        reader.feed(decoded(data))
        reader.close()
    except (AssertionError, ValueError) as problem:
        raise RetrievalError(f"the HTML cannot be read ({problem}); save the page anew or print it to PDF") from problem
    reader.end_paragraph()
    return Document(" ".join(reader.title.split()) or reader.first_heading, tuple(reader.paragraphs))


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title, self.first_heading, self.section = "", "", ""
        self.paragraphs: list[Paragraph] = []
        self._words: list[str] = []
        self._silent = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS | HEADINGS:
            self.end_paragraph()
        self._in_title |= tag == "title" and not self.title
        self._silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS:
            self.section = " ".join("".join(self._words).split())
            self.first_heading = self.first_heading or self.section
            self._words = []
        elif tag in BLOCKS:
            self.end_paragraph()
        elif tag in ("td", "th"):
            self._words.append(" ")
        self._in_title &= tag != "title"
        self._silent = max(0, self._silent - (tag in SILENT))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._silent:
            self._words.append(data)

    def end_paragraph(self) -> None:
        """Close the paragraph that is being read."""
        if text := " ".join("".join(self._words).split()):
            self.paragraphs.append(Paragraph(text, None, self.section))
        self._words = []
