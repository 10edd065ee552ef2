"""Where the shipped checkpoint stands, and how a server and its clients name the same weights."""

from __future__ import annotations

import hashlib
from pathlib import Path

SHIPPED = Path(__file__).parent / "mini"
"""HAVOC-mini's folder."""
PLANNER = "havoc-planner-"
"""Begins the second name of a served planner; its checkpoint's fingerprint follows."""


def is_planner(checkpoint: Path) -> bool:
    """Whether a checkpoint reads questions and writes plans, as its card says."""
    return (checkpoint / "havoc.json").is_file() and (checkpoint / "model.safetensors").is_file()


def fingerprint(checkpoint: Path) -> str:
    """The first sixteen digits of the SHA-256 of a checkpoint's weights."""
    with (checkpoint / "model.safetensors").open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()[:16]
