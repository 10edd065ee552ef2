"""The model of a run: fresh weights, one block after another, sharded as they come.

No process ever holds more than one block and the tables whole, so that the 7B starts on small hosts.
A weight's values depend on the seed and its name, not on how many processes there are.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

from havoc_pipeline.model.configuration import HavocConfig
from havoc_pipeline.model.modeling import IGNORE, HavocForCausalLM, ToResidual
from havoc_pipeline.model.packing import packed_labels
from training.pretrain.batches import Micro
from training.pretrain.loss import summed_cross_entropy
from training.pretrain.recipe import Compute, Recipe
from training.pretrain.world import World


class Learner(nn.Module):
    """The model and its loss as one module, whose call is what sharding wraps."""

    def __init__(self, model: HavocForCausalLM, head_chunk: int) -> None:
        super().__init__()
        self.model = model
        self._head_chunk = head_chunk

    def forward(self, ids_BL: Tensor, documents_BL: Tensor) -> Tensor:
        """Return the summed cross-entropy in nats of every token but each document's first."""
        hidden_BLM = self.model.model(ids_BL, document_ids=documents_BL, use_cache=False).last_hidden_state
        targets_BL = packed_labels(ids_BL, documents_BL, IGNORE)[:, 1:]
        counts = targets_BL != IGNORE
        head = self.model.lm_head.weight
        return summed_cross_entropy(hidden_BLM[:, :-1][counts], head, targets_BL[counts], self._head_chunk)

    def loss(self, micro: Micro, device: torch.device) -> Tensor:
        """Return the summed cross-entropy of one pass."""
        total: Tensor = self(micro.ids.to(device), micro.documents.to(device))
        return total


def learner(recipe: Recipe, world: World) -> Learner:
    """Return a fresh model of the recipe on this process's device, sharded when the world has a mesh."""
    config, compute = recipe.config(), recipe.compute
    with torch.device("meta"):
        model = HavocForCausalLM(config)
    for number, block in enumerate(model.model.layers):
        _fill(block, f"model.layers.{number}.", config, recipe.seed, world.device)
        for norm in (part for part in block.modules() if isinstance(part, nn.RMSNorm)):
            _shard_norm(norm, compute, world.mesh)
        if compute.checkpointing:
            model.model.layers[number] = block = checkpoint_wrapper(block, preserve_rng_state=False)
        _shard(block, compute, world.mesh)
    _fill(model, "", config, recipe.seed, world.device)
    if config.tie_word_embeddings:
        model.lm_head.weight = model.model.embed_tokens.weight
    else:
        _shard(model.model.embed_tokens, compute, world.mesh)
    _shard_norm(model.model.norm, compute, world.mesh)
    # The head stays with the root: gathered once a pass, not once a chunk of the loss.
    whole = Learner(model, compute.head_chunk)
    _shard(whole, compute, world.mesh)
    return whole.train()


def _fill(module: nn.Module, prefix: str, config: HavocConfig, seed: int, device: torch.device) -> None:
    """Give each weight that is still on the meta device its fresh values."""
    for name, part in module.named_modules(prefix=prefix.rstrip(".")):
        weight = part._parameters.get("weight")
        if weight is not None and weight.is_meta:
            part.weight = nn.Parameter(fresh(part, f"{name}.weight", config, seed, device))


def fresh(part: nn.Module, name: str, config: HavocConfig, seed: int, device: torch.device) -> Tensor:
    """Return the first values of the weight `name` of `part`: ones in norms, else normal around 0.

    The deviation is `initializer_range`, and for what writes to the residual stream smaller by
    the root of twice the layers, as in `modeling.py`.
    """
    shape, deviation = part._parameters["weight"].shape, config.initializer_range  # type: ignore[union-attr]
    if isinstance(part, nn.RMSNorm):
        return torch.ones(shape, device=device)
    if isinstance(part, ToResidual):
        deviation /= (2 * config.num_hidden_layers) ** 0.5
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    generator = torch.Generator(device).manual_seed(int.from_bytes(digest[:7], "little"))
    return torch.empty(shape, device=device).normal_(std=deviation, generator=generator)


def _shard(module: nn.Module, compute: Compute, mesh: DeviceMesh | None) -> None:
    """Shard float32 weights; products in the recipe's precision, gradients summed in float32."""
    if mesh is not None:
        products = getattr(torch, compute.products)
        policy = MixedPrecisionPolicy(param_dtype=products, reduce_dtype=torch.float32)
        fully_shard(module, mesh=mesh, mp_policy=policy)


def _shard_norm(norm: nn.Module, compute: Compute, mesh: DeviceMesh | None) -> None:
    """Shard a norm that computes in float32; its few gains stay gathered."""
    if mesh is not None:
        policy = MixedPrecisionPolicy(torch.float32, torch.float32, getattr(torch, compute.products))
        fully_shard(norm, mesh=mesh, mp_policy=policy, reshard_after_forward=False)
