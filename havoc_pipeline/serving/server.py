"""A running vLLM server: started, waited for, and stopped with all its processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from havoc_pipeline.errors import ModelError
from havoc_pipeline.serving import machine
from havoc_pipeline.serving.settings import Settings
from havoc_pipeline.tables.memory import free_bytes

READY_SECONDS, GRACE_SECONDS, LOOK_SECONDS = 600.0, 15.0, 0.5
FAILED = re.compile(r"(\w+Error: .+|error: .+)$")


class Server:
    """A context manager: leaving it stops the server.

    Parameters
    ----------
    settings : Settings
    log : Path, optional
        Where vLLM's own words go; a temporary file when left out.

    Raises
    ------
    ModelError
        When vLLM is not installed here or the address is taken.
    """

    def __init__(self, settings: Settings, log: Path | None = None) -> None:
        if not machine.has_vllm():
            raise ModelError("vLLM is not installed in this environment; `make serve` sets up one that has it")
        _require_free(settings)
        self.settings = settings
        self.log = log or Path(tempfile.mkstemp(prefix="havoc-serve-", suffix=".log")[1])
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        cache = machine.cache_gib(self.settings.cache_bytes, free_bytes())
        environment = machine.server_environment(os.environ, cache, self.settings.key)
        command = self.settings.command(processor=machine.on_processor())
        with self.log.open("wb") as sink:
            # A session of its own: Ctrl-C reaches this process alone, which then stops the server in order.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment, start_new_session=True
            )
        return self

    def wait_until_ready(self, tick: Callable[[], None] = lambda: None) -> float:
        """Return the seconds it took until the server answers.

        Raises
        ------
        ModelError
            When it ends first, or takes longer than ten minutes; with vLLM's own last error.
        """
        started = time.monotonic()
        while not self._answers():
            self._require_alive("while it started")
            if time.monotonic() - started > READY_SECONDS:
                raise ModelError(f"vLLM is not ready after {READY_SECONDS:.0f} s; its log is {self.log}")
            tick()
            time.sleep(LOOK_SECONDS)
        return time.monotonic() - started

    def wait_until_it_ends(self) -> None:
        """Wait for as long as the server runs.

        Raises
        ------
        ModelError
            When it ends by itself.
        """
        while True:
            self._require_alive("while it served")
            time.sleep(LOOK_SECONDS)

    def _answers(self) -> bool:
        try:
            # No proxy stands between this process and its own server.
            with build_opener(ProxyHandler({})).open(f"{self.settings.address}/health", timeout=5) as told:
                return bool(told.status == 200)
        except (URLError, OSError):
            return False

    def _require_alive(self, when: str) -> None:
        code = self._process.poll() if self._process is not None else None
        if code is not None:
            raise ModelError(f"vLLM ended {when} (exit {code}): {self._last_error()}; its log is {self.log}")

    def _last_error(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = [match.group(1).strip() for line in lines if (match := FAILED.search(line))]
        # The first error is the cause; those after it say that something failed.
        return found[0][:400] if found else (lines[-1].strip()[:400] if lines else "it said nothing")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and all its processes; after a grace period by force."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):  # All of them may have ended.
            os.killpg(self._process.pid, number)


def _require_free(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ModelError(f"{settings.host} port {settings.port} cannot be used ({error.strerror}); "
                             "choose another with --port")  from error  # fmt: skip
