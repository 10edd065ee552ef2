"""A HAVOC checkpoint as the exporters read it: sizes, tensors one at a time, tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.fused import Shape, read_shape

EMBEDDING, NORM, HEAD = "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"
WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"


class Checkpoint:
    """A folder with config.json, weights and tokenizer.json.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    ModelError
        When the folder holds no whole HAVOC checkpoint or no tokenizer that fits it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shape: Shape = read_shape(folder)
        self.tokenizer: dict[str, Any] = _json(folder / "tokenizer.json")
        if len(self.tokens) > self.shape.vocab_size:
            raise ModelError(
                f"the tokenizer in {folder} has {len(self.tokens)} tokens, the model {self.shape.vocab_size}; "
                "use the tokenizer saved with the model"
            )

    @cached_property
    def tokens(self) -> dict[int, str]:
        """Every token of the tokenizer by its number, words in the byte-level spelling."""
        try:
            words = {number: text for text, number in self.tokenizer["model"]["vocab"].items()}
            added = {token["id"]: token["content"] for token in self.tokenizer["added_tokens"]}
        except (KeyError, TypeError, AttributeError):
            raise ModelError(
                f"{self.folder / 'tokenizer.json'} is no tokenizer file; save the tokenizer anew"
            ) from None
        found = words | added
        if sorted(found) != list(range(len(found))):
            raise ModelError(f"the numbers of the tokens in {self.folder / 'tokenizer.json'} have gaps; train it anew")
        return dict(sorted(found.items()))

    def number(self, token: str) -> int:
        """The number of a token that every HAVOC tokenizer has, such as `<end>`.

        Raises
        ------
        ModelError
            When this one lacks it.
        """
        found = {text: number for number, text in self.tokens.items()}.get(token)
        if found is None:
            raise ModelError(f"the tokenizer in {self.folder} has no {token}; use the tokenizer saved with the model")
        return found

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every tensor that the model has, in order; a tied head is none."""
        wide, vocabulary = self.shape.hidden_size, self.shape.vocab_size
        blocks = [item for layer in range(self.shape.num_hidden_layers) for item in self._block(layer)]
        head = [] if self.shape.tied else [(HEAD, (vocabulary, wide))]
        return dict([(EMBEDDING, (vocabulary, wide)), *blocks, (NORM, (wide,)), *head])

    def _block(self, layer: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        size, start = self.shape, f"model.layers.{layer}."
        wide, inner = size.hidden_size, size.intermediate_size
        queries, keys = size.num_attention_heads * size.head_dim, size.num_key_value_heads * size.head_dim
        yield f"{start}input_layernorm.weight", (wide,)
        for name, rows in (("q", queries), ("k", keys), ("v", keys)):
            yield f"{start}self_attn.{name}_proj.weight", (rows, wide)
        yield f"{start}self_attn.o_proj.weight", (wide, queries)
        yield f"{start}post_attention_layernorm.weight", (wide,)
        for name in ("gate", "up"):
            yield f"{start}mlp.{name}_proj.weight", (inner, wide)
        yield f"{start}mlp.down_proj.weight", (wide, inner)

    def files(self) -> list[Path]:
        """The files that hold the weights, with the index of parts if there is one.

        Raises
        ------
        ModelError
            When there are none.
        """
        if (self.folder / WHOLE).is_file():
            return [self.folder / WHOLE]
        if not (self.folder / INDEX).is_file():
            raise ModelError(f"{self.folder} has no {WHOLE}; give the folder that save_pretrained wrote")
        return [*(self.folder / part for part in sorted(set(self._places.values()))), self.folder / INDEX]

    @cached_property
    def _places(self) -> dict[str, str]:
        if (self.folder / WHOLE).is_file():
            return dict.fromkeys(self.shapes(), WHOLE)
        places: dict[str, str] = _json(self.folder / INDEX).get("weight_map", {})
        return places

    def tensor(self, name: str) -> NDArray[np.float32]:
        """One tensor in float32.

        Raises
        ------
        ModelError
            When it is absent, cannot be read or has another shape than the configuration says.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self.folder / self._places[name], framework="pt") as file:
                values: NDArray[np.float32] = file.get_tensor(name).float().numpy()
        except (KeyError, OSError, SafetensorError) as error:
            raise ModelError(f"{name} cannot be read from {self.folder} ({error}); save the model again") from None
        if values.shape != self.shapes()[name]:
            raise ModelError(
                f"{name} has shape {values.shape}, config.json says {self.shapes()[name]}; save the model again"
            )
        return values


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{file} cannot be read; give a folder with config.json, weights and tokenizer.json"
        ) from error
    if not isinstance(found, dict):
        raise ModelError(f"{file} holds no table; save the checkpoint again")
    return found
