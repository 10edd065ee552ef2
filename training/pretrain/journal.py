"""The log of a run: one JSON object a line, one line a step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LOG = "log.jsonl"


class Journal:
    """Writes lines to the log of a run's folder, on the process that is told to."""

    def __init__(self, folder: Path, writes: bool) -> None:
        self._path, self._writes = folder / LOG, writes

    def rewind(self, step: int) -> None:
        """Drop the lines of steps after `step`, which a resumed run writes again, and a torn last line."""
        if self._writes and self._path.is_file():
            kept = [entry for entry in entries(self._path) if entry["step"] <= step]
            partial = self._path.with_suffix(".partial")
            partial.write_text("".join(json.dumps(entry) + "\n" for entry in kept), encoding="utf-8")
            partial.replace(self._path)

    def write(self, **entry: Any) -> None:
        """Append one line."""
        if self._writes:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")


def entries(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a log; one that a kill tore is left out."""
    whole = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in whole]
