"""The phrase bank and the domains: what the authors wrote, as Python objects."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent
DEVELOPMENT_AUTHORS = frozenset({"heron", "egret", "plover", "shrike"})
"""Their texts measure the model and are never trained on."""

NO_TABLE = ("doe.", "eval.", "solve.")
"""Readings of questions that need no table begin so."""

SLOT = re.compile(r"\{([a-z0-9]+)(?:\.(a|b|s|more|less|how))?\}")


@dataclass(frozen=True)
class Phrase:
    """One phrasing: the reading it means, its text with slots, who wrote it."""

    reading: str
    text: str
    author: str

    @property
    def slots(self) -> frozenset[str]:
        """Names of the slots it mentions, without `.a` and the like."""
        return frozenset(match.group(1) for match in SLOT.finditer(self.text))

    @property
    def forms(self) -> frozenset[str]:
        """Slots as written, `g.a` included."""
        return frozenset(match.group(0)[1:-1] for match in SLOT.finditer(self.text))


class Phrasebook:
    """Draws phrases by their reading."""

    def __init__(self, phrases: Iterable[Phrase], random_: random.Random) -> None:
        self._random = random_
        self._by_reading: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            self._by_reading.setdefault(phrase.reading, []).append(phrase)

    def readings(self) -> list[str]:
        """Identifiers of the readings that have phrases."""
        return list(self._by_reading)

    def has(self, reading: str) -> bool:
        """Whether there are phrases of the reading."""
        return reading in self._by_reading

    def draw(self, reading: str) -> Phrase:
        """One of the reading's phrases."""
        return self._random.choice(self._by_reading[reading])


@cache
def readings() -> dict[str, str]:
    """Every reading by identifier, with the command it means."""
    rows = (ROOT / "phrases" / "readings.txt").read_text(encoding="utf-8").splitlines()
    pairs = (row.split(None, 1) for row in rows if row.strip() and not row.startswith("#"))
    return {key: command.strip() for key, command in pairs}


def authors(folder: str, *, development: bool) -> list[str]:
    """Authors of `phrases` or `domains` whose texts are (or are not) held out for development."""
    found = sorted(path.name for path in (ROOT / folder).iterdir() if path.is_dir())
    return [name for name in found if (name in DEVELOPMENT_AUTHORS) == development]


def phrases(names: Iterable[str]) -> list[Phrase]:
    """Every phrase of these authors."""
    return [phrase for name in names for path in sorted((ROOT / "phrases" / name).glob("*.txt"))
            for phrase in _read(path, name)]  # fmt: skip


def _read(path: Path, author: str) -> Iterable[Phrase]:
    reading = ""
    for row in path.read_text(encoding="utf-8").splitlines():
        text = row.strip()
        if text.startswith("@"):
            reading = text[1:].strip()
        elif text and not text.startswith("#"):
            yield Phrase(reading, text, author)


def domains(names: Iterable[str]) -> list[dict[str, Any]]:
    """Every table description of these authors."""
    return described("domains", names)


def described(folder: str, names: Iterable[str]) -> list[dict[str, Any]]:
    """Every table description of these authors in `domains` or `studies`, each with its `author`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    paths = [(name, path) for name in names for path in sorted((ROOT / folder / name).glob("*.yaml"))]
    read = ((name, yaml.load(path.read_text(encoding="utf-8"), Loader=loader)) for name, path in paths)
    return [entry | {"author": name} for name, entries in read for entry in entries]


def half_of(author: str) -> int:
    """Which half of the authors one belongs to, 0 or 1: a linker that learned from one half reads the other's tables."""
    return zlib.crc32(author.encode()) // 2 % 2
