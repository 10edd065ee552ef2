"""Cleaning and reading of the corpus, on small texts made here."""

import gzip
import struct
import zlib
from pathlib import Path

import pytest

from training.corpus import dictd, r_help
from training.corpus.clean import is_prose, paragraphs_of_markup, prose


def test_markup_loses_code_and_menus_and_keeps_sentences() -> None:
    page = (
        "<nav>Home | Next</nav><p>The <b>bore</b> of the shaft&#39;s\nsleeve.</p>"
        "<pre>x = 1</pre><script>var y;</script><li>Second item</li>"
    )
    assert list(paragraphs_of_markup(page)) == ["The bore of the shaft's sleeve.", "Second item"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The operator measures the thickness of each part", True),
        ("x[i] = f(y, 2) ** 0.5 + {3, 4}; z->q", False),
        ("two words", False),
        ("Wir messen die Dicke aller Teile nach jedem Wechsel und schreiben alle Werte auf", False),
    ],
)
def test_prose(line: str, expected: bool) -> None:
    assert is_prose(line) is expected


def test_a_repeated_line_stands_once() -> None:
    line = "The gauge reads the width of the strip"
    assert list(prose([line, line])) == [line]


def test_dictionary_entries(tmp_path: Path) -> None:
    """Offset 0 is `A`; length 53 = 0 * 64 + 53 is `1` (dictd's base-64 digits)."""
    text = b"Lathe \\Lathe\\ (l[=a][th]), n. A {machine} for turning."
    (tmp_path / "d.dict.dz").write_bytes(gzip.compress(text))
    (tmp_path / "d.index").write_text(f"00-info\tA\tB\nLathe\tA\t{dictd.DIGITS[len(text)]}\n")
    ((word, meaning),) = dictd.entries(tmp_path / "d.index")
    assert word == "lathe"
    assert meaning.endswith("A machine for turning.")
    assert "\\" not in meaning


def test_number_of_dictionary_digits() -> None:
    assert dictd.number("BA") == 64
    assert dictd.number("/") == 63


def test_r_help_keeps_text_and_drops_code_and_bookkeeping(tmp_path: Path) -> None:
    strings = ["Height of the plant", "TEXT", "srcref", "f(x) + 1", "RCODE", "height", "RCODE"]
    page = b"".join(b"\x00\x04\x00\x09" + struct.pack(">i", len(s)) + s.encode() for s in strings)
    database = tmp_path / "p.rdb"
    database.write_bytes(2 * (struct.pack(">i", len(page)) + zlib.compress(page)))
    assert list(r_help.pages(database)) == 2 * ["Height of the plant height"]
