"""Pairs of words that dictionaries relate: same meaning, derived form, attribute, kind."""

import struct
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path

import numpy as np
from scipy import sparse

SENSES = 4
SAME = 1.0
POINTERS = {"+": 1.0, "=": 0.8, "&": 0.5, "\\": 0.8, "!": 0.3, "@": 0.3, "@i": 0.0}
PARTS = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
THESAURUS = 0.5
TRADE = 3.0
SENSES_OF_TRADE = Path(__file__).with_name("trade_senses.txt")

Pair = tuple[str, str, float]


def related(folder: Path, index: dict[str, int], *, trade: bool = True) -> sparse.csr_array:
    """Return the symmetric matrix (V, V) of how strongly two words are related.

    Parameters
    ----------
    folder : what `training.corpus.fetch` wrote
    index : row of each word
    trade : whether `trade_senses.txt` counts too

    Returns
    -------
    Weights, at most 1 from dictionaries and 3 from the trade; the largest that a pair is given.
    """
    base = folder / "unpacked"
    sources = (wordnet(base / "wordnet-base"), thesaurus(base), trade_senses() if trade else ())
    weights: dict[tuple[int, int], float] = {}
    for left, right, weight in chain.from_iterable(sources):
        a, b = index.get(left), index.get(right)
        if a is not None and b is not None and a != b:
            weights[a, b] = max(weight, weights.get((a, b), 0.0))
    rows, columns = np.array(list(weights), dtype=np.int64).T
    values = np.array(list(weights.values()), dtype=np.float32)
    matrix = sparse.csr_array((values, (rows, columns)), shape=(len(index), len(index)))
    return sparse.csr_array(matrix.maximum(matrix.T))


def wordnet(folder: Path) -> Iterator[Pair]:
    """Yield the related pairs of WordNet, weaker for the rarer senses of a word.

    References
    ----------
    wndb(5WN): the data and index files; wninput(5WN): the pointer symbols.
    """
    ranks = sense_ranks(folder)
    synsets = dict(synset_lines(folder))
    for key, fields in synsets.items():
        words = words_of(fields)
        for left, right in combinations(words, 2):
            yield left, right, SAME * strength(ranks, left, right, key, key)
        for symbol, other, source, target in pointers_of(fields, len(words)):
            if other in synsets and POINTERS.get(symbol, 0.0):
                pairs = ends(words, words_of(synsets[other]), source, target)
                for left, right in pairs:
                    yield left, right, POINTERS[symbol] * strength(ranks, left, right, key, other)


Key = tuple[str, str]


def synset_lines(folder: Path) -> Iterator[tuple[Key, list[str]]]:
    """Yield (part of speech and offset, fields) of each synset."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in next(folder.rglob(f"data.{part}")).read_text(encoding="utf-8").splitlines():
            if not line.startswith("  "):
                fields = line.partition(" | ")[0].split()
                yield (part, fields[0]), fields


def words_of(fields: list[str]) -> list[str]:
    """Return the words of a synset in lower case, without syntactic markers."""
    count = int(fields[3], 16)
    return [fields[4 + 2 * i].partition("(")[0].lower() for i in range(count)]


def pointers_of(fields: list[str], words: int) -> Iterator[tuple[str, Key, int, int]]:
    """Yield (symbol, other synset, source word, target word); word 0 is the whole synset."""
    start = 4 + 2 * words
    for i in range(int(fields[start])):
        symbol, offset, part, ends_at = fields[start + 1 + 4 * i : start + 5 + 4 * i]
        yield symbol, (PARTS[part], offset), int(ends_at[:2], 16), int(ends_at[2:], 16)


def ends(left: list[str], right: list[str], source: int, target: int) -> list[tuple[str, str]]:
    """Return the pairs of words that a pointer joins: two words, or the first of each synset."""
    if source:
        return [(left[source - 1], right[target - 1])]
    return [(word, right[0]) for word in left]


def sense_ranks(folder: Path) -> dict[tuple[str, Key], int]:
    """Return how common each sense of a word is: 1 for the commonest of its part of speech."""
    ranks: dict[tuple[str, Key], int] = {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in next(folder.rglob(f"index.{part}")).read_text(encoding="utf-8").splitlines():
            if not line.startswith("  "):
                fields = line.split()
                for rank, offset in enumerate(fields[-int(fields[2]) :], 1):
                    ranks[fields[0], (part, offset)] = rank
    return ranks


def strength(ranks: dict[tuple[str, Key], int], left: str, right: str, at: Key, other: Key) -> float:
    """Return 1/sqrt of the product of both senses' ranks, or 0 beyond the fourth sense."""
    first, second = ranks.get((left, at), 9), ranks.get((right, other), 9)
    if max(first, second) > SENSES:
        return 0.0
    return float((first * second) ** -0.5)


def trade_senses() -> Iterator[Pair]:
    """Yield the pairs within each line of `trade_senses.txt`, the first word's the strongest."""
    for line in SENSES_OF_TRADE.read_text(encoding="utf-8").splitlines():
        first, *others = line.split() if not line.startswith("#") else [""]
        for other in others:
            yield first, other, TRADE
        for left, right in combinations(others, 2):
            yield left, right, TRADE / 3


def thesaurus(folder: Path) -> Iterator[Pair]:
    """Yield the pairs that share a meaning in the Aiksaurus thesaurus; nothing if it is absent.

    The file holds, for each word, its text, a zero, big-endian numbers of meanings, and FFFF.
    """
    meanings: dict[int, list[str]] = {}
    for path in folder.rglob("aiksaurus/words.dat"):
        for word, numbers in thesaurus_words(path.read_bytes()):
            for meaning in numbers:
                meanings.setdefault(meaning, []).append(word)
    for words in meanings.values():
        weight = THESAURUS / max(1.0, (len(words) - 1) ** 0.5)
        for left, right in combinations(words, 2):
            yield left, right, weight


def thesaurus_words(data: bytes) -> Iterator[tuple[str, list[int]]]:
    """Yield (word, numbers of its meanings) of the thesaurus's file."""
    position = 0
    while (end := data.find(b"\x00", position)) >= 0:
        word = data[position:end].decode("latin-1").lower()
        position, numbers = end + 1, []
        while position + 2 <= len(data):
            (number,) = struct.unpack_from(">H", data, position)
            position += 2
            if number == 0xFFFF:
                break
            numbers.append(number)
        yield word, numbers
