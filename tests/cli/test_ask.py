"""`havoc ask` with a scripted program: exit codes, and the choice of a reading."""

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from havoc_pipeline.cli import ask
from havoc_pipeline.cli.ask import AskOptions, ask_one, read_question
from havoc_pipeline.errors import CommandError
from havoc_pipeline.signatures.types import Alternative, Answer, CommandView


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Scripted:
    """Stands in for SRS: unsure at first, answered once a reading is chosen."""

    last: Any = None

    def answer_with(self, alternative: Alternative) -> Answer:
        done = Answer(status="answered", summary=f"carried out {alternative.words}", confidence=1.0)
        self.last = SimpleNamespace(answer=done, tool_results=(), table=None)
        return done


def readings() -> tuple[Alternative, ...]:
    made = (("compare means", 0.4), ("compare spreads", 0.35))
    return tuple(Alternative(commands=(CommandView(name="X"),), words=w, probability=p) for w, p in made)


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the program's first answer."""

    def script(**fields: Any) -> None:
        case = SimpleNamespace(answer=Answer(**fields), tool_results=(), table=None)
        monkeypatch.setattr(ask, "reason", lambda *_: (Scripted(), case))

    return script


@pytest.mark.parametrize(("status", "code"), [("answered", 0), ("unsure", 3), ("refused", 4)])
def test_the_exit_code_tells_the_status(first: Any, status: str, code: int) -> None:
    first(status=status, summary="so it is")
    assert ask_one(AskOptions("q")) == code


def test_without_a_terminal_the_readings_are_printed(first: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first(status="unsure", summary="two readings", alternatives=readings())
    assert ask_one(AskOptions("q")) == 3
    assert "2. compare spreads (35%)" in capsys.readouterr().out


def test_on_a_terminal_the_user_chooses(first: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first(status="unsure", summary="two readings", alternatives=readings())
    told, out = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stdin", Terminal("9\nfoo\n2\n"))
    monkeypatch.setattr(sys, "stderr", told)
    monkeypatch.setattr(sys, "stdout", out)
    assert ask_one(AskOptions("q")) == 0
    assert "1. compare means" in told.getvalue()
    assert "`9` is not a number from 1 to 2" in told.getvalue()
    assert "carried out compare spreads" in out.getvalue()


def test_the_end_of_input_chooses_nothing(first: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first(status="unsure", summary="two readings", alternatives=readings())
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert ask_one(AskOptions("q")) == 3


def test_yes_takes_the_likeliest(first: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first(status="unsure", summary="two readings", alternatives=readings())
    assert ask_one(AskOptions("q", yes=True)) == 0
    assert "carried out compare means" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "  \n", "q" * 20_001])
def test_questions_that_cannot_be_asked(text: str) -> None:
    with pytest.raises(CommandError):
        read_question(text)
