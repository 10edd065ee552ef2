"""Numbers of questions: forms, units, ranges, tolerances, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.linking.designs import find_design_sizes
from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.linking.numbers import find_numbers
from havoc_pipeline.linking.numerals import decimal_mark, read_numeral
from havoc_pipeline.linking.taken import Taken


def numbers(question: str) -> list[NumberMention]:
    return find_numbers(question, Taken(question))


def values(question: str) -> list[float]:
    return [mention.value for mention in numbers(question)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("is it 18 on average", [18]),
        ("target 18.5", [18.5]),
        ("target 18,5", [18.5]),
        ("1,200 parts", [1200]),
        ("cost 1 200 EUR", [1200]),
        ("weight 1.200,5 kg", [1200.5]),
        ("mean 1,200.5", [1200.5]),
        ("1'234.5 g", [1234.5]),
        ("from 0,125 to 1,200", [0.125, 1.2]),
        ("1.200 and 18.5", [1.2, 18.5]),
        ("above -3", [-3]),
        ("below −3.5", [-3.5]),
        ("at .05", [0.05]),
        ("1e-3", [0.001]),
        ("x=5,y=6", [5, 6]),
        ("LSL=18 and USL:26", [18, 26]),
        ("levels 1,2,3", [1, 2, 3]),
        ("150,180,200", [150, 180, 200]),
        ("FrF2(16,5)", [16, 5]),
        ("10k parts", [10_000]),
        ("cpk strength 95 105", [95, 105]),
        ("capability of weight 4 190", [4, 190]),
        ("is it 5.", [5]),
        ("4x3 levels", [4, 3]),
        ("lines 3 and 4", [3, 4]),
    ],
)
def test_value_as_written(question: str, expected: list[float]) -> None:
    assert values(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "the 3rd line", "head K17", "X1 and x2", "machine M3", "p1 to p4 or p1-p4", "a 2-sample t-test", "2 sample t",
        "two way anova", "ISO 9001 and IATF 16949", "our 5S audit", "six sigma or 6 sigma", "Nelson rule 1", "t-test 2",
        "lot K17-2", "1:2 mixture at 10:30", "version 1.2.3", "use R^2", "two-sided", "2x faster", "the two vendors",
        "which one", "R² of it", "lot 12A", "bad per million",
    ],
)  # fmt: skip
def test_names_and_methods_are_no_numbers(question: str) -> None:
    assert values(question) == []


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("18 N", 18, "N"), ("18N", 18, "N"), ("18 newtons", 18, "N"), ("5°C", 5, "°C"), ("5 °C", 5, "°C"), ("5 C", 5, "C"),
        ("5 degrees C", 5, "°C"), ("5 degrees", 5, "°"), ("3 µm", 3, "µm"), ("4um", 4, "µm"), ("4 microns", 4, "µm"),
        ("6 psi", 6, "psi"), ("6 MPa", 6, "MPa"), ("60 HRC", 60, "HRC"), ("3 s", 3, "s"), ("90 rpm", 90, "rpm"),
        ("5 L/min", 5, "L/min"), ("2 kg/m³", 2, "kg/m³"), ("$18", 18, "$"), ("18 €", 18, "€"), ("30 minutes", 30, "min"),
        ("7 ppm", 7, "ppm"), ("wait 18 min", 18, "min"), ("18 parts", 18, None), ("5 in control", 5, None),
        ("5 t tests", 5, None), ("18 a day", 18, None),
    ],
)  # fmt: skip
def test_unit_behind_a_number(question: str, value: float, unit: str | None) -> None:
    (mention,) = numbers(question)
    assert (mention.value, mention.unit) == (value, unit)


def test_min_beside_max_is_a_minimum() -> None:
    assert [m.unit for m in numbers("18 min, 26 max")] == [None, None]


@pytest.mark.parametrize(
    "question",
    [
        "between 18 and 26 N",
        "18-26 N",
        "18 – 26 N",
        "18 to 26 N",
        "18..26 N",
        "from 18 to 26 N",
        "18 N - 26 N",
        "18/26 N",
    ],
)
def test_ends_of_a_range_share_their_unit(question: str) -> None:
    assert [(m.value, m.unit, m.part) for m in numbers(question)] == [(18, "N", "plain"), (26, "N", "plain")]


def test_range_of_negative_numbers() -> None:
    assert values("-5 to -2") == [-5, -2]
    assert values("-5--2") == [-5, -2]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("10 plus minus 0.2", (10, 9.8, 10.2)), ("10 plus/minus 0.2 mm", (10, 9.8, 10.2)),
        ("10 Plus or Minus 0.2", (10, 9.8, 10.2)), ("10, give or take 0.2", (10, 9.8, 10.2)),
        ("10 mm, tolerance 0.2", (10, 9.8, 10.2)),
        ("10 ± 0.2 mm", (10, 9.8, 10.2)), ("10 +/- 0.2", (10, 9.8, 10.2)), ("10 +- .2", (10, 9.8, 10.2)),
        ("10 +0.3/-0.1", (10, 9.9, 10.3)), ("10 -0.1/+0.3", (10, 9.9, 10.3)), ("10 ± 2%", (10, 9.8, 10.2)),
        ("(10 +/- 0.2) mm", (10, 9.8, 10.2)),
    ],
)  # fmt: skip
def test_tolerance_gives_centre_low_and_high(question: str, expected: tuple[float, ...]) -> None:
    mentions = numbers(question)
    assert [m.part for m in mentions] == ["centre", "low", "high"]
    assert tuple(m.value for m in mentions) == expected
    assert len({(m.start, m.end) for m in mentions}) == 1


@pytest.mark.parametrize("question", ["95% confidence", "at 95 %", "95 percent sure", "95 per cent"])
def test_percentages_keep_their_value(question: str) -> None:
    (mention,) = numbers(question)
    assert (mention.value, mention.part) == (95, "percent")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("five readings each", 5), ("two dozen parts", 24), ("twenty-five runs", 25), ("a hundred and twenty", 120),
        ("the four factors", 4), ("half a dozen", 6), ("one replicate", 1), ("three thousand two", 3002),
    ],
)  # fmt: skip
def test_number_words(question: str, expected: float) -> None:
    assert values(question) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("2^(5-1)", {"factors": 5, "runs": 16}), ("2^5-1 design", {"factors": 5, "runs": 16}),
        ("a 2 5-1 design", {"factors": 5, "runs": 16}), ("2^4 factorial", {"factors": 4, "runs": 16}),
        ("2**3 design", {"factors": 3, "runs": 8}), ("2⁵⁻¹", {"factors": 5, "runs": 16}),
        ("3^2 factorial", {"factors": 2, "runs": 9, "plain": 3}), ("half fraction", {"runs": 0.5}),
        ("1/4 fraction", {"runs": 0.25}), ("quarter-fraction", {"runs": 0.25}), ("what is 2^4", {}),
    ],
)  # fmt: skip
def test_sizes_of_designs(question: str, expected: dict[str, float]) -> None:
    assert {m.part: m.value for m in find_design_sizes(question)} == expected


def test_spans_hold_the_number_and_its_unit_only() -> None:
    question = "USL 26 N max"
    (mention,) = numbers(question)
    assert question[mention.start : mention.end] == mention.text == "26 N"


@given(st.decimals(min_value=-10_000, max_value=10_000, places=3))
def test_any_decimal_is_read_back_exactly(number: object) -> None:
    text = f"{number:f}"
    assert values(f"is the mean {text} or not") == [float(text)]


def test_mark_is_settled_by_what_allows_one_reading() -> None:
    assert decimal_mark("18,5 and 1,200") == ","
    assert decimal_mark("18.5 and 1,200") == "."
    assert float(read_numeral("1,200", ",")) == 1.2


def test_a_tolerance_given_by_its_ends_is_no_reach() -> None:
    assert values("50, tolerance 45 to 56") == [50, 45, 56]
