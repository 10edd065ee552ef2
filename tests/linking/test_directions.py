"""A comparing word points up or down by what it compares."""

from typing import Literal

import pytest

from havoc_pipeline.linking.directions import direction
from havoc_pipeline.linking.entries import Entry
from havoc_pipeline.linking.ground import the_linker
from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.mentions import Candidate, ColumnMention, Links
from havoc_pipeline.linking.words import tokens
from havoc_pipeline.lm.reading import read
from havoc_pipeline.tables import Table

ROWS = {
    "Cycle time (s)": ["31.2", "30.8", "33.1", "29.9", "32.4", "31.0"],
    "Belt speed (m/min)": ["4.1", "4.0", "4.3", "4.4", "3.9", "4.2"],
    "Line": ["A", "B", "A", "B", "A", "B"],
}


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.from_columns(ROWS, name="line_log")


@pytest.mark.parametrize(
    ("words", "header", "way"),
    [
        ("faster", "Cycle time (s)", "less"),
        ("faster", "Belt speed (m/min)", "more"),
        ("slower", "Cycle time (s)", "more"),
        ("slower", "Belt speed (m/min)", "less"),
        ("cycle", "Cycle time (s)", None),
        ("the", "Cycle time (s)", None),
    ],
)
def test_the_column_decides(table: Table, words: str, header: str, way: str | None) -> None:
    linker = the_linker()
    target = next(one for one in linker.prepare(table).targets if one.headers == (header,))
    assert direction(tokens(words), target, linker.lexicon) == way


def test_entries_that_disagree_say_nothing() -> None:
    alone = Table.from_columns(ROWS, name="alone")
    target = next(one for one in the_linker().prepare(alone).targets if one.headers == ("Line",))
    lexicon = Lexicon()
    for name, field in (("one", "more"), ("two", "less")):
        lexicon.add(Entry(name, "group", "category", phrases={field: ("zippier",)}))
    target.weights[:2] = 0.5
    assert direction(tokens("zippier"), target, lexicon) is None
    lexicon.add(Entry("three", "group", "category", phrases={"less": ("zippier",)}))
    lexicon.add(Entry("four", "group", "category", phrases={"less": ("zippier",)}))
    target.weights[2:4] = 0.5
    assert direction(tokens("zippier"), target, lexicon) == "less"


@pytest.mark.parametrize(("way", "mark"), [("less", "<low>"), ("more", "<high>"), (None, "faster")])
def test_the_model_is_told(table: Table, way: Literal["less", "more"] | None, mark: str) -> None:
    mention = ColumnMention(10, 16, "faster", (Candidate(("Cycle time (s)",), 0.9),), way)
    text = read(Links("is line B faster?", (mention,)), table).text
    assert f"<C1> <s4> {mark} " in text
