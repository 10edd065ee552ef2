"""Export as one GGUF file of the architecture `llama`, for llama.cpp and what is built on it.

References: the GGUF specification of the ggml project, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.export.chat import CHAT_TEMPLATE
from havoc_pipeline.export.checkpoint import EMBEDDING, HEAD, NORM, Checkpoint
from havoc_pipeline.export.target import claim
from havoc_pipeline.export.vocabulary import vocabulary
from havoc_pipeline.lm.symbols import END, PAD

DTYPES = ("f32", "f16", "q8_0")
BLOCK = 32
"""Values that share one scale in q8_0; a row must be a multiple of it."""
LARGEST_HALF = 65_504.0
_OUTSIDE = {EMBEDDING: "token_embd.weight", NORM: "output_norm.weight", HEAD: "output.weight"}
_INSIDE = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip


def export_gguf(folder: Path, out: Path, *, dtype: str = "f32", force: bool = False) -> Path:
    """Write a checkpoint with its tokenizer and chat template as one GGUF file.

    Parameters
    ----------
    folder : Path
        The HAVOC checkpoint.
    out : Path
        File to write.
    dtype : str
        `f32`, `f16` or `q8_0` for matrices; vectors stay f32. In q8_0, matrices whose rows are no
        multiple of 32 values are f16, as llama.cpp itself does it.
    force : bool
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    ModelError
        When the package `gguf` is not installed, the checkpoint is not whole, its tokenizer has no
        counterpart in llama.cpp, a weight does not fit the type, or `out` exists without `force`.
    """
    if dtype not in DTYPES:
        raise ModelError(f"`{dtype}` is no type for the weights of a GGUF file; choose one of {', '.join(DTYPES)}")
    gguf = _gguf()
    checkpoint = Checkpoint(folder)
    fields = _fields(checkpoint)
    claim(out, folder, force=force, folder=False)
    with _replacing(out) as part:
        writer = gguf.GGUFWriter(part, "llama")
        try:
            _describe(writer, gguf, checkpoint, dtype, fields)
            _write_tensors(writer, gguf, checkpoint, dtype)
        finally:
            writer.close()
    return out


def _gguf() -> ModuleType:
    try:
        import gguf
    except ImportError:
        raise ModelError("writing GGUF needs the package gguf; pip install 'havoc-pipeline[export]'") from None
    module: ModuleType = gguf
    return module


@contextmanager
def _replacing(out: Path) -> Iterator[Path]:
    """A file beside `out` that takes its name when it is whole, and goes when it is not."""
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _fields(checkpoint: Checkpoint) -> list[tuple[str, Any]]:
    """What the writer is told besides the tensors: the writer's method and its value."""
    size, words = checkpoint.shape, vocabulary(checkpoint)
    end, pad = checkpoint.number(END), checkpoint.number(PAD)
    return [
        ("name", "HAVOC"), ("context_length", size.max_position_embeddings), ("embedding_length", size.hidden_size),
        ("block_count", size.num_hidden_layers), ("feed_forward_length", size.intermediate_size),
        ("head_count", size.num_attention_heads), ("head_count_kv", size.num_key_value_heads),
        ("key_length", size.head_dim), ("value_length", size.head_dim), ("rope_dimension_count", size.head_dim),
        ("rope_freq_base", size.rope_theta), ("layer_norm_rms_eps", size.rms_norm_eps),
        ("vocab_size", size.vocab_size), ("tokenizer_model", "gpt2"), ("tokenizer_pre", words.splitting),
        ("token_list", words.tokens), ("token_types", words.types), ("token_merges", words.merges),
        # Without a number of its own llama.cpp would take token 11 to begin a text.
        ("bos_token_id", end), ("eos_token_id", end), ("pad_token_id", pad),
        ("add_bos_token", False), ("add_eos_token", False), ("add_space_prefix", True),
        ("chat_template", CHAT_TEMPLATE),
    ]  # fmt: skip


def _describe(writer: Any, gguf: Any, checkpoint: Checkpoint, dtype: str, fields: list[tuple[str, Any]]) -> None:
    for name, value in fields:
        getattr(writer, f"add_{name}")(value)
    kinds = gguf.LlamaFileType
    writer.add_file_type({"f32": kinds.ALL_F32, "f16": kinds.MOSTLY_F16, "q8_0": kinds.MOSTLY_Q8_0}[dtype])
    if dtype == "q8_0":
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    for name, shape in checkpoint.shapes().items():
        kind = getattr(gguf.GGMLQuantizationType, stored_type(shape, dtype).upper())
        block, size = gguf.GGML_QUANT_SIZES[kind]
        numbers = int(np.prod(shape))
        writer.add_tensor_info(gguf_name(name), shape, np.dtype(np.float32), numbers // block * size, raw_dtype=kind)


def _write_tensors(writer: Any, gguf: Any, checkpoint: Checkpoint, dtype: str) -> None:
    """One tensor at a time, so that a large model needs the memory of its widest matrix."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, shape in checkpoint.shapes().items():
        values = _turned(checkpoint, name)
        writer.write_tensor_data(_STORE[stored_type(shape, dtype)](gguf, name, values))


def gguf_name(name: str) -> str:
    """A tensor's name in GGUF, from Llama's name of it in safetensors."""
    if name in _OUTSIDE:
        return _OUTSIDE[name]
    layer, _, inside = name.removeprefix("model.layers.").partition(".")
    return f"blk.{layer}.{_INSIDE[inside.removesuffix('.weight')]}.weight"


def stored_type(shape: tuple[int, ...], dtype: str) -> str:
    """The type that a tensor of a shape is stored in when `dtype` is asked for."""
    if len(shape) == 1:
        return "f32"
    return "f16" if dtype == "q8_0" and shape[-1] % BLOCK else dtype


def _turned(checkpoint: Checkpoint, name: str) -> NDArray[np.float32]:
    values, size = checkpoint.tensor(name), checkpoint.shape
    if name.endswith("q_proj.weight"):
        return interleaved(values, size.num_attention_heads)
    return interleaved(values, size.num_key_value_heads) if name.endswith("k_proj.weight") else values


def interleaved(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows of a query or key matrix in llama.cpp's order.

    HAVOC rotates channel i with channel i + D/2 of a head, llama.cpp channel 2i with 2i + 1.

    Parameters
    ----------
    values : array (heads * D, M)
    heads : int
        Query heads, or key-value heads.

    Returns
    -------
    array (heads * D, M)
    """
    halves = values.reshape(heads, 2, -1, values.shape[-1])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(values.shape)


def _half(gguf: Any, name: str, values: NDArray[np.float32]) -> NDArray[Any]:
    largest = float(np.abs(values).max())
    if not largest <= LARGEST_HALF:
        raise ModelError(
            f"{name} reaches {largest:g}, f16 holds no more than {LARGEST_HALF:g}; export with --dtype f32"
        )
    return values.astype(np.float16)


def _blocks(gguf: Any, name: str, values: NDArray[np.float32]) -> NDArray[Any]:
    stored: NDArray[Any] = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
    return stored


_STORE: dict[str, Callable[[Any, str, NDArray[np.float32]], NDArray[Any]]] = {
    "f32": lambda gguf, name, values: values, "f16": _half, "q8_0": _blocks,
}  # fmt: skip
