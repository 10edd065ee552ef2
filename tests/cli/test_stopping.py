"""Ctrl-C as a real SIGINT to a real process: one sentence, exit 130, nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ENTRY, command, surroundings

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
QUESTION = "Did the new resin raise tensile strength?"
SLOWLY = """
import time, havoc_pipeline.programs.stages.execute as stage
before = stage.ExecuteStage.forward
def slow(self, **given):
    print("EXECUTING", file=sys.stderr, flush=True); {wait}
    return before(self, **given)
stage.ExecuteStage.forward = slow
"""


def started(*arguments: str, before: str = "") -> subprocess.Popen[bytes]:
    code = ENTRY.replace("from havoc_pipeline.cli.main", before + "\nfrom havoc_pipeline.cli.main")
    line = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
    )


def stopped(process: subprocess.Popen[bytes]) -> str:
    process.send_signal(signal.SIGINT)
    out, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert out == b""
    return told.decode()


def wait_for(ready: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "the process never came so far"
        time.sleep(0.02)


def read_until(process: subprocess.Popen[bytes], word: bytes) -> None:
    assert process.stderr is not None
    while word not in (line := process.stderr.readline()):
        assert line, "the process ended first"


READS = """
class In:
    def __init__(self, real): self.real = real
    def read(self, most):
        print("READING", file=sys.stderr, flush=True)
        return self.real.read(most)
sys.stdin = In(sys.stdin)
"""


def test_while_waiting_for_input() -> None:
    process = started("run", "-", before=READS)
    read_until(process, b"READING")
    time.sleep(0.2)
    assert stopped(process) == "havoc: stopped; what was finished is kept\n"


def test_while_a_stage_runs(shipped: Path) -> None:
    slow = SLOWLY.format(wait="time.sleep(60)")
    process = started("ask", QUESTION, "--data", str(shipped / "resin.csv"), before=slow)
    read_until(process, b"EXECUTING")
    assert stopped(process) == "havoc: stopped; what was finished is kept\n"


def test_a_stop_that_a_library_swallowed_comes_again(shipped: Path) -> None:
    swallows = "\n    try: time.sleep(60)\n    except BaseException: pass\n    time.sleep(30)"
    process = started(
        "ask", QUESTION, "--data", str(shipped / "resin.csv"), before=SLOWLY.format(wait="pass" + swallows)
    )
    read_until(process, b"EXECUTING")
    began = time.monotonic()
    assert stopped(process) == "havoc: stopped; what was finished is kept\n"
    assert time.monotonic() - began < 20


def test_at_any_moment_there_is_no_traceback(shipped: Path) -> None:
    for tenths in range(3, 24, 3):
        process = started("ask", QUESTION, "--data", str(shipped / "resin.csv"))
        time.sleep(tenths / 10)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
        assert process.returncode in (130, 0, -signal.SIGINT)  # 0 and the signal itself: the answer was out before.
        assert told in (b"havoc: stopped; what was finished is kept\n", b"")


def test_a_file_of_questions_is_kept_whole_and_goes_on(shipped: Path, tmp_path: Path) -> None:
    lines = [{"id": str(n), "question": QUESTION, "table": "resin.csv"} for n in range(40)]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    out = tmp_path / "a.jsonl"
    order = ["ask", "--file", str(tmp_path / "q.jsonl"), "--data-dir", str(shipped), "--out", str(out)]
    process = started(*order)
    wait_for(lambda: out.exists() and out.read_bytes().count(b"\n") >= 3)
    told = stopped(process)
    first = out.read_bytes()
    answered = [json.loads(line) for line in first.splitlines()]
    assert first.endswith(b"\n") and 3 <= len(answered) < 40
    assert told == (f"havoc: stopped; {len(answered)} of 40 answers are in {out}, and the same command goes on there\n")
    assert subprocess.run([*command(*order)], env=surroundings(), timeout=300).returncode == 0
    whole = out.read_bytes()
    assert whole.startswith(first)
    assert [json.loads(line)["id"] for line in whole.splitlines()] == [line["id"] for line in lines]


def test_while_documents_are_ingested(tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"{n}.md").write_text(
            f"# Page {n}\n\n" + "The press is checked each hour. " * 300, encoding="utf-8"
        )
    slow = """
import time, havoc_pipeline.retrieval.intake as intake
before, done = intake._Ingest._take_one, []
intake.CHUNKS_A_COMMIT = 20
def slow(self, path):
    before(self, path); done.append(path)
    if len(done) == 20: print("HALF", file=sys.stderr, flush=True); time.sleep(60)
intake._Ingest._take_one = slow
"""
    process = started("ingest", str(tmp_path), before=slow)
    read_until(process, b"HALF")
    told = stopped(process)
    assert told == "havoc: stopped; what was committed so far is kept, and the same command adds the rest\n"
    again = subprocess.run(command("ingest", str(tmp_path)), capture_output=True, env=surroundings(), timeout=120)
    assert again.returncode == 0, again.stderr
    assert b"added" in again.stdout and b"already there" in again.stdout


SERVER = """
import havoc_pipeline.serving.machine as machine, havoc_pipeline.serving.settings as settings
machine.has_vllm = lambda: True
settings.Settings.command = lambda self, processor: [sys.executable, "-c", "import time; time.sleep(300)"]
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_while_a_server_starts(tmp_path: Path, number: signal.Signals, code: int) -> None:
    port = str(20_000 + os.getpid() % 20_000)
    process = started("serve", "--port", port, "--log", str(tmp_path / "log"), before=SERVER)
    read_until(process, b"starting vLLM")
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (code, b"havoc: the server has stopped\n")
    if sys.platform == "linux":
        log = str(tmp_path / "log")
        assert not [fd for fd in Path("/proc").glob("[0-9]*/fd/1") if _points_to(fd, log)]


def _points_to(link: Path, target: str) -> bool:
    try:
        return os.readlink(link) == target
    except OSError:
        return False
