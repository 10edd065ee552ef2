"""What a HAVOC of a given shape costs: parameters, arithmetic, memory for training and for serving.

Symbols as in `modeling.py`: M model width, F feed-forward width, H query heads, K key-value heads,
D head width, V vocabulary, L positions. A gigabyte in a name is 2**30 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, cast

from havoc_pipeline.errors import ModelError

if TYPE_CHECKING:
    from havoc_pipeline.model.configuration import HavocConfig

GIB = 2**30
_HALF, _SINGLE = 2, 4  # bytes of a bfloat16 and of a float32


@dataclass(frozen=True)
class Parameters:
    """Numbers of parameters by kind; `head` is 0 when it is tied to the embedding."""

    attention: int
    feed_forward: int
    norms: int
    embedding: int
    head: int

    @property
    def total(self) -> int:
        """All of them, each counted once."""
        return _sum(self)


def parameters(config: HavocConfig) -> Parameters:
    """Return how many parameters a model of this configuration has, by kind, over all layers."""
    layers, width = config.num_hidden_layers, config.hidden_size
    table = config.vocab_size * width
    return Parameters(
        attention=layers * 2 * width * (_query_channels(config) + _key_channels(config)),
        feed_forward=layers * 3 * width * config.intermediate_size,
        norms=(2 * layers + 1) * width,
        embedding=table,
        head=0 if config.tie_word_embeddings else table,
    )


def forward_flops(config: HavocConfig, attended: float) -> float:
    """Return the floating-point operations of one token's forward pass, matrix products alone.

    Parameters: `attended` the mean number of positions that a token attends to, itself included.
    A product and its addition count as two. The embedding is looked up, not multiplied.
    References: Kaplan et al. 2020, arXiv:2001.08361, table 1.
    """
    counted = parameters(config)
    weights = counted.attention + counted.feed_forward + counted.embedding  # the head has its shape
    scores = config.num_hidden_layers * 2 * _query_channels(config) * attended
    return 2.0 * (weights + scores)


def training_flops(config: HavocConfig, attended: float) -> float:
    """Return the operations of one token's training step: forward, and twice that backward.

    Parameters: as for `forward_flops`. What activation checkpointing computes again is not
    counted, and attention counts the positions attended to, not the ones that a mask hides.
    References: Chowdhery et al. 2022, PaLM, arXiv:2204.02311, appendix B (which counts the hidden ones).
    """
    return 3 * forward_flops(config, attended)


def causal_mean(length: int) -> float:
    """Return how many positions a token of a causal sequence of `length` tokens attends to on average."""
    return (length + 1) / 2


def cache_bytes(config: HavocConfig, value_bytes: int = _HALF) -> int:
    """Return the bytes of one token's keys and values in all layers."""
    return 2 * config.num_hidden_layers * _key_channels(config) * value_bytes


@dataclass(frozen=True)
class TrainingMemory:
    """Bytes on one GPU in training, at the point of the step where most are held."""

    weights: float
    optimizer: float
    gradients: float
    gathered: float
    activations: float
    head: float

    @property
    def total(self) -> float:
        """All of them; what the allocator and the collectives keep comes on top."""
        return _sum(self)


@dataclass(frozen=True)
class TrainingLayout:
    """How a training run is laid out: GPUs that share the weights, sequences of `length` tokens in
    one pass of one GPU, whether blocks are computed again backward, tokens of logits at a time."""

    gpus: int
    length: int
    sequences: int = 1
    checkpointing: bool = True
    head_chunk: int = 2048

    def __post_init__(self) -> None:
        for name in ("gpus", "length", "sequences", "head_chunk"):
            if getattr(self, name) < 1:
                raise ModelError(f"{name} is {getattr(self, name)}; it must be at least 1: set it so.")


def training_memory(config: HavocConfig, layout: TrainingLayout) -> TrainingMemory:
    """Return the bytes on each GPU with weights, gradients and AdamW's state in float32, sharded.

    Raises `ModelError` (in `TrainingLayout`) when a count is below 1.
    References: Rajbhandari et al. 2020, ZeRO, arXiv:1910.02054, section 3 (stage 3).
    """
    share, tokens = parameters(config).total / layout.gpus, layout.length * layout.sequences
    block = _block_parameters(config)
    table = config.vocab_size * config.hidden_size
    kept = block_input_bytes(config) if layout.checkpointing else block_activation_bytes(config)
    chunk = min(layout.head_chunk, tokens)
    return TrainingMemory(
        weights=_SINGLE * share,
        optimizer=2 * _SINGLE * share,
        gradients=_SINGLE * share,
        # Two blocks, one in use and one on its way; one block's gradient, also in float32 to be
        # summed over the GPUs; the head all the while.
        gathered=_HALF * (3 * block + table) + _SINGLE * block,
        activations=tokens * (config.num_hidden_layers * kept + layout.checkpointing * block_activation_bytes(config)),
        # Logits as computed, in float32, and their gradient; the head's gradient in float32.
        head=chunk * config.vocab_size * (_HALF + 2 * _SINGLE) + table * _SINGLE,
    )


def block_input_bytes(config: HavocConfig) -> int:
    """Return the bytes a token that checkpointing keeps for each block: the residual stream."""
    return _HALF * config.hidden_size


def block_activation_bytes(config: HavocConfig) -> int:
    """Return the bytes a token that one block keeps for its backward pass, without checkpointing.

    Matrix products in bfloat16, norms in float32, attention by a kernel that keeps no scores.
    """
    norms = 2 * (2 * _SINGLE * config.hidden_size + _SINGLE)  # input, normed input, 1/rms
    into_matrices = 2 * _HALF * config.hidden_size  # what q, k, v and gate, up read
    # q, and k and v once a query head; what comes out; the logarithm of each softmax's sum.
    attention = 4 * _HALF * _query_channels(config) + _SINGLE * config.num_attention_heads
    return norms + into_matrices + attention + 4 * _HALF * config.intermediate_size


@dataclass(frozen=True)
class ServingMemory:
    """Bytes on one GPU in serving: its share of the weights, the cache, and one chunk in work."""

    weights: float
    cache: float
    working: float

    @property
    def total(self) -> float:
        """All of them; the server's own buffers come on top."""
        return _sum(self)


def serving_memory(config: HavocConfig, length: int, sequences: int = 1, gpus: int = 1) -> ServingMemory:
    """Return the bytes on each of `gpus` tensor-parallel GPUs, all in bfloat16.

    Parameters: `length` in tokens of each of the `sequences` held at once. Prefill is taken in
    chunks of at most 2,048 tokens.
    Raises `ModelError` when a count is below 1 or the key-value heads cannot be shared evenly.
    """
    if min(length, sequences, gpus) < 1:
        raise ModelError(f"length, sequences and gpus are {length}, {sequences}, {gpus}: give each at least 1.")
    if cast(int, config.num_key_value_heads) % gpus:
        raise ModelError(f"{gpus} GPUs cannot share {config.num_key_value_heads} key-value heads: use a divisor.")
    widest = 2 * config.hidden_size + 3 * config.intermediate_size
    return ServingMemory(
        weights=_HALF * parameters(config).total / gpus,
        cache=cache_bytes(config) * length * sequences / gpus,
        working=_HALF * widest * min(length, 2048) + _SINGLE * config.vocab_size * sequences,
    )


def _query_channels(config: HavocConfig) -> int:
    return config.num_attention_heads * cast(int, config.head_dim)


def _key_channels(config: HavocConfig) -> int:
    return cast(int, config.num_key_value_heads) * cast(int, config.head_dim)


def _block_parameters(config: HavocConfig) -> int:
    counted = parameters(config)
    return (counted.attention + counted.feed_forward) // config.num_hidden_layers


def _sum(parts: Parameters | TrainingMemory | ServingMemory) -> int:
    total: int = sum(getattr(parts, field.name) for field in fields(parts))
    return total
