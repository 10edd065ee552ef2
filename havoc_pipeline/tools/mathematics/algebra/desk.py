"""Asking the algebra worker: one process, kept between questions, ended when it overruns its deadline."""

from __future__ import annotations

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from havoc_pipeline.errors import ExpressionError

SECONDS = 10.0
"""Deadline of a question."""
START_SECONDS = 60.0
"""Time the worker may take to load SymPy on a busy machine."""

_WORKER = "havoc_pipeline.tools.mathematics.algebra.worker"
_ROOT = Path(__file__).resolve().parents[4]


class Unanswered(Exception):
    """Raise when the worker overran its deadline or failed; the caller may go another way."""


class Desk:
    """A worker process and the lock that lets one question at a time through."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def ask(self, do: str, *, seconds: float = SECONDS, **fields: Any) -> dict[str, Any]:
        """The worker's reply.

        Parameters
        ----------
        do : str
            A name of `worker.handlers`.
        seconds : float
            Deadline, after which the process is ended.
        **fields
            What the operation needs; JSON.

        Raises
        ------
        ExpressionError
            When the operation refuses the request.
        Unanswered
            When there is no answer in time, or SymPy failed.
        """
        with self._lock:
            stdin = self._ready()
            try:
                stdin.write(json.dumps({"do": do, "seconds": seconds, **fields}) + "\n")
                stdin.flush()
            except OSError:
                self.close()
                raise Unanswered("the algebra worker has ended") from None
            reply = self._read(seconds)
        if "error" in reply:
            raise ExpressionError(reply["error"])
        if "failed" in reply:
            raise Unanswered(reply["failed"])
        return reply

    def close(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if self._reader is not None:
            self._reader.join(timeout=5)
        for stream in (process.stdin, process.stdout):
            _shut(stream)

    def _ready(self) -> IO[str]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._start()
            self._read(START_SECONDS)
        stdin = self._process.stdin if self._process else None
        if stdin is None:
            raise Unanswered("the algebra worker could not be started")
        return stdin

    def _start(self) -> None:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        reads = (self._process.stdout, self._lines)
        self._reader = threading.Thread(target=_pump, args=reads, daemon=True)
        self._reader.start()

    def _read(self, seconds: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise Unanswered(f"there was no answer within {seconds:g} seconds") from None
        if not line:
            self.close()
            raise Unanswered("the algebra worker has ended")
        return dict(json.loads(line))


def _pump(stream: IO[str] | None, lines: queue.Queue[str]) -> None:
    """Pass the worker's lines on; an empty one says that it has ended."""
    try:
        for line in stream or ():
            lines.put(line)
    except (OSError, ValueError):
        pass
    lines.put("")


def _shut(stream: IO[str] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        return


_desk: Desk | None = None
_owner = 0


def desk() -> Desk:
    """The process's own desk; a forked child gets a new one."""
    global _desk, _owner
    if _desk is None or _owner != os.getpid():
        _desk, _owner = Desk(), os.getpid()
        atexit.register(_desk.close)
    return _desk
