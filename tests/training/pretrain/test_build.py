"""A run's model starts as the plain one would, keeps float32 weights, and norms in float32."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor
from torch.nn import functional as F

from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocForCausalLM
from training.pretrain.batches import Micro
from training.pretrain.build import fresh, learner
from training.pretrain.loss import summed_cross_entropy
from training.pretrain.recipe import Recipe
from training.pretrain.world import joined


def test_fresh_weights_spread_as_the_modules_own() -> None:
    config = preset("toy", hidden_size=128, intermediate_size=256, head_dim=32)
    torch.manual_seed(0)
    model = HavocForCausalLM(config)
    for name, part in model.named_modules():
        if isinstance(part, nn.Linear | nn.Embedding | nn.RMSNorm):
            mine = fresh(part, name, config, 0, torch.device("cpu"))
            assert float(mine.std()) == pytest.approx(float(part.weight.detach().std()), rel=0.05), name
            assert float(mine.mean()) == pytest.approx(float(part.weight.detach().mean()), abs=2e-3), name


def test_weights_depend_on_seed_and_name_alone(toy: Recipe) -> None:
    with joined(False) as world:
        alone = dict(learner(replace(toy, compute=replace(toy.compute, shard=False)), world).named_parameters())
        other = dict(learner(replace(toy, seed=1, compute=replace(toy.compute, shard=False)), world).named_parameters())
    with joined(True) as world:
        for name, weight in learner(toy, world).named_parameters():
            assert isinstance(weight, DTensor)
            assert torch.equal(weight.full_tensor(), alone[name])
    assert not torch.equal(alone["model.model.embed_tokens.weight"], other["model.model.embed_tokens.weight"])


def test_products_are_bfloat16_and_norms_weights_and_gradients_float32(toy: Recipe) -> None:
    recipe = replace(toy, compute=replace(toy.compute, products="bfloat16", checkpointing=True))
    seen: dict[str, set[torch.dtype]] = {"norm": set(), "product": set()}

    def note(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        seen["norm" if isinstance(module, nn.RMSNorm) else "product"] |= {inputs[0].dtype, module.weight.dtype}  # type: ignore[arg-type]

    with joined(True) as world:
        model = learner(recipe, world)
        for module in model.modules():
            if isinstance(module, nn.RMSNorm | nn.Linear) and module is not model.model.lm_head:
                module.register_forward_pre_hook(note)
        ids = torch.arange(64)[None] % 7
        torch.autograd.backward(model.loss(Micro(ids, torch.zeros_like(ids)), world.device))
        assert seen == {"norm": {torch.float32}, "product": {torch.bfloat16}}
        assert {p.dtype for p in model.parameters()} == {torch.float32}
        assert {p.grad.dtype for p in model.parameters() if p.grad is not None} == {torch.float32}
        assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_the_chunked_loss_is_the_plain_one(chunk: int) -> None:
    torch.manual_seed(0)
    hidden, head = torch.randn(40, 16, dtype=torch.float64), torch.randn(50, 16, dtype=torch.float64)
    targets = torch.randint(0, 50, (40,))

    def gradients(total: Tensor, *leaves: Tensor) -> list[Tensor]:
        return list(torch.autograd.grad(total * 0.3, leaves))

    leaves = hidden.requires_grad_(), head.requires_grad_()
    plain = F.cross_entropy(hidden @ head.T, targets, reduction="sum")
    mine = summed_cross_entropy(hidden, head, targets, chunk)
    assert float(mine.detach()) == pytest.approx(float(plain.detach()), rel=1e-6)
    for expected, got in zip(gradients(plain, *leaves), gradients(mine, *leaves), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-6)


def test_the_loss_of_packed_documents_is_that_of_the_model(toy: Recipe) -> None:
    with joined(False) as world:
        model = learner(replace(toy, compute=replace(toy.compute, shard=False)), world)
        ids = torch.randint(0, 96, (2, 40), generator=torch.Generator().manual_seed(0))
        documents = torch.tensor([0] * 15 + [1] * 25).expand(2, -1)
        mine = model.loss(Micro(ids, documents), world.device)
        plain = model.model(ids, labels=ids, document_ids=documents).loss
    assert float(mine.detach()) / (2 * 38) == pytest.approx(float(plain.detach()), rel=1e-5)
