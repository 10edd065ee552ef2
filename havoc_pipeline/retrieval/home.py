"""The folder where HAVOC keeps what is the user's: the index of documents among it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from havoc_pipeline.errors import RetrievalError

WAIT_SECONDS = 60.0
"""How long a second ingest waits for a first one."""


def havoc_home(home: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder: the one given, else `$HAVOC_HOME`, else the platform's folder for user data."""
    chosen = home or os.environ.get("HAVOC_HOME")
    return Path(chosen).expanduser() if chosen else _platform_folder() / "havoc"


def _platform_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which is itself made when it is missing."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


@contextmanager
def only_writer(folder: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process dies, however it dies.

    Raises
    ------
    RetrievalError
        When the folder cannot be written, or another process still holds the lock after `wait` seconds.
    """
    from filelock import FileLock, Timeout

    if not writable(folder):
        raise RetrievalError(
            f"the folder {folder} cannot be written; set HAVOC_HOME to a folder of yours and ingest again"
        )
    lock = FileLock(folder / "ingest.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout as problem:
        raise RetrievalError(
            f"another process has been adding documents to {folder} for over {wait:g} s; try again when it is done"
        ) from problem
    try:
        yield
    finally:
        lock.release()
