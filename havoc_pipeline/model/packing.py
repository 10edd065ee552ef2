"""Several documents in one training sequence, none of which sees another.

Shapes: B sequences, L positions. `document_ids` are equal within a document and change at its
border; padding at the end is one more document.
"""

import torch
from torch import Tensor
from transformers.cache_utils import Cache

from havoc_pipeline.errors import ModelError


def packed_mask(document_ids_BL: Tensor) -> Tensor:
    """Return the mask (B, 1, L, L), true where a position may attend: earlier, same document."""
    same = document_ids_BL[:, :, None] == document_ids_BL[:, None, :]
    return same.tril()[:, None]


def packed_positions(document_ids_BL: Tensor) -> Tensor:
    """Return positions (B, L) in tokens that count from 0 within each document."""
    index = torch.arange(document_ids_BL.shape[1], device=document_ids_BL.device)
    start = torch.where(_begins(document_ids_BL), index, 0).cummax(dim=1).values
    return index - start


def packed_labels(labels_BL: Tensor, document_ids_BL: Tensor, ignore: int) -> Tensor:
    """Return labels (B, L) with `ignore` on each first token, which nothing before it predicts."""
    return labels_BL.masked_fill(_begins(document_ids_BL), ignore)


def _begins(document_ids_BL: Tensor) -> Tensor:
    first = torch.ones_like(document_ids_BL[:, :1], dtype=torch.bool)
    return torch.cat((first, document_ids_BL[:, 1:] != document_ids_BL[:, :-1]), dim=1)


def require_alone(attention_mask: Tensor | None, cache: Cache | None) -> None:
    """Raise `ModelError` when packed documents come with a mask or a filled cache."""
    if attention_mask is not None:
        raise ModelError(
            "document_ids and attention_mask were both given, and either makes a mask: "
            "leave the mask out and give padding a document id of its own."
        )
    if cache is not None and cache.get_seq_length() > 0:
        raise ModelError(
            f"document_ids came with a cache of {cache.get_seq_length()} tokens: "
            "pass packed sequences whole, without past_key_values."
        )
