"""One OpenAI-compatible server over HTTP, and each of its failures as one sentence."""

from __future__ import annotations

import os
import weakref
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from havoc_pipeline.errors import ModelError, ServerLostError

KEY = "HAVOC_API_KEY"
"""Variable with the key that is sent, where the server asks for one."""
SECONDS = 120.0
HERE = ("127.0.0.1", "localhost", "::1")


class Connection:
    """Requests to one server; threads may share it.

    Parameters
    ----------
    base : str
        `http://HOST:PORT/v1`.

    Raises
    ------
    ModelError
        When the address is none.
    """

    def __init__(self, base: str) -> None:
        if not base.startswith(("http://", "https://")):
            raise ModelError(f"the address `{base}` is none; give it as http://HOST:PORT/v1")
        self.base = base.rstrip("/")

    def get(self, path: str) -> dict[str, Any]:
        """What the server answers to GET.

        Raises
        ------
        ServerLostError
            When it does not answer.
        ModelError
            When it refuses.
        """
        return self._asked("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the server answers to POST; raises as `get` does."""
        return self._asked("POST", path, body)

    @cached_property
    def _client(self) -> Any:
        import httpx

        key = os.environ.get(KEY)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # A proxy cannot reach this machine's own server.
        outside = urlsplit(self.base).hostname not in HERE
        client = httpx.Client(headers=headers, timeout=SECONDS, trust_env=outside)
        weakref.finalize(self, client.close)
        return client

    def _asked(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        import httpx

        try:
            told = self._client.request(method, f"{self.base}/{path}", json=body)
        except httpx.HTTPError as error:
            raise self._lost(str(error) or type(error).__name__) from error
        if told.status_code >= 500:
            raise self._lost(f"HTTP {told.status_code}")
        if told.status_code == 401:
            raise ModelError(f"the server at {self.base} asks for a key; set {KEY} to the one that it was started with")
        if told.status_code != 200:
            raise ModelError(
                f"the server at {self.base} refused the request (HTTP {told.status_code}): {_reason(told)}"
            )
        return _table(told, self.base)

    def _lost(self, reason: str) -> ServerLostError:
        return ServerLostError(f"the server at {self.base} does not answer ({reason}); start it with `havoc serve`, then "
                               "ask again: what was finished is kept")  # fmt: skip


def _table(told: Any, base: str) -> dict[str, Any]:
    try:
        found = told.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ModelError(f"the server at {base} answered with no JSON; check that its address ends in /v1")
    return found


def _reason(told: Any) -> str:
    try:
        return str(told.json()["error"]["message"])[:300]
    except (ValueError, KeyError, TypeError):
        return " ".join(told.text.split())[:300] or "no reason given"
