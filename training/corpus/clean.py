"""Markup to prose: paragraphs of English sentences, without code, menus or repeated lines."""

import html
import re
from collections.abc import Iterable, Iterator

DROPPED = re.compile(
    r"<(script|style|pre|nav|head|math|svg|footer|screen|programlisting)\b.*?</\1\s*>|<!--.*?-->",
    re.DOTALL | re.IGNORECASE,
)
BLOCK = re.compile(
    r"</?(p|div|li|ul|ol|dl|dt|dd|td|th|tr|table|br|hr|h[1-6]|section|article|title|para|item|entry"
    r"|listitem|term|note|example|caption|figure|blockquote|body)\b[^>]*>",
    re.IGNORECASE,
)
TAG = re.compile(r"<[^>]{0,2000}>")
SPACE = re.compile(r"\s+")
WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
GLUE = frozenset(
    [
        "the",
        "of",
        "a",
        "an",
        "to",
        "in",
        "is",
        "are",
        "and",
        "for",
        "with",
        "or",
        "by",
        "on",
        "that",
        "this",
        "be",
        "as",
        "it",
        "if",
        "from",
    ]
)


def paragraphs_of_markup(markup: str) -> Iterator[str]:
    """Yield the text blocks of an HTML, DocBook or Mallard page, in order.

    Parameters
    ----------
    markup : text of the page; need not be well formed

    Returns
    -------
    Iterator of one-line texts, tags removed and entities resolved; code blocks and menus are gone.
    """
    text = DROPPED.sub("\n\n", markup)
    text = SPACE.sub(" ", text)
    text = TAG.sub("", BLOCK.sub("\n", text))
    for line in html.unescape(text).split("\n"):
        if line.strip():
            yield line.strip()


def paragraphs_of_text(text: str) -> Iterator[str]:
    """Yield the paragraphs of plain text, which stand between blank lines, each on one line."""
    for block in re.split(r"\n\s*\n", text):
        line = SPACE.sub(" ", block).strip()
        if line:
            yield line


def is_prose(line: str) -> bool:
    """Say whether a line reads like English: words rather than symbols, and words that join words.

    Parameters
    ----------
    line : text without line breaks

    Returns
    -------
    True for four words or more of mostly letters; from ten words on, one in twelve must be an
    English function word, which keeps out code, data and other languages.
    """
    words = WORD.findall(line)
    if len(words) < 4 or sum(map(len, words)) < 0.6 * len(line):
        return False
    glue = sum(word.lower() in GLUE for word in words)
    return len(words) < 10 or glue * 12 >= len(words)


def prose(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line of prose once, in order; a repeated line is a menu, a footer or a copy."""
    seen: set[int] = set()
    for line in lines:
        key = hash(line)
        if key not in seen and is_prose(line.partition("\t")[2] or line):
            seen.add(key)
            yield line
