"""How much memory a large table needs, and whether this computer has it: said before it runs out."""

from __future__ import annotations

import os
from pathlib import Path

from havoc_pipeline.errors import TableError

LIMIT = "HAVOC_MEMORY_GIB"
"""Environment variable: GiB that a table may take, in place of what is free."""
GIB = 2**30
BASE, A_BYTE, A_CELL, A_ROW = 0.3 * GIB, 3, 15, 110
"""Fitted to measured peaks of `havoc ask` and `havoc run` on files of 20 MB to 2 GB with 1 to 80 columns."""
CGROUP = Path("/sys/fs/cgroup")


def needed_bytes(text: float, cells: float, rows: float) -> float:
    """Peak memory in bytes for a table: `text` bytes of text in `cells` cells and `rows` rows."""
    return BASE + A_BYTE * text + A_CELL * cells + A_ROW * rows


def free_bytes() -> int:
    """Memory in bytes that a process may take now; all of it where the system does not say."""
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines() if ":" in line)
        if "MemAvailable" in lines:
            return min(int(lines["MemAvailable"].split()[0]) * 1024, _left_to_container())
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 2**63


def _left_to_container() -> int:
    """What the container's limit leaves; without one, more than any machine has."""
    try:
        most = int((CGROUP / "memory.max").read_text(encoding="ascii"))
        used = int((CGROUP / "memory.current").read_text(encoding="ascii"))
        held = (CGROUP / "memory.stat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 2**63
    cache = int(held[held.index("inactive_file") + 1]) if "inactive_file" in held else 0
    return most - used + cache


def require_memory(path: Path, text: float, cells: float, rows: float) -> None:
    """See that a table fits before it is read.

    Args:
        path: the file, for the error.
        text: bytes of text in it.
        cells: how many cells it holds, about.
        rows: how many rows, about.

    Raises:
        TableError: it needs more memory than is free, or than `HAVOC_MEMORY_GIB` allows.
    """
    needed, (free, whose) = needed_bytes(text, cells, rows), _limit()
    if needed > free:
        raise TableError(
            f"{path} needs about {needed / GIB:.1f} GiB of memory ({text / 1e9:.2g} GB, {cells / 1e6:.3g} million cells) "
            f"and {free / GIB:.1f} GiB {whose}; keep only the columns you need, or split the file by rows"
        )


def _limit() -> tuple[float, str]:
    told = os.environ.get(LIMIT, "").strip()
    if not told:
        return free_bytes(), "is free"
    try:
        gib = float(told)
    except ValueError:
        gib = 0.0
    if not 0 < gib < float("inf"):
        raise TableError(f"{LIMIT} is `{told[:30]}`, no number above 0; set it to the GiB a table may take, such as 4")
    return gib * GIB, f"is what {LIMIT} allows"
