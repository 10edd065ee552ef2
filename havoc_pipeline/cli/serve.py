"""`havoc serve`: a checkpoint behind vLLM's OpenAI-compatible server, until Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
from pathlib import Path
from types import FrameType
from typing import NoReturn

from havoc_pipeline.cli.stopping import Stopped, stop_listening
from havoc_pipeline.cli.terminal import say, show
from havoc_pipeline.errors import CommandError
from havoc_pipeline.lm.connection import KEY
from havoc_pipeline.model.identity import is_planner
from havoc_pipeline.serving.server import Server
from havoc_pipeline.serving.settings import Settings, is_loopback


def serve(settings: Settings, log: Path | None = None) -> int:
    """Serve until the process is told to stop.

    Parameters
    ----------
    settings : Settings
    log : Path, optional
        File for vLLM's own words; a temporary one when left out.

    Returns
    -------
    int
        0 after SIGTERM; Ctrl-C raises `Stopped`, whose exit code is 130.

    Raises
    ------
    ModelError
        When the address or vLLM cannot be used, or the server ends by itself.
    """
    signal.signal(signal.SIGTERM, _told)
    server = Server(settings, log)
    with server:
        try:
            _serve(server)
        except Stopped as stopped:
            stop_listening()  # A second Ctrl-C must not leave the server's processes behind.
            raise Stopped("the server has stopped", stopped.exit_code) from None
    return 0


def _serve(server: Server) -> None:
    say(f"havoc: starting vLLM on {server.settings.address} (log: {server.log})")
    seconds = server.wait_until_ready()
    show(how_to_use(server.settings, seconds))
    server.wait_until_it_ends()


def how_to_use(settings: Settings, seconds: float) -> str:
    """What a user types next."""
    ask = f"havoc ask --lm openai/{settings.name} --api-base {settings.address}/v1"
    lines = [f"{settings.name} is served at {settings.address}/v1 (ready in {seconds:.0f} s); Ctrl-C stops it."]
    if is_planner(settings.checkpoint):
        lines += ["", f'    {ask} "Did the new resin raise tensile strength?" --data datasets/tables/resin.csv']
    if settings.key:
        lines += ["", f"Clients send the key: set {KEY} where you ask."]
    if not is_loopback(settings.host):
        lines += [f"Other machines reach it on {settings.host} port {settings.port}; only /v1 asks for the key."]
    return "\n".join(lines)


def client_key(given: str | None) -> str | None:
    """The key that clients have to send: as given, else from the environment, else none."""
    return given or os.environ.get(KEY) or None


def vllm_flags(text: str) -> tuple[str, ...]:
    """Further arguments of vLLM's server, split as a shell splits them.

    Raises
    ------
    CommandError
        When a quote is left open.
    """
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise CommandError(f"`--vllm {text}` cannot be split into arguments ({error}); close the quotes") from None


def _told(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(exit_code=0)
