"""How each kind of package holds its text: one reader a kind, from a folder to lines.

A line is a paragraph, or a headword, a tab and its definition.
"""

import gzip
import html
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from training.corpus import dictd, r_help
from training.corpus.clean import paragraphs_of_markup, paragraphs_of_text

MARKUP = frozenset({".html", ".htm", ".xhtml", ".page", ".docbook"})
OTHER_LANGUAGE = re.compile(r"/(?:help|HTML|html)/(?!C/|en/|en[_-]US/)[a-z]{2,3}(?:[_@-][A-Za-z]+)?/")
SOURCE_CODE = re.compile(r"/_modules/|/_sources/|genindex|/search\.html|/py-modindex")
DESCRIPTION = re.compile(r'"(?:description|str|str_sp)": "((?:[^"\\]|\\.)+)"')
GRETL_TEXT = re.compile(r'<description>(.*?)</description>|label="([^"]+)"', re.DOTALL)

Reader = Callable[[Path], Iterator[str]]


def html_pages(folder: Path) -> Iterator[str]:
    """Yield the paragraphs of all English markup pages of an unpacked package."""
    for page in sorted(folder.rglob("*")):
        path = page.as_posix()
        if page.suffix not in MARKUP or not page.is_file():
            continue
        if not OTHER_LANGUAGE.search(path) and not SOURCE_CODE.search(path):
            yield from paragraphs_of_markup(page.read_text(encoding="utf-8", errors="replace"))


def pdf_pages(folder: Path) -> Iterator[str]:
    """Yield the paragraphs of the PDF books in a folder (needs `pdftotext` of poppler-utils)."""
    for book in sorted(folder.rglob("*.pdf")):
        run = subprocess.run(["pdftotext", str(book), "-"], capture_output=True, check=True)
        yield from paragraphs_of_text(run.stdout.decode("utf-8", errors="replace"))


def r_help_pages(folder: Path) -> Iterator[str]:
    """Yield the help pages of the R packages in a folder."""
    for database in sorted(folder.rglob("help/*.rdb")):
        yield from r_help.pages(database)


def dictionary_entries(folder: Path) -> Iterator[str]:
    """Yield headword, tab and definition of the dictionaries in a folder."""
    for index in sorted(folder.rglob("dictd/*.index")):
        for word, meaning in dictd.entries(index):
            yield f"{word}\t{meaning}"


def wordnet_glosses(folder: Path) -> Iterator[str]:
    """Yield headword, tab and gloss of each WordNet sense."""
    for data in sorted(folder.rglob("wordnet/data.*")):
        for line in data.read_text(encoding="utf-8").splitlines():
            fields, _, gloss = line.partition(" | ")
            if gloss and not line.startswith("  "):
                word = fields.split()[4].partition("(")[0].replace("_", " ").lower()
                yield f"{word}\t{gloss.strip()}"


def descriptions(folder: Path) -> Iterator[str]:
    """Yield the descriptions of things (settings, tools, materials, food) in JSON files."""
    for table in sorted(folder.rglob("*.json")):
        for text in DESCRIPTION.findall(table.read_text(encoding="utf-8", errors="replace")):
            yield text.replace("\\n", " ").replace('\\"', '"')


def gretl_help(folder: Path) -> Iterator[str]:
    """Yield the paragraphs of gretl's English command and function reference."""
    for page in sorted(folder.rglob("gretl_*ref.en")):
        yield from paragraphs_of_text(page.read_text(encoding="utf-8"))


def gretl_data(folder: Path) -> Iterator[str]:
    """Yield descriptions of data sets and the labels of their variables."""
    for table in sorted(folder.rglob("*.gdt")):
        raw = table.read_bytes()
        text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        for description, label in GRETL_TEXT.findall(text.decode("utf-8", errors="replace")):
            yield " ".join(html.unescape(description or label).split())


def unit_definitions(folder: Path) -> Iterator[str]:
    """Yield what the units database says about its units: comments, and comment beside a unit."""
    for table in sorted(folder.rglob("definitions.units")):
        for line in table.read_text(encoding="utf-8", errors="replace").splitlines():
            code, _, comment = line.partition("#")
            name = code.split()[0] if code.strip() else ""
            yield f"{name}\t{comment.strip()}" if name.isalpha() else comment.strip()


def fortune_cookies(folder: Path) -> Iterator[str]:
    """Yield the sayings of the inoffensive fortune files."""
    for page in sorted(folder.rglob("fortunes/*")):
        if page.is_file() and not page.suffix and "/off/" not in page.as_posix():
            for saying in page.read_text(encoding="utf-8", errors="replace").split("\n%\n"):
                yield " ".join(saying.split())


READERS: dict[str, Reader] = {
    "html": html_pages,
    "pdf": pdf_pages,
    "r_help": r_help_pages,
    "dictd": dictionary_entries,
    "wordnet": wordnet_glosses,
    "descriptions": descriptions,
    "gretl_help": gretl_help,
    "gretl_data": gretl_data,
    "units": unit_definitions,
    "fortunes": fortune_cookies,
}
