"""Entries of a dictionary in the format of the DICT server: an index beside a compressed text."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VALUE = {digit: place for place, digit in enumerate(DIGITS)}
NOISE = re.compile(r"\[[^\]]*\]|\\[^\\\n]*\\|\([^)]*\^[^)]*\)|--\s?[A-Z][\w.]+|[{}]|<[^>]*>")


def entries(index: Path) -> Iterator[tuple[str, str]]:
    """Yield (headword, definition) of the dictionary whose `.index` file is given.

    Parameters
    ----------
    index : path of the index; `NAME.dict.dz` stands beside it

    Returns
    -------
    Iterator of headword in lower case and definition on one line, without etymology, sources,
    pronunciation and braces.

    References
    ----------
    dictd(8), "Database format": tab-separated headword, offset and length in base-64 digits.
    """
    text = gzip.decompress(index.with_suffix(".dict.dz").read_bytes())
    spans: dict[tuple[int, int], str] = {}
    for line in index.read_text(encoding="utf-8", errors="replace").splitlines():
        word, *numbers = line.split("\t")
        if len(numbers) >= 2 and not word.startswith("00-"):
            spans.setdefault((number(numbers[0]), number(numbers[1])), word.lower())
    for (start, length), word in spans.items():
        entry = text[start : start + length].decode("utf-8", errors="replace")
        yield word, definition(word, entry)


def definition(headword: str, entry: str) -> str:
    """Return an entry's text on one line, without its notes in brackets and its headword."""
    words = NOISE.sub(" ", entry).split()
    return " ".join(words[len(headword.split()) :])


def number(digits: str) -> int:
    """Return the value of base-64 digits, the highest first."""
    value = 0
    for digit in digits:
        value = value * 64 + VALUE[digit]
    return value
