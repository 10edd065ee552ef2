"""Write the phrase bank as sentence vectors for late fusion.

python -m training.nearest --out havoc_pipeline/model/mini/phrases.npz
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np

from havoc_pipeline.linking.vectors import WordVectors
from training.bank import SLOT, Phrase, authors, phrases, readings

KINDS = {"g": "group", "h": "group", "w": "group", "by": "group", "expr": "formula", "eq": "formula", "eqs": "formula",
         "names": "factors", "date": "date"}  # fmt: skip
NUMBERS = ("mu", "sigma", "lsl", "usl", "target", "k", "runs", "res", "cp", "rep", "lev", "at", "lo", "hi", "c")
DEGREES = {"more": "more value", "less": "less value", "how": "how value"}


def spoken(phrase: Phrase) -> str:
    """The phrasing with each slot replaced by the name of its kind, as `lm.nearest` writes questions."""

    def kind(match: re.Match[str]) -> str:
        slot, form = match.group(1), match.group(2)
        if form in ("a", "b"):
            return " level "
        return f" {DEGREES.get(form or '') or ('number' if slot in NUMBERS else KINDS.get(slot, 'value'))} "

    return SLOT.sub(kind, phrase.text).lower()


def command_of(reading: str) -> str:
    """The first command of a reading."""
    return readings()[reading].split()[0]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    words = WordVectors.load()
    bank = [
        p
        for p in phrases(authors("phrases", development=False))
        if not p.reading.startswith(("mod", "derive", "frame"))
    ]
    rows = [(words.sentence(spoken(p)), command_of(p.reading)) for p in bank]
    kept = [(v / np.linalg.norm(v), c) for v, c in rows if np.linalg.norm(v) > 0]
    commands = sorted({c for _, c in kept})
    vectors = np.stack([v for v, _ in kept])
    scale = np.abs(vectors).max(axis=1) / 127
    np.savez_compressed(
        given.out, vectors=np.round(vectors / scale[:, None]).astype(np.int8), scale=scale.astype(np.float32),
        command=np.array([commands.index(c) for _, c in kept], dtype=np.uint8), commands=np.array(commands),
    )  # fmt: skip
    print(f"{len(kept)} phrasings of {len(commands)} commands, {given.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
