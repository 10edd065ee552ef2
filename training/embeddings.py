"""Start the embeddings of whole words from word vectors that were trained here."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from torch import Tensor

from havoc_pipeline.linking.vectors import WordVectors

WORD_START = "Ġ"


def start_from_vectors(weight: Tensor, tokenizer: Tokenizer, seed: int = 0) -> int:
    """Write the vectors of known whole words into an embedding, at its own scale.

    Parameters
    ----------
    weight : Tensor, shape (vocabulary, width)
        Changed in place.
    tokenizer : Tokenizer
    seed : int
        Of the orthonormal map from the vectors' dimensions to the width.

    Returns
    -------
    int
        How many words were found.
    """
    words = WordVectors.load()
    known = {number: vector for token, number in tokenizer.get_vocab().items()
             if token.startswith(WORD_START) and (vector := words.of(token[1:])) is not None}  # fmt: skip
    vectors = torch.stack([torch.from_numpy(vector.copy()) for vector in known.values()])
    generator = torch.Generator().manual_seed(seed)
    square = torch.randn(max(weight.shape[1], vectors.shape[1]), vectors.shape[1], generator=generator)
    mapped = vectors @ torch.linalg.qr(square)[0][: weight.shape[1]].T
    with torch.no_grad():
        rows = torch.tensor(list(known))
        weight[rows] = mapped / mapped.std() * weight.std()
    return len(known)
