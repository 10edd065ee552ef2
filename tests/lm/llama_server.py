"""llama.cpp's own server over a GGUF file, in a process of its own: prints its address, ends with standard input.

It is the server of the package xllamacpp, which brings llama.cpp built; `llama-server` is the same code as a program.
The settings are those that docs/MODEL.md names: one thread, float32 cache, four questions at once.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SLOTS = 4
CONTEXT = 512


def serve(path: str) -> None:
    """Serve `path` until standard input ends."""
    import xllamacpp

    asked = xllamacpp.CommonParams()
    asked.model.path, asked.model_alias = path, {"havoc-mini"}
    asked.hostnames, asked.port, asked.verbosity = ["127.0.0.1"], 0, 0
    asked.n_parallel, asked.n_ctx = SLOTS, SLOTS * CONTEXT
    asked.cpuparams.n_threads = asked.cpuparams_batch.n_threads = 1
    asked.cache_type_k = asked.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    asked.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    server = xllamacpp.Server(asked)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()


@contextmanager
def llama_server(path: Path, log: Path) -> Iterator[str]:
    """The address of a server over `path`; what it says goes to `log`."""
    with (
        log.open("w", encoding="utf-8") as told,
        subprocess.Popen([sys.executable, __file__, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=told, text=True) as process,
    ):  # fmt: skip
        assert process.stdout is not None
        base = ""
        for line in process.stdout:
            if line.startswith("http"):
                base = line.strip()
                break
        assert base, log.read_text("utf-8")[-3000:]
        try:
            yield base
        finally:
            process.terminate()


if __name__ == "__main__":
    serve(sys.argv[1])
