"""Which words get a vector: those that dictionaries know, and those that many sources use."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from havoc_pipeline.linking.vectors import stems

WORD = re.compile(r"[a-z]{2,20}")
TRADE = Path(__file__).with_name("trade_words.txt")
DICTIONARIES = frozenset({"dict-gcide", "wordnet-base"})
OLD_ENGLISH = "dict-gcide"
OLD_ENGLISH_WEIGHT = 0.25
MANY_SOURCES = 6
LEAST_COUNT = 4
LEAST_COUNT_UNKNOWN = 40


@dataclass(frozen=True)
class Vocabulary:
    """The words with a vector, their counts, and the words that are read as one of them."""

    words: list[str]
    counts: list[int]
    rows: dict[str, int]
    """Row of each word that the corpus may show, inflections included."""

    def index(self) -> dict[str, int]:
        """Return the row of each word that has a vector of its own."""
        return {word: row for row, word in enumerate(self.words)}


@dataclass(frozen=True)
class Census:
    """How often each word occurs, in how many sources, and which words head an entry."""

    counts: Counter[str]
    worth: Counter[str]
    sources: Counter[str]
    headwords: frozenset[str]


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, lower-case text) of each source of a fetched corpus."""
    for path in sorted((folder / "text").glob("*.txt")):
        yield path.stem, path.read_text(encoding="utf-8").lower()


def census(folder: Path) -> Census:
    """Count the words of a fetched corpus; a dictionary of a century ago counts a quarter."""
    found = Census(Counter(), Counter(), Counter(), frozenset())
    headwords: set[str] = set()
    for name, text in texts(folder):
        here = Counter(WORD.findall(text))
        found.counts.update(here)
        found.sources.update(here.keys())
        weight = OLD_ENGLISH_WEIGHT if name == OLD_ENGLISH else 1.0
        for word, count in here.items():
            found.worth[word] += weight * count  # type: ignore[assignment]
        if name in DICTIONARIES:
            headwords |= {line.partition("\t")[0] for line in text.splitlines()}
    return Census(found.counts, found.worth, found.sources, frozenset(headwords))


def choose(folder: Path, size: int) -> Vocabulary:
    """Return the words most worth a vector.

    Parameters
    ----------
    folder : what `training.corpus.fetch` wrote
    size : largest number V of words

    Returns
    -------
    The words of `trade_words.txt`, then by worth those that head a dictionary's entry, or that at
    least six sources use, forty times in all: names of functions and people stay out. A regular
    inflection that heads no entry is read as its stem.
    """
    found = census(folder)
    trade = trade_words()
    ranked = sorted({*found.counts, *trade}, key=lambda w: (w in trade, found.worth[w], w), reverse=True)
    kept = [w for w in ranked if w in trade or is_worthy(w, found)][:size]
    index = {word: row for row, word in enumerate(kept)}
    rows = dict(index)
    counts = [found.counts[word] for word in kept]
    for word in found.counts:
        stem = next((s for s in stems(word) if s in index), None)
        if word not in index and word not in found.headwords and stem is not None:
            rows[word] = index[stem]
            counts[index[stem]] += found.counts[word]
    return Vocabulary(kept, counts, rows)


def is_worthy(word: str, found: Census) -> bool:
    """Say whether a word heads an entry, or is common in many sources and no mere inflection."""
    if word in found.headwords:
        return found.counts[word] >= LEAST_COUNT
    common = found.counts[word] >= LEAST_COUNT_UNKNOWN and found.sources[word] >= MANY_SOURCES
    return common and not any(stem in found.headwords for stem in stems(word))


def trade_words() -> frozenset[str]:
    """Return the words that get a vector whatever their count."""
    lines = TRADE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
