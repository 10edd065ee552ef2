"""The real entry point in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRY = "import sys; sys.argv[0] = 'havoc'; from havoc_pipeline.cli.main import run; run()"
Havoc = Callable[..., subprocess.CompletedProcess[bytes]]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", ENTRY, *arguments]


def surroundings(**changes: str) -> dict[str, str]:
    bare = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "TERM", "HAVOC_LM")}
    return bare | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | changes


@pytest.fixture
def havoc() -> Havoc:
    """Runs `havoc` with the arguments; `stdin` is bytes, other keywords are environment variables."""

    def call(*arguments: str, stdin: bytes = b"", **changes: str) -> subprocess.CompletedProcess[bytes]:
        surrounded = surroundings(**changes)
        return subprocess.run(command(*arguments), input=stdin, capture_output=True, env=surrounded, timeout=120)

    return call
