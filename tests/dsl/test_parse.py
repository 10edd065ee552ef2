"""Parsing: what is understood, and how errors point."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havoc_pipeline.dsl.command import Call, Command, Name, Refusal, ResultColumn
from havoc_pipeline.dsl.named_columns import named_columns
from havoc_pipeline.dsl.parse import MOST_CHARACTERS, parse_command, parse_plan
from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.registry import Tool, all_tools


def test_the_command_of_the_readme() -> None:
    command = parse_command("RUN_TTEST response=strength group=resin alternative=greater ALPHA_0_05")
    assert command.name == "RUN_TTEST"
    assert command.as_arguments() == {
        "response": "strength", "group": "resin", "alternative": "greater", "alpha": 0.05
    }  # fmt: skip


def test_quoted_headers_lists_and_results() -> None:
    text = (
        'RUN_TTEST before="Haze in" after="Haze out" ; RUN_TTEST response=[a, "b c"] ; TEST_NORMALITY value=r1.change'
    )
    plan = parse_plan(text)
    first, second, third = (step for step in plan if isinstance(step, Command))
    assert named_columns(first) == ("Haze in", "Haze out")
    assert second.as_arguments()["response"] == ["a", "b c"]
    assert third.arguments["value"] == ResultColumn(1, "change")


def test_where_takes_typed_comparisons() -> None:
    command = parse_command('DESCRIBE where=(line == "3" and made >= 2024-03-01 and x > -2.5 and shift in ["A", "B"])')
    values = [condition.value for condition in command.where]
    assert values == ["3", datetime.datetime(2024, 3, 1), -2.5, ("A", "B")]


def test_expressions_keep_their_structure() -> None:
    value = parse_command("RUN_TTEST response=(log(a) - 2 * b) mu=0").arguments["response"]
    assert value == Call("-", (Call("log", (Name("a"),)), Call("*", (2.0, Name("b")))))


@pytest.mark.parametrize("word,level", [("ALPHA_0_01", 0.01), ("ALPHA_0_10", 0.1), ("alpha=0.2", 0.2)])
def test_significance_levels(word: str, level: float) -> None:
    assert parse_command(f"RUN_TTEST response=y mu=1 {word}").arguments["alpha"] == level


@pytest.mark.parametrize("tool", all_tools().values(), ids=lambda tool: tool.name)
def test_every_word_of_a_command_reads_back(tool: Tool) -> None:
    options = [f"{p.name}={word}" for p in tool.parameters.values() for word in p.words]
    for option in options:
        written = str(parse_command(f"{tool.name} {option}"))
        assert written == f"{tool.name} {option}"
        assert str(parse_command(written)) == written


def test_a_refusal_is_a_plan() -> None:
    assert parse_plan("REFUSE reason=off_topic") == [Refusal("off_topic")]


@pytest.mark.parametrize(
    "text,said",
    [
        ("RUN_TTST response=y", "did you mean `RUN_TTEST`?"),
        ("RUN_TTEST respnse=y", "line 1, column 11: `respnse` does not fit here; did you mean `response`?"),
        ("RUN_TTEST response=y alternative=grater", "did you mean `greater`?"),
        ("RUN_TTEST response=", "the command ends too early"),
        ("RUN_TTEST response=y\n  where=(a = 3)", "line 2, column 12"),
        ("RUN_TTEST response=y response=z", "`response` is given twice"),
        ("RUN_TTEST response=y mu=1 alpha=5", "alpha is 5"),
        ("", "the command is empty"),
    ],
)
def test_errors_say_where_and_what(text: str, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_plan(text)
    assert said in str(caught.value)


def test_the_caret_stands_under_the_word() -> None:
    with pytest.raises(CommandError) as caught:
        parse_plan("RUN_TTEST respnse=y")
    _, row, caret = str(caught.value).splitlines()
    assert row[caret.index("^") : caret.rindex("^") + 1] == "respnse"


def test_a_huge_command_is_refused_at_once() -> None:
    with pytest.raises(CommandError, match="the limit is"):
        parse_plan("RUN_TTEST response=" + "y" * MOST_CHARACTERS)


@given(st.text(min_size=1, max_size=60))
def test_no_text_escapes_as_another_error(text: str) -> None:
    try:
        parse_plan(text)
    except CommandError as error:
        assert str(error)


header = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(header, header, st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_is_written_reads_back(response: str, column: str, number: float) -> None:
    command = Command("RUN_TTEST", {"response": Name(response), "mu": float(number)},
                      where=parse_command("DESCRIBE where=(a > 1)").where, by=Name(column))  # fmt: skip
    assert str(parse_command(str(command))) == str(command)
    assert named_columns(parse_command(str(command))) == named_columns(command)


def test_the_columns_of_a_command_are_neither_its_words_nor_levels() -> None:
    command = parse_command(
        'RUN_TTEST response=(a / b) group=g first="new" alternative=greater where=(line == "3") by=shift'
    )
    assert named_columns(command) == ("a", "b", "g", "line", "shift")
    assert named_columns(parse_command('DESIGN_DOE factors=["Temp", "Time"] levels=2')) == ()
