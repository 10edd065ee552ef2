"""Text of R's installed help pages, read from their database without R."""

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

STRING = re.compile(rb"\x00[\x00-\x0f].\x09(....)", re.DOTALL)
TAG = re.compile(r"\\[A-Za-z]+$|TEXT$|RCODE$|VERB$|COMMENT$|LIST$|UNKNOWN$")
BOOKKEEPING = re.compile(r"srcref|srcfile|Rd_tag|Rd_option|dynamicFlag|class|env::\d+")
LONGEST = 4000


def pages(database: Path) -> Iterator[str]:
    """Yield the running text of each help page in an `.rdb` file, on one line.

    Parameters
    ----------
    database : path of `help/PACKAGE.rdb`

    Returns
    -------
    Iterator of texts; code is left out except for single words (names of columns).

    References
    ----------
    R Internals, sections 1.8 "Serialization formats" and "lazy loading": each object is a length
    and a zlib stream; a string is flags ending in type 9 (CHARSXP), a length and its bytes.
    """
    data = database.read_bytes()
    while len(data) > 4:
        stream = zlib.decompressobj()
        try:
            page = stream.decompress(data[4:])
        except zlib.error:
            return
        data = stream.unused_data
        yield text_of_page(page)


def text_of_page(page: bytes) -> str:
    """Return the texts of a serialized page, each kept if the tag that follows it says so."""
    kept: list[str] = []
    waiting: list[str] = []
    for string in strings(page):
        if not TAG.fullmatch(string):
            waiting.extend(() if BOOKKEEPING.fullmatch(string) else (string,))
            continue
        kept.extend(text for text in waiting if is_text(text, string))
        waiting = []
    return " ".join(" ".join(kept).split())


def is_text(text: str, tag: str) -> bool:
    """Say whether a string with this tag is text for readers, or the single name of a thing."""
    if tag == "TEXT":
        return True
    return tag in ("RCODE", "VERB") and text.isidentifier()


def strings(page: bytes) -> Iterator[str]:
    """Yield the character strings of a serialized R object in order."""
    position = 0
    while found := STRING.search(page, position):
        (length,) = struct.unpack(">i", found.group(1))
        position = found.end() if 0 < length < LONGEST else found.start() + 1
        if 0 < length < LONGEST:
            yield page[position : position + length].decode("utf-8", errors="replace")
            position += length
