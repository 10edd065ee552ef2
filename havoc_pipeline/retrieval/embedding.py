"""Vectors for texts, from HAVOC's own word vectors; full text alone does without them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError

if TYPE_CHECKING:
    from havoc_pipeline.linking.vectors import WordVectors

Matrix = NDArray[np.float32]


@cache
def word_vectors() -> WordVectors | None:
    """The word vectors that ship with HAVOC, None when they are not installed."""
    from havoc_pipeline.linking.vectors import WordVectors

    try:
        return WordVectors.load()
    except ModelError:
        return None


@cache
def vectors_fingerprint() -> str:
    """Which word vectors these are: vectors of others must not be compared with them."""
    if word_vectors() is None:
        return "none"
    data = (resources.files("havoc_pipeline.linking") / "vectors.npz").read_bytes()
    return hashlib.sha256(data).hexdigest()[:8]


def embedded(texts: list[str]) -> Matrix:
    """Return one row of length 1 for each text (n, d); a row of zeros when nothing of it is known."""
    known = word_vectors()
    if known is None or not texts:
        return np.zeros((len(texts), 1), dtype=np.float32)
    return np.stack([known.sentence(text) for text in texts]).astype(np.float32)
