"""Bytes become text, and a guess is called a guess."""

from pathlib import Path

import pytest

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.encoding import decode

TEXT = "größe;ort\n1,5;Köln\n2,5;München\n"
FILE = Path("t.csv")


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_without_a_note(name: str) -> None:
    assert decode(TEXT.encode(name), FILE) == (TEXT, ())


def test_windows_text_is_read_and_the_guess_noted() -> None:
    text, notes = decode((TEXT + "5 €\n").encode("cp1252"), FILE)
    assert text == TEXT + "5 €\n"
    assert notes == ("the text is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters look wrong",)


def test_bytes_that_windows_lacks_are_latin_1() -> None:
    text, notes = decode(b"a;b\n\x81\xe9;1\n", FILE)
    assert "é" in text
    assert "Latin-1" in notes[0]


def test_a_letter_far_down_decides_too() -> None:
    text, _ = decode(b"x\n" + b"1\n" * 90000 + "ü\n".encode("cp1252"), FILE)
    assert text.endswith("ü\n")


@pytest.mark.parametrize("raw", [bytes(range(256)) * 9, b"\x7fELF\x02\x01\x01" + bytes(64), b"abc\0def\0\0g"])
def test_binary_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(TableError, match="is no text"):
        decode(raw, FILE)


def test_a_broken_announcement_is_refused() -> None:
    with pytest.raises(TableError, match="announces utf-8-sig but breaks it at byte"):
        decode(b"\xef\xbb\xbfa,b\n\xff,1\n", FILE)
