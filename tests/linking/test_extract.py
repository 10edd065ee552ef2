"""All mentions of a question together."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.linking.extract import extract
from havoc_pipeline.linking.mentions import DateMention, FormulaMention, ListMention, NumberMention
from havoc_pipeline.tools.mathematics.parser import parse

QUESTION = (
    "Is the bond force on line 3 capable between 18 and 26 N with a target of 22 ± 0.5 N since 2024-03-01, or would you "
    "rather run a 2^(5-1) design on temperature, pressure and time? Also what is 3*x^2+1 at x = 4, and the mean of the "
    "last five lots at 95% confidence please"
)
HOSTILE = [
    "1", "1 ", "1,", "1.2.", "a, ", "(", "(1", "x^", "x^2 ", "x=1,", "2x+1=3 and ", " ", "2024-03-01 ", "10 ± 0.2 ", "-",
    "a b c d e f g, ", "what is ", "integrate the ", "twenty-", "((((x))))", "sin(", "5 degrees ", "5 a/", "(a)", "x!", "2^(",
    "+0.1/-0.2", "a-", "9 000 ", "²", "March ",
]  # fmt: skip


def test_everything_in_order_of_place() -> None:
    found = extract(QUESTION)
    kinds = [type(mention) for mention in found]
    assert kinds.count(DateMention) == kinds.count(FormulaMention) == kinds.count(ListMention) == 1
    numbers = [m.value for m in found if isinstance(m, NumberMention)]
    assert numbers == [3, 18, 26, 22, 21.5, 22.5, 5, 16, 4, 95]
    assert [m.start for m in found] == sorted(m.start for m in found)


def test_a_list_keeps_the_numbers_in_its_brackets() -> None:
    found = extract("factors: oven temp (150-180), dwell, humidity in 8 runs")
    assert [type(m) for m in found] == [ListMention, NumberMention]


@given(st.text(alphabet="0123456789 .,-+*/^()=xyab%±'°N²<>:;?!", max_size=60))
def test_mentions_never_overlap_and_formulas_parse(question: str) -> None:
    last = (-1, 0)
    for mention in extract(question):
        assert question[mention.start : mention.end] == mention.text
        assert (mention.start, mention.end) == last or mention.start >= last[1]
        last = (mention.start, mention.end)
        if isinstance(mention, FormulaMention):
            assert all(parse(formula) for formula in mention.formulas)


@given(st.text(max_size=80))
def test_any_text_is_taken(question: str) -> None:
    assert isinstance(extract(question), tuple)


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_in_proportion_to_length(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        started = time.process_time()
        extract(text)
        return time.process_time() - started

    seconds(2_000)
    assert seconds(32_000) < 30 * max(seconds(4_000), 0.02)


def test_a_question_takes_milliseconds() -> None:
    extract(QUESTION)
    started = time.process_time()
    for _ in range(20):
        extract(QUESTION)
    assert (time.process_time() - started) / 20 < 0.010
