"""Export as a folder of Hugging Face's Llama, which transformers loads without HAVOC installed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from havoc_pipeline.export.chat import CHAT_TEMPLATE
from havoc_pipeline.export.checkpoint import Checkpoint
from havoc_pipeline.export.target import claim
from havoc_pipeline.lm.symbols import END, PAD


def export_hf(folder: Path, out: Path, *, force: bool = False) -> list[Path]:
    """Write config, generation config, weights and tokenizer of a checkpoint as Llama's.

    The weights are copied byte for byte: HAVOC's tensors carry Llama's names and mean the same.

    Parameters
    ----------
    folder : Path
        The HAVOC checkpoint.
    out : Path
        Folder to write.
    force : bool
        Whether files in an existing folder may be replaced.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ModelError
        When the checkpoint is not whole or `out` exists without `force`.
    """
    checkpoint = Checkpoint(folder)
    weights = checkpoint.files()
    _require_readable(checkpoint)
    claim(out, folder, force=force, folder=True)
    for stale in out.glob("model*.safetensors*"):
        stale.unlink()
    pages = {
        "config.json": llama_config(checkpoint),
        "generation_config.json": {"do_sample": False, **_stopping(checkpoint)},
        "tokenizer_config.json": tokenizer_config(checkpoint),
    }
    for name, page in pages.items():
        (out / name).write_text(json.dumps(page, indent=2) + "\n", encoding="utf-8", newline="\n")
    copied = [*weights, folder / "tokenizer.json"]
    return [*(out / name for name in pages), *(Path(shutil.copyfile(file, out / file.name)) for file in copied)]


def _require_readable(checkpoint: Checkpoint) -> None:
    for name in checkpoint.shapes():
        checkpoint.tensor(name)


def llama_config(checkpoint: Checkpoint) -> dict[str, Any]:
    """The sizes as `LlamaConfig` takes them; the rotary base in its old and its new place.

    Parameters
    ----------
    checkpoint : Checkpoint

    Returns
    -------
    dict
        config.json.
    """
    size = checkpoint.shape
    sizes = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
             "num_key_value_heads", "head_dim", "max_position_embeddings", "rms_norm_eps")  # fmt: skip
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", **{name: getattr(size, name) for name in sizes},
        "rope_theta": size.rope_theta, "rope_parameters": {"rope_type": "default", "rope_theta": size.rope_theta},
        "hidden_act": "silu", "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0,
        "tie_word_embeddings": size.tied, "dtype": _dtype(checkpoint), "use_cache": True,
        "bos_token_id": None, **_stopping(checkpoint),
    }  # fmt: skip


def _stopping(checkpoint: Checkpoint) -> dict[str, int]:
    return {"eos_token_id": checkpoint.number(END), "pad_token_id": checkpoint.number(PAD)}


def _dtype(checkpoint: Checkpoint) -> str:
    config = json.loads((checkpoint.folder / "config.json").read_text(encoding="utf-8"))
    return str(config.get("dtype") or config.get("torch_dtype") or "float32")


def tokenizer_config(checkpoint: Checkpoint) -> dict[str, Any]:
    """What transformers has to know of the tokenizer beside tokenizer.json.

    Parameters
    ----------
    checkpoint : Checkpoint

    Returns
    -------
    dict
        tokenizer_config.json.
    """
    splitting = json.dumps(checkpoint.tokenizer.get("pre_tokenizer"))
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "pad_token": PAD,
        # transformers 4 sets it to false where it is not said, whatever tokenizer.json says.
        "add_prefix_space": '"add_prefix_space": true' in splitting,
        "model_max_length": checkpoint.shape.max_position_embeddings, "clean_up_tokenization_spaces": False,
        "model_input_names": ["input_ids", "attention_mask"], "chat_template": CHAT_TEMPLATE,
    }  # fmt: skip
