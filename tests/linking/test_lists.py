"""Enumerations of names in questions."""

from __future__ import annotations

import pytest

from havoc_pipeline.linking.lists import find_lists


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("temperature, pressure and time in a full factorial", ("temperature", "pressure", "time")),
        ("factors: oven temp (150-180), dwell, humidity", ("oven temp", "dwell", "humidity")),
        ("design for A, B, C and D", ("A", "B", "C", "D")),
        ("box behnken on temp/pressure/speed", ("temp", "pressure", "speed")),
        ("plan temp and pressure with 2 replicates", ("temp", "pressure")),
        (
            "I can turn the temperature, the pressure and the speed. Give me a run sheet",
            ("temperature", "pressure", "speed"),
        ),
        ("central composite Temp & Time", ("Temp", "Time")),
        ("16 runs, factors temp, time, flow and pH, fractional", ("temp", "time", "flow", "pH")),
        ("screen mixing speed, cooling time and pH in 8 runs", ("mixing speed", "cooling time", "pH")),
    ],
)
def test_names_of_factors(question: str, names: tuple[str, ...]) -> None:
    assert names in [mention.names for mention in find_lists(question)]


@pytest.mark.parametrize("question", ["is line 1 stronger", "men and women", "is it stable and capable", "what is it"])
def test_two_words_without_a_design_are_no_list(question: str) -> None:
    assert find_lists(question) == []


def test_span_holds_the_brackets_and_not_the_sentence() -> None:
    question = "plan for temp (150-180), dwell and time please"
    (mention,) = find_lists(question)
    assert mention.text == "temp (150-180), dwell and time"
