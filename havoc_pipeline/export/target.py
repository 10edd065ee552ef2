"""Where an export goes: never over something that is there, unless asked."""

from __future__ import annotations

from pathlib import Path

from havoc_pipeline.errors import ModelError


def claim(out: Path, checkpoint: Path, *, force: bool, folder: bool) -> None:
    """Hold that `out` may be written, and make the folder above it.

    Parameters
    ----------
    out : Path
        File or folder of the export.
    checkpoint : Path
        What is exported.
    force : bool
        Whether an existing file, or files in an existing folder, may be replaced.
    folder : bool
        Whether `out` is a folder.

    Raises
    ------
    ModelError
        When something stands there and `force` is not given, when it is of the other kind, or when
        it is the checkpoint itself.
    """
    resolved = out.resolve()
    if resolved == checkpoint.resolve() or resolved.parent == checkpoint.resolve():
        raise ModelError(f"`{out}` lies in the checkpoint that is exported; give --out another place")
    if out.exists() and out.is_dir() != folder:
        kind, other = ("folder", "file") if out.is_dir() else ("file", "folder")
        raise ModelError(f"`{out}` is a {kind} and this export writes a {other}; give --out another path")
    if out.exists() and not force:
        raise ModelError(f"`{out}` exists; give --out another path, or --force to replace it")
    (out if folder else out.parent).mkdir(parents=True, exist_ok=True)
