"""The model of a run: fresh weights, one block after another, sharded as they come.

No process ever holds more than one block and the tables whole, so that the 7B starts on small hosts.
A weight's values depend on the seed and its name, not on how many processes there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper
from torch.distributed.device_mesh import DeviceMesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

from havoc_pipeline.model.configuration import HavocConfig
from havoc_pipeline.model.modeling import IGNORE, HavocForCausalLM, ToResidual
from havoc_pipeline.model.packing import packed_labels
from training.pretrain.batches import Micro
from training.pretrain.failure import PretrainError
from training.pretrain.fused import hidden_states
from training.pretrain.loss import summed_cross_entropy
from training.pretrain.recipe import Compute, Loss, Recipe
from training.pretrain.world import World

Start = Callable[[Tensor], object]


class Learner(nn.Module):
    """The model and its loss as one module, whose call is what sharding wraps.

    Parameters: `answers` the tokens that the head is cut to, or None for all.
    """

    def __init__(self, model: HavocForCausalLM, compute: Compute, loss: Loss, answers: list[int] | None = None) -> None:
        super().__init__()
        self.model = model
        self._compute, self._smoothing = compute, loss.smoothing
        kept = None if answers is None else torch.tensor(answers)
        self._kept: Tensor | None
        self.register_buffer("_kept", kept, persistent=False)

    def forward(self, ids_BL: Tensor, documents_BL: Tensor, labels_BL: Tensor | None, guess: bool = False) -> Tensor:
        """Return the summed cross-entropy in nats of every learned token but each document's first.

        With `guess`, return instead whether each of these tokens is the model's first choice, (N,).
        """
        learned_BL = ids_BL if labels_BL is None else ids_BL.masked_fill(~labels_BL, IGNORE)
        targets_BL = packed_labels(learned_BL, documents_BL, IGNORE)[:, 1:]
        counts = targets_BL != IGNORE
        hidden_NM, targets_N = self._hidden(ids_BL, documents_BL, counts), targets_BL[counts]
        head = self.model.lm_head.weight
        if self._kept is not None:
            head, targets_N = head[self._kept], torch.searchsorted(self._kept, targets_N)
        head = head.to(hidden_NM.dtype)
        if guess:
            return (hidden_NM @ head.T).argmax(-1) == targets_N
        return summed_cross_entropy(hidden_NM, head, targets_N, self._compute.head_chunk, self._smoothing)

    def _hidden(self, ids_BL: Tensor, documents_BL: Tensor, counts: Tensor) -> Tensor:
        """Return the last hidden states (N, M) at the places whose next token counts."""
        if self._compute.fused:
            lengths = _lengths(documents_BL)
            rows_N = nn.functional.pad(counts, (0, 1)).flatten().nonzero()[:, 0]
            products = getattr(torch, self._compute.products)
            return hidden_states(self.model.model, ids_BL.flatten(), lengths, rows_N, products)
        output = self.model.model(ids_BL, document_ids=documents_BL, use_cache=False)
        return cast(Tensor, output.last_hidden_state[:, :-1][counts])

    def loss(self, micro: Micro, device: torch.device) -> Tensor:
        """Return the summed cross-entropy of one pass."""
        total: Tensor = self(*on(micro, device))
        return total


def on(micro: Micro, device: torch.device) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return a pass's tensors on `device`."""
    labels = None if micro.labels is None else micro.labels.to(device)
    return micro.ids.to(device), micro.documents.to(device), labels


def _lengths(documents_BL: Tensor) -> list[int]:
    counted = [torch.unique_consecutive(row, return_counts=True)[1] for row in documents_BL]
    return [int(length) for row in counted for length in row]


def learner(recipe: Recipe, world: World, answers: list[int] | None = None, start: Start | None = None) -> Learner:
    """Return a fresh model of the recipe on this process's device, sharded when the world has a mesh.

    Parameters: `answers` the tokens that the head is cut to; `start` changes the fresh embedding in place.
    """
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
    if start is not None:
        start(model.model.embed_tokens.weight)
    if config.tie_word_embeddings:
        model.lm_head.weight = model.model.embed_tokens.weight
    else:
        _shard(model.model.embed_tokens, compute, world.mesh)
    _shard_norm(model.model.norm, compute, world.mesh)
    # The head stays with the root: gathered once a pass, not once a chunk of the loss.
    whole = Learner(model, compute, recipe.loss, answers).to(world.device)
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


def begin_with(model: HavocForCausalLM, start: Path, world: World) -> str:
    """Give the model the weights of a checkpoint in Hugging Face form; return a hash of them.

    Raises `PretrainError` when the run is sharded, or the checkpoint holds other weights or shapes.
    """
    from safetensors.torch import load_file

    if world.mesh is not None:
        raise PretrainError("A sharded run cannot begin with a checkpoint's weights: set compute.shard = false.")
    file = start / "model.safetensors"
    try:
        held = load_file(file)
        model.load_state_dict({name: weight.float() for name, weight in held.items()}, strict=False)
    except (OSError, RuntimeError) as error:
        raise PretrainError(f"The run cannot begin with {file}: {error}") from error
    lacking = set(dict(model.named_parameters())) - set(held)
    if lacking:
        raise PretrainError(f"The run cannot begin with {file}: it lacks {', '.join(sorted(lacking)[:3])}.")
    return hashlib.sha256(file.read_bytes()).hexdigest()
