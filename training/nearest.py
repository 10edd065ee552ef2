"""Write the phrase bank and the studies' questions as sentence vectors for late fusion.

python -m training.nearest --out havoc_pipeline/model/mini/phrases.npz
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from havoc_pipeline.linking.vectors import WordVectors
from training.bank import SLOT, Phrase, authors, phrases, readings
from training.meaning import Episode
from training.studies import draw, episode, studies, study_authors

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


def asked_freely(episode: Episode) -> str:
    """A study's question with each mention replaced by the name of its kind, in the same way."""
    names = {"level": "level", "number": "number", "date": "date", "formula": "formula", "names": "factors"}
    pieces, at, text = [], 0, episode.question
    for start, end, meaning in sorted(
        ((a, b, m) for m in episode.meanings if m.kind != "lost" for a, b in m.spans), key=lambda p: p[:2]
    ):
        numeric = meaning.kind == "column" and episode.table and episode.table.column(meaning.headers[0]).is_numeric
        if start >= at:
            pieces += [text[at:start], f" {names.get(meaning.kind) or ('value' if numeric else 'group')} "]
            at = end
    return "".join([*pieces, text[at:]]).lower()


def studied_rows() -> Iterator[tuple[str, str]]:
    """Every question of the training authors' studies once, with its first command."""
    random_ = random.Random(0)
    for study in studies(study_authors(development=False)):
        for question in study["questions"]:
            drawn = draw(study, random_, [question])
            yield asked_freely(episode(drawn, question, random_)), str(question["plan"]).split()[0]


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
    texts = [*((spoken(p), command_of(p.reading)) for p in bank), *studied_rows()]
    rows = [(words.sentence(text), command) for text, command in texts]
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
