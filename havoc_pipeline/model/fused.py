"""A checkpoint's weights as the numpy runtime multiplies them: fused, transposed, pre-scaled.

What is folded in at load, so that no step pays for it:
- the gain of each norm, and sqrt(M), into the matrix behind it
- 1/sqrt(D) of the attention scores into the query columns
- the half of silu(x) = x/2 * (1 + tanh(x/2)) into the gate columns
- rotary pairs side by side, so that a rotation is one complex product (scores do not change:
  queries and keys are permuted alike)

Shape suffixes: M model width, F feed-forward width, H query heads, K key-value heads, D head
width, V vocabulary, T positions; P = D/2 rotary pairs.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.safetensors_file import checkpoint_tensors

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that `config.json` of a HAVOC checkpoint gives, in Hugging Face's names."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    max_position_embeddings: int
    rms_norm_eps: float
    rope_theta: float
    tied: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """The four matrices of one block, each to be multiplied from the right."""

    qkv_MX: Array
    out_XM: Array
    gate_up_MX: Array
    down_FM: Array


@dataclass(frozen=True, slots=True)
class Weights:
    """All that the runtime multiplies with."""

    shape: Shape
    embedding_VM: Array
    layers: tuple[Layer, ...]
    norm_M: Array
    head_VM: Array
    turns_TP: NDArray[np.complex64]


def load_weights(folder: Path) -> Weights:
    """Return the weights of the HAVOC checkpoint in `folder`, fused, in float32.

    Raises `ModelError` when the folder holds no HAVOC checkpoint or a tensor is absent or of
    another shape than the configuration says.
    """
    shape = read_shape(folder)
    tensors = checkpoint_tensors(folder)
    size = (shape.vocab_size, shape.hidden_size)
    embedding_VM = _take(tensors, "model.embed_tokens.weight", size)
    norm_M = _take(tensors, "model.norm.weight", size[1:])
    return Weights(
        shape=shape,
        embedding_VM=embedding_VM,
        layers=tuple(_layer(tensors, i, shape) for i in range(shape.num_hidden_layers)),
        norm_M=norm_M * np.float32(shape.hidden_size**0.5),
        head_VM=embedding_VM if shape.tied else _take(tensors, "lm_head.weight", size),
        turns_TP=_turns(shape),
    )


def read_shape(folder: Path) -> Shape:
    """Return the sizes in `folder/config.json`.

    Raises `ModelError` when the file is absent, is not a HAVOC's or lacks a size.
    """
    file = folder / "config.json"
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: give the folder that save_pretrained wrote.") from error
    if config.get("model_type") != "havoc":
        raise ModelError(
            f"{file} describes a {config.get('model_type')!r} model, not 'havoc': give a HAVOC checkpoint."
        )
    return _shape(config, file)


def _shape(config: dict[str, Any], file: Path) -> Shape:
    rope = config.get("rope_parameters") or {}
    if rope.get("rope_type", "default") != "default":
        raise ModelError(
            f"{file} asks for rope_type {rope['rope_type']!r}; the runtime knows only 'default': "
            "use the PyTorch or vLLM model of that checkpoint."
        )
    derived = ("rope_theta", "tied")
    try:
        sizes = {name: config[name] for name in Shape.__slots__ if name not in derived}
        theta = float(rope["rope_theta"])
    except KeyError as error:
        raise ModelError(f"{file} lacks {error}: save the model again.") from error
    return Shape(**sizes, rope_theta=theta, tied=bool(config.get("tie_word_embeddings", False)))


def _layer(tensors: dict[str, Array], index: int, s: Shape) -> Layer:
    def take(name: str, *size: int) -> Array:
        return _take(tensors, f"model.layers.{index}.{name}.weight", size)

    width, inner, head = s.hidden_size, s.intermediate_size, s.head_dim
    queries, groups = s.num_attention_heads * head, s.num_key_value_heads * head
    q_XM: Array = _paired(take("self_attn.q_proj", queries, width), head) * np.float32(head**-0.5)
    k_XM = _paired(take("self_attn.k_proj", groups, width), head)
    v_XM = take("self_attn.v_proj", groups, width)
    gate_FM, up_FM = take("mlp.gate_proj", inner, width), take("mlp.up_proj", inner, width)
    qkv_XM: Array = np.concatenate((q_XM, k_XM, v_XM))
    gate_up_XM: Array = np.concatenate((gate_FM / 2, up_FM))
    gain = np.float32(width**0.5)
    return Layer(
        qkv_MX=_right(qkv_XM * (take("input_layernorm", width) * gain)),
        out_XM=_right(take("self_attn.o_proj", width, queries)),
        gate_up_MX=_right(gate_up_XM * (take("post_attention_layernorm", width) * gain)),
        down_FM=_right(take("mlp.down_proj", width, inner)),
    )


def _take(tensors: dict[str, Array], name: str, size: tuple[int, ...]) -> Array:
    if name not in tensors:
        raise ModelError(f"The checkpoint has no tensor {name}: save the whole model again.")
    if tensors[name].shape != size:
        raise ModelError(
            f"{name} has shape {tensors[name].shape}, but config.json says {size}: "
            "use the config.json that was saved with these weights."
        )
    return tensors[name]


def _right(matrix_XY: Array) -> Array:
    """A matrix to multiply from the left, laid out for multiplying from the right."""
    return np.ascontiguousarray(matrix_XY.T)


def _paired(rows_XM: Array, head_dim: int) -> Array:
    """Rows i and i + D/2 of each head, which rotate together, moved side by side."""
    halves = rows_XM.reshape(-1, 2, head_dim // 2, rows_XM.shape[1])
    return halves.swapaxes(1, 2).reshape(rows_XM.shape)


def _turns(s: Shape) -> NDArray[np.complex64]:
    # float32 throughout, as the PyTorch model computes its angles.
    exponent = np.arange(0, s.head_dim, 2, dtype=np.float32) / np.float32(s.head_dim)
    frequency = np.float32(s.rope_theta) ** -exponent
    angle_TP = np.arange(s.max_position_embeddings, dtype=np.float32)[:, None] * frequency
    turns_TP = np.empty(angle_TP.shape, np.complex64)
    turns_TP.real, turns_TP.imag = np.cos(angle_TP), np.sin(angle_TP)
    return turns_TP
