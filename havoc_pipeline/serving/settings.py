"""What to serve and how, and vLLM's command line for it."""

from __future__ import annotations

import ipaddress
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.identity import PLANNER, SHIPPED, fingerprint, is_planner

SMALL_BYTES = 2**30
"""Weights up to this size are computed in float32, in which served plans equal embedded ones; on a
processor uncompiled, since compiling takes longer than it gains (`--vllm --no-enforce-eager` compiles)."""
TOGETHER = 64
"""Requests computed in one step."""
BLOCK = 32
"""Tokens of one cache block on a processor; vLLM's 128 would keep no prefix of a short prompt."""


@dataclass(frozen=True)
class Settings:
    """One server.

    Attributes
    ----------
    checkpoint : Path
        Folder with config.json, weights and tokenizer.json.
    host, port : str, int
        Address; on other than loopback a key is needed.
    key : str or None
        What clients have to send.
    dtype : str
        `auto` is float32 for small weights, else what config.json says.
    tensor, pipeline, data : int
        Ranks that share each layer, stages that share the layers, and copies.
    flags : tuple of str
        Further arguments of vLLM's server.
    """

    checkpoint: Path = SHIPPED
    host: str = "127.0.0.1"
    port: int = 8000
    key: str | None = None
    dtype: str = "auto"
    tensor: int = 1
    pipeline: int = 1
    data: int = 1
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.checkpoint / "config.json").is_file():
            raise ModelError(
                f"no checkpoint at {self.checkpoint}; give a folder with config.json and model.safetensors"
            )
        if not 1 <= self.port <= 65_535:
            raise ModelError(f"port {self.port} is none; choose one from 1 to 65535")
        if not self.key and not is_loopback(self.host):
            raise ModelError(
                f"host {self.host} lets other machines in without a key; give --api-key, or serve on 127.0.0.1"
            )

    @property
    def config(self) -> dict[str, Any]:
        """The checkpoint's config.json."""
        found: dict[str, Any] = json.loads((self.checkpoint / "config.json").read_text(encoding="utf-8"))
        return found

    @property
    def name(self) -> str:
        """What the model is called by those who ask it."""
        if self.checkpoint.resolve() == SHIPPED.resolve():
            return "havoc-mini"
        folder = self.checkpoint.resolve().name
        return folder if folder.startswith("havoc") or not is_planner(self.checkpoint) else f"havoc-{folder}"

    @property
    def names(self) -> list[str]:
        """The name and, for a planner, the one that says which weights these are."""
        return [self.name, *([PLANNER + fingerprint(self.checkpoint)] if is_planner(self.checkpoint) else [])]

    @property
    def address(self) -> str:
        """Where clients on this machine reach the server."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "localhost") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def cache_bytes(self) -> int:
        """Keys and values of as many full contexts as are computed together, in bytes."""
        config = self.config
        a_token = 2 * config["num_hidden_layers"] * config["num_key_value_heads"] * config["head_dim"]
        wide = 4 if self.computed_in == "float32" else 2
        return int(TOGETHER * config["max_position_embeddings"] * a_token * wide)

    @property
    def computed_in(self) -> str:
        """The number format of vLLM's `--dtype`."""
        return "float32" if self.dtype == "auto" and self._small else self.dtype

    @property
    def _small(self) -> bool:
        return sum(file.stat().st_size for file in self.checkpoint.glob("*.safetensors")) <= SMALL_BYTES

    @property
    def _uncompiled(self) -> list[str]:
        # Eager on a processor skips the warm-up in which a later stage of a pipeline makes its buffers.
        staged = ["--compilation-config", json.dumps({"mode": 1, "backend": "eager"})]
        return staged if self.pipeline > 1 else ["--enforce-eager"]

    def command(self, *, processor: bool) -> list[str]:
        """vLLM's OpenAI-compatible server as arguments of a process."""
        outputs = {"backend": "guidance", "disable_any_whitespace": True}
        shared = {"tensor": self.tensor, "pipeline": self.pipeline, "data": self.data}
        return [
            sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(self.checkpoint),
            "--served-model-name", *self.names, "--host", self.host, "--port", str(self.port),
            "--dtype", self.computed_in, "--max-num-seqs", str(TOGETHER), "--structured-outputs-config", json.dumps(outputs),
            "--disable-uvicorn-access-log", "--generation-config", "vllm",
            *(["--block-size", str(BLOCK)] if processor else []),
            *(self._uncompiled if processor and self._small else []),
            *(word for name, count in shared.items() if count > 1 for word in (f"--{name}-parallel-size", str(count))),
            *self.flags,
        ]  # fmt: skip


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
