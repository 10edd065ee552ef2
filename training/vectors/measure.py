"""How well vectors tell words that mean the same from words of the same trade that do not.

Run: python -m training.vectors.measure     (measures the vectors that ship)
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from havoc_pipeline.linking.vectors import WordVectors
from training import bank
from training.vectors.bank_measure import found_first

PAIRS = Path(__file__).with_name("pairs.toml")
PARTS = ("choose", "report")


def triplets(part: str) -> Iterator[tuple[str, str, str]]:
    """Yield (anchor, near word, far word), all combinations of a part of `pairs.toml`."""
    groups = tomllib.loads(PAIRS.read_text(encoding="utf-8"))[part]
    for anchor, words in groups.items():
        for near in words["near"]:
            for far in words["far"]:
                yield anchor, near, far


def order_right(part: str, vectors: WordVectors) -> float:
    """Return the share of triplets whose near word is nearer; one with an unknown word is wrong."""
    right = [
        all(word in vectors for word in (anchor, near, far))
        and cosine(anchor, near, vectors) > cosine(anchor, far, vectors)
        for anchor, near, far in triplets(part)
    ]
    return sum(right) / len(right)


def separation(part: str, vectors: WordVectors) -> float:
    """Return the area under the curve: P(a near pair is nearer than a far pair of any anchor)."""
    near = {(anchor, close) for anchor, close, _ in triplets(part)}
    far = {(anchor, distant) for anchor, _, distant in triplets(part)}
    above = np.array([cosine(*pair, vectors) for pair in sorted(near)])[:, None]
    below = np.array([cosine(*pair, vectors) for pair in sorted(far)])[None, :]
    return float(((above > below) + 0.5 * (above == below)).mean())


def cosine(a: str, b: str, vectors: WordVectors) -> float:
    """Return the cosine of two words, 0 when one has no vector."""
    left, right = vectors.of(a), vectors.of(b)
    return 0.0 if left is None or right is None else float(left @ right)


def report(vectors: WordVectors) -> str:
    """Return the figures as lines of text: word pairs, then the tables of the domain bank."""
    lines = [
        f"{part:12} order right {order_right(part, vectors):.3f}  "
        f"separation {separation(part, vectors):.3f}  ({len(list(triplets(part)))} triplets)"
        for part in PARTS
    ]
    for development in (False, True):
        for author in bank.authors("domains", development=development):
            share, chance, total = found_first([author], vectors)
            lines.append(f"{author:12} found first {share:.3f}  by chance {chance:.3f}  ({total} says)")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(WordVectors.load()))
