"""Bytes to text: which encoding a file is in, said honestly when it is a guess."""

from __future__ import annotations

import codecs
from pathlib import Path

from havoc_pipeline.errors import TableError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f\x0b\x1a\x1c\x1d\x1e\x1f")
GUESS_NOTE = "the text is not UTF-8 and was read as {}; save it as UTF-8 if letters look wrong"


def sniff(head: bytes, path: Path) -> str:
    """Name the encoding of a text file from its first bytes.

    Args:
        head: the first bytes, all of them for a small file.
        path: the file, for the error.

    Returns:
        A Python codec's name; `utf-8` where nothing speaks against it.

    Raises:
        TableError: the bytes are no text.
    """
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    if b"\0" in head:
        return _sixteen(head, path)
    if sum(byte in CONTROL for byte in head[:65536]) > len(head[:65536]) // 500:
        raise _no_text(path)
    return "utf-8" if _is_utf8(head) else _eight(head)


def _is_utf8(head: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _eight(head: bytes) -> str:
    try:
        head.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _sixteen(head: bytes, path: Path) -> str:
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    pairs = len(head[:4096]) // 2
    if odd * 2 > pairs and even * 10 < pairs:
        return "utf-16-le"
    if even * 2 > pairs and odd * 10 < pairs:
        return "utf-16-be"
    raise _no_text(path)


def _no_text(path: Path) -> TableError:
    return TableError(
        f"{path} is no text: its bytes are those of a binary file; give a csv, tsv, txt, xlsx or parquet file"
    )


def decode(raw: bytes, path: Path) -> tuple[str, tuple[str, ...]]:
    """Turn a whole file into text.

    Args:
        raw: all bytes.
        path: the file, for the error.

    Returns:
        The text without byte order mark, and a note when the encoding is a guess.

    Raises:
        TableError: the bytes are no text, or break the encoding that they announce.
    """
    name = sniff(raw, path)
    try:
        text = raw.decode(name)
    except UnicodeDecodeError as error:
        if name != "utf-8":
            raise TableError(
                f"{path} announces {name} but breaks it at byte {error.start}; save it as UTF-8"
            ) from error
        name = _eight(raw)
        text = raw.decode(name)
    return text.removeprefix("\ufeff"), guess_notes(name)


def guess_notes(name: str) -> tuple[str, ...]:
    """Return the note that an encoding deserves, none when the file itself says it."""
    shown = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}.get(name)
    return (GUESS_NOTE.format(shown),) if shown else ()
