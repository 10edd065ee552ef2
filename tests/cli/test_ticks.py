"""The stages as a terminal sees them: through a pseudo-terminal, with the moment each piece came."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ENTRY, Havoc, surroundings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX pseudo-terminals")
STAGES = ["MODE", "GROUND", "PLAN", "EXECUTE", "ARGUE", "ARBITER", "AUDIT", "ANSWER"]
QUESTION = "Did the new resin raise tensile strength?"
SLOW = """
import time, havoc_pipeline.programs.stages.ground as g, havoc_pipeline.programs.stages.execute as e
for stage in (g.GroundStage, e.ExecuteStage):
    def slow(self, _before=stage.forward, **given):
        time.sleep(0.6)
        return _before(self, **given)
    stage.forward = slow
"""
Piece = tuple[float, str]


def on_terminal(arguments: list[str], before: str = "", **changes: str) -> tuple[list[Piece], str, int]:
    """What came on the terminal's standard error and when, standard output (a pipe), and the exit code."""
    import pty

    ours, theirs = pty.openpty()
    code = ENTRY.replace("from havoc_pipeline.cli.main", before + "\nfrom havoc_pipeline.cli.main")
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
        env=surroundings(TERM="xterm", COLUMNS="80") | changes,
    )  # fmt: skip
    os.close(theirs)
    pieces: list[Piece] = []
    while True:
        try:
            read = os.read(ours, 4096)
        except OSError:  # Linux says so when the other side is closed.
            break
        if not read:
            break
        pieces.append((time.monotonic(), read.decode()))
    os.close(ours)
    assert process.stdout is not None
    with process.stdout as stream:
        out = stream.read().decode()
    return pieces, out, process.wait(60)


def text(pieces: list[Piece]) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", "".join(piece for _, piece in pieces)).replace("\r\n", "\n")


def moment(pieces: list[Piece], word: str) -> float:
    """When a word stood whole on the terminal."""
    seen = ""
    for at, piece in pieces:
        seen += piece
        if word in seen:
            return at
    raise AssertionError(f"{word} never came")


def test_each_stage_comes_when_it_begins_and_is_ticked_when_it_is_done(shipped: Path) -> None:
    pieces, out, code = on_terminal(["ask", QUESTION, "--data", str(shipped / "resin.csv")], SLOW, NO_COLOR="1")
    assert code == 0
    lines = [line for line in text(pieces).splitlines() if line.strip()]
    assert [line.split()[0] for line in lines] == ["read", "load", *STAGES]
    assert all(re.search(r" ✓ +\d+\.\d\d s$", line) for line in lines)
    assert max(map(len, lines)) <= 80
    moments = [moment(pieces, stage) for stage in STAGES]
    assert moments == sorted(moments)
    for slow, following in (("GROUND", "PLAN"), ("EXECUTE", "ARGUE")):
        assert moment(pieces, following) - moment(pieces, slow) > 0.5
    assert not any(f"{stage} " in out for stage in STAGES) and "The mean strength of new is above" in out


def test_a_stage_that_fails_is_crossed(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("force\n21.5\n", encoding="utf-8")
    question = ["ask", "Is the mean force above 20?", "--data", str(tmp_path / "one.csv")]
    pieces, _, code = on_terminal(question, NO_COLOR="1")
    assert code == 4
    assert re.search(r"EXECUTE .* ✗ ", text(pieces)) and re.search(r"ANSWER .* ✓ ", text(pieces))


def test_a_file_that_cannot_be_read_leaves_one_sentence_on_its_own_line(tmp_path: Path) -> None:
    pieces, out, code = on_terminal(["ask", "Is it stable?", "--data", str(tmp_path / "no.csv")], NO_COLOR="1")
    assert (code, out) == (2, "")
    assert text(pieces).splitlines()[-1].startswith("havoc: there is no file")


def test_without_colour_and_ascii_only(shipped: Path) -> None:
    given = ["ask", QUESTION, "--data", str(shipped / "resin.csv")]
    pieces, _, _ = on_terminal(given, NO_COLOR="1", PYTHONIOENCODING="ascii")
    told = "".join(piece for _, piece in pieces)
    assert told.isascii() and "\x1b" not in told
    assert len(re.findall(r" \+ +\d", told)) == 2 + len(STAGES)


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_without_a_terminal_nothing_ticks(havoc: Havoc, shipped: Path, extra: list[str]) -> None:
    done = havoc("ask", QUESTION, "--data", str(shipped / "resin.csv"), *extra)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"EXECUTE " not in done.stdout


def test_a_narrow_terminal_holds_too(shipped: Path) -> None:
    given = ["ask", QUESTION, "--data", str(shipped / "resin.csv")]
    pieces, _, _ = on_terminal(given, NO_COLOR="1", COLUMNS="40")
    assert max(map(len, text(pieces).splitlines())) <= 40
