"""The budget's figures agree with the 7B module itself, built on the meta device, and with the page."""

from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model import budget
from havoc_pipeline.model.budget_table import tables
from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocBlock, HavocForCausalLM
from havoc_pipeline.model.packing import packed_mask
from havoc_pipeline.model.rotary import rotation

MODEL_PAGE = Path(__file__).parents[2] / "docs" / "MODEL.md"


@pytest.fixture(scope="module")
def model() -> HavocForCausalLM:
    with torch.device("meta"):
        return HavocForCausalLM(preset("havoc-7b"))


@pytest.fixture(scope="module")
def two_layers() -> HavocForCausalLM:
    """The 7B cut to two layers: all of its layers are alike, and counting takes time for each."""
    with torch.device("meta"):
        return HavocForCausalLM(preset("havoc-7b", num_hidden_layers=2))


def test_parameters_by_kind_are_those_of_the_module(model: HavocForCausalLM) -> None:
    counted = budget.parameters(model.config)
    kinds = {"attention": "self_attn", "feed_forward": "mlp", "norms": "norm", "embedding": "embed", "head": "lm_head"}
    for kind, word in kinds.items():
        numbers = [parameter.numel() for name, parameter in model.named_parameters() if word in name]
        assert getattr(counted, kind) == sum(numbers), kind
    assert counted.total == sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("name", ["havoc-mini", "toy"])
def test_a_tied_head_is_counted_once(name: str) -> None:
    with torch.device("meta"):
        tied = HavocForCausalLM(preset(name))
    assert budget.parameters(tied.config).total == sum(parameter.numel() for parameter in tied.parameters())


def test_flops_are_those_that_the_module_spends(two_layers: HavocForCausalLM) -> None:
    length = 256
    ids = torch.zeros(1, length, dtype=torch.long, device="meta")
    with FlopCounterMode(display=False) as counter:
        loss = two_layers(ids, labels=ids).loss
        forward = counter.get_total_flops()
        loss.backward()
    # Away from a GPU every score is computed, hidden ones too: each token attends to `length`.
    assert forward == length * budget.forward_flops(two_layers.config, length)
    assert counter.get_total_flops() == length * budget.training_flops(two_layers.config, length)


def test_cache_bytes_are_those_of_the_modules_cache(two_layers: HavocForCausalLM) -> None:
    with torch.no_grad():
        cache = two_layers.model(torch.zeros(1, 16, dtype=torch.long, device="meta"), use_cache=True).past_key_values
    values = sum(layer.keys.numel() + layer.values.numel() for layer in cache.layers)
    assert budget.cache_bytes(two_layers.config) * 16 == values * torch.bfloat16.itemsize


class FlashStub(torch.autograd.Function):
    """What an attention kernel without stored scores keeps: its inputs, its output, log-sums."""

    @staticmethod
    def forward(context: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        out = torch.empty_like(q)
        context.save_for_backward(q, k, v, out, q.new_empty(q.shape[:3], dtype=torch.float32))
        return out


def test_activation_bytes_are_those_that_a_block_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    config, length = preset("havoc-7b"), 512
    head_dim, keep = cast(int, config.head_dim), cast(Any, FlashStub.apply)
    monkeypatch.setattr(F, "scaled_dot_product_attention", lambda q, k, v, attn_mask: keep(q, k, v))
    with torch.device("meta"):
        block = HavocBlock(config, 0).to(torch.bfloat16)
        stream = torch.zeros(1, length, config.hidden_size, dtype=torch.bfloat16, requires_grad=True)
        positions = torch.arange(length)[None]
    for norm in (block.input_layernorm, block.post_attention_layernorm):
        norm.to(torch.float32).register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
        norm.register_forward_hook(lambda _, inputs, output: output.bfloat16())
    kept = _kept_bytes(block, stream, rotation(positions, head_dim, 500_000.0), packed_mask(positions * 0))
    turn = 2 * 2 * head_dim  # cosine and sine in bfloat16, which all blocks of a GPU share
    assert kept / length == pytest.approx(budget.block_activation_bytes(config) + 2 * turn, abs=1)
    assert budget.block_input_bytes(config) * length == stream.untyped_storage().nbytes()


def _kept_bytes(block: HavocBlock, stream: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor) -> int:
    kept: dict[int, int] = {}
    weights = {parameter.untyped_storage()._cdata for parameter in block.parameters()}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        out = block(stream, turn, mask=mask)
    assert out.requires_grad
    return sum(kept.values())


def test_training_memory_on_one_gpu_holds_sixteen_bytes_a_parameter() -> None:
    config = preset("havoc-7b")
    one, eight = (budget.training_memory(config, budget.TrainingLayout(gpus, 4096)) for gpus in (1, 8))
    assert one.weights + one.optimizer + one.gradients == 16 * budget.parameters(config).total
    assert one.weights / eight.weights == 8 and one.activations == eight.activations


def test_what_cannot_be_laid_out_is_refused() -> None:
    with pytest.raises(ModelError, match=r"gpus is 0.*at least 1"):
        budget.TrainingLayout(0, 4096)
    with pytest.raises(ModelError, match="3 GPUs cannot share 8"):
        budget.serving_memory(preset("havoc-7b"), 4096, gpus=3)


def test_the_page_shows_the_tables_as_computed() -> None:
    assert tables(preset("havoc-7b")) in MODEL_PAGE.read_text(encoding="utf-8")
