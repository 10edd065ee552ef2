"""Packed documents behave as if each were read alone."""

import pytest
import torch
from torch import Tensor

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.modeling import HavocForCausalLM
from havoc_pipeline.model.packing import packed_labels, packed_mask, packed_positions

LENGTHS = [(5, 4, 3), (2, 10)]
DOCUMENTS = torch.tensor([[4] * 5 + [9] * 4 + [1] * 3, [0] * 2 + [7] * 10])


def separate(model: HavocForCausalLM, ids: Tensor) -> Tensor:
    rows = []
    for row, lengths in zip(ids, LENGTHS, strict=True):
        parts = [model(part[None]).logits[0] for part in row.split(list(lengths))]
        rows.append(torch.cat(parts))
    return torch.stack(rows)


@torch.no_grad()
def test_packed_equals_separate(model: HavocForCausalLM, ids: Tensor) -> None:
    alone = separate(model, ids)
    packed = model(ids, document_ids=DOCUMENTS).logits
    torch.testing.assert_close(packed, alone, rtol=0, atol=1e-5)
    assert (model(ids).logits - alone)[:, 6:].abs().max() > 0.1, "packing must matter here"


@torch.no_grad()
@pytest.mark.parametrize("training", [False, True])
def test_restarting_positions_alone_count_as_packing(model: HavocForCausalLM, ids: Tensor, training: bool) -> None:
    alone = separate(model, ids)
    model.train(training)
    packed = model(ids, position_ids=packed_positions(DOCUMENTS)).logits
    torch.testing.assert_close(packed, alone, rtol=0, atol=1e-5)


def test_loss_of_packed_documents_is_that_of_separate_ones(model: HavocForCausalLM, ids: Tensor) -> None:
    log_p = separate(model, ids).log_softmax(-1)
    wanted = [
        -log_p[row, at - 1, ids[row, at]]
        for row in range(2)
        for at in range(1, 12)
        if DOCUMENTS[row, at] == DOCUMENTS[row, at - 1]
    ]
    assert len(wanted) == (4 + 3 + 2) + (1 + 9)
    loss = model(ids, labels=ids, document_ids=DOCUMENTS).loss
    torch.testing.assert_close(loss, torch.stack(wanted).mean())


def test_mask_positions_and_labels_of_two_documents() -> None:
    documents = torch.tensor([[3, 3, 8]])
    mask = torch.tensor([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=torch.bool)
    assert torch.equal(packed_mask(documents)[0, 0], mask)
    assert packed_positions(documents).tolist() == [[0, 1, 0]]
    assert packed_labels(torch.tensor([[5, 6, 7]]), documents, -100).tolist() == [[-100, 6, -100]]


def test_documents_with_a_mask_or_a_filled_cache_are_refused(model: HavocForCausalLM, ids: Tensor) -> None:
    with pytest.raises(ModelError, match="document id of its own"):
        model(ids, document_ids=DOCUMENTS, attention_mask=torch.ones_like(ids))
    cache = model(ids).past_key_values
    with pytest.raises(ModelError, match="cache of 12 tokens"):
        model(ids, document_ids=DOCUMENTS, past_key_values=cache)
