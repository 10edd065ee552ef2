"""How often two words stand near one another, counted over the whole corpus."""

from collections.abc import Iterator
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.vectors.vocabulary import WORD, Vocabulary, texts

WINDOW = 5
SUBSAMPLE = 1e-4
DEFINING_WORDS = 25
DEFINITION_WEIGHT = 1.0
CHUNK = 2_000_000


def counted(
    folder: Path, vocabulary: Vocabulary, seed: int, definition_weight: float = DEFINITION_WEIGHT
) -> sparse.csr_array:
    """Return the symmetric weighted co-occurrence matrix.

    Parameters
    ----------
    folder : what `training.corpus.fetch` wrote
    vocabulary : the V words that count
    seed : of the draws that thin out frequent words
    definition_weight : what a headword gains with each word of its definition

    Returns
    -------
    Matrix (V, V) of float32: two words d places apart add 1/d, up to five places; a headword and
    each of the first 25 words of its definition add `definition_weight`.

    References
    ----------
    Pennington, Socher, Manning (2014), GloVe, section 3: weights 1/d.
    Mikolov et al. (2013), Distributed representations, section 2.3: subsampling.
    """
    random = np.random.default_rng(seed)
    keep = keeping(np.array(vocabulary.counts, dtype=np.float64))
    size = len(vocabulary.words)
    total = definition_weight * defined(folder, vocabulary, keep)
    for tokens in chunks(folder, vocabulary):
        thinned = tokens[(tokens == size) | (random.random(tokens.size) < keep[tokens])]
        total = total + near(thinned, size)
    return sparse.csr_array(total + total.T)


def keeping(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability (V + 1,) that an occurrence is kept; the last is the separator's."""
    share = np.maximum(counts, 1.0) / counts.sum()
    return np.append(np.minimum(1.0, np.sqrt(SUBSAMPLE / share)), 1.0)


def chunks(folder: Path, vocabulary: Vocabulary) -> Iterator[NDArray[np.int32]]:
    """Yield token ids, two million at a time; V separates lines, unknown words are left out."""
    index = vocabulary.rows
    gap = [len(vocabulary.words)] * WINDOW
    tokens: list[int] = []
    for _, text in texts(folder):
        for line in text.splitlines():
            known = map(index.get, WORD.findall(line.partition("\t")[2] or line))
            tokens.extend(token for token in known if token is not None)
            tokens.extend(gap)
            if len(tokens) > CHUNK:
                yield np.array(tokens, dtype=np.int32)
                tokens = []
    yield np.array(tokens, dtype=np.int32)


def near(tokens: NDArray[np.int32], size: int) -> sparse.csr_array:
    """Return the counts (V, V) of pairs within the window, the earlier word as the row."""
    parts: list[sparse.csr_array] = []
    for distance in range(1, WINDOW + 1):
        left, right = tokens[:-distance], tokens[distance:]
        inside = (left < size) & (right < size)
        weights = np.full(int(inside.sum()), 1.0 / distance, dtype=np.float32)
        pairs = (weights, (left[inside], right[inside]))
        parts.append(sparse.csr_array(sparse.coo_array(pairs, shape=(size, size))))
    return reduce(add, parts)


def defined(folder: Path, vocabulary: Vocabulary, keep: NDArray[np.float64]) -> sparse.csr_array:
    """Return the counts (V, V) of headword and defining word, frequent words thinned by weight."""
    index = vocabulary.rows
    rows: list[int] = []
    columns: list[int] = []
    for _, text in texts(folder):
        for line in text.splitlines():
            head, tab, meaning = line.partition("\t")
            row = index.get(head) if tab else None
            if row is not None:
                found = [index[w] for w in WORD.findall(meaning)[:DEFINING_WORDS] if w in index]
                rows.extend([row] * len(found))
                columns.extend(found)
    weights = keep[np.array(columns)].astype(np.float32)
    shape = (len(vocabulary.words), len(vocabulary.words))
    return sparse.csr_array(sparse.coo_array((weights, (rows, columns)), shape=shape))
