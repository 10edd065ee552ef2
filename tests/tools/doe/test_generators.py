"""Reading generators."""

import pytest

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.generators import parse_generators


def read(text: str, factors: int = 6) -> list[str]:
    return [str(generator) for generator in parse_generators(text, factors)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E=ABC F=BCD", ["E=ABC", "F=BCD"]),
        ("E = A*B*C, F = -B·C·D", ["E=ABC", "F=-BCD"]),
        ("e=abc and f=bcd", ["E=ABC", "F=BCD"]),
        ("E=+ABC; F=−BCD", ["E=ABC", "F=-BCD"]),
        ("I=ABCE", ["E=ABC"]),
        ("I=ABD I=ACE", ["D=AB", "E=AC"]),
        ("D=AB E=CD", ["D=AB", "E=ABC"]),
        ("D=-AB E=-CD", ["D=-AB", "E=ABC"]),
    ],
)
def test_forms(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("D", "cannot be read"),
        ("D=A+B", "cannot be read"),
        ("E=AX", "names X, but the 6 factors are A to F"),
        ("D=AI", "I stands for the mean"),
        ("D=AA", "names a factor twice"),
        ("D=AD", "sets D by itself"),
        ("D=AB D=AC", "two generators"),
        ("D=AE E=AD", "in a circle"),
        ("I=AB I=AB I=AB", "sets no factor of its own"),
        ("A=BC B=CD C=DE D=EF E=FA F=AB", "leave no factor"),
    ],
)
def test_what_cannot_be(text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        read(text)


def test_letters_leave_out_i() -> None:
    assert read("J=ABCDEFGH", 9) == ["J=ABCDEFGH"]
