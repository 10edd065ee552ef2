"""A HAVOC tokenizer as GGUF writes it: tokens, their types, merges and how text is split.

llama.cpp finds symbols in a text by their spelling alone. It knows neither that a symbol takes the
blanks around it nor that one stands only for a whole word. So a symbol's spelling begins with its
blank, and symbols that look like words are never looked for in a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from havoc_pipeline.errors import ModelError
from havoc_pipeline.export.checkpoint import Checkpoint
from havoc_pipeline.lm.symbols import END, PAD

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
"""Token types of llama.cpp."""
BLANK = "\u0120"
"""A blank in the byte-level spelling of words."""


@dataclass(frozen=True)
class Vocabulary:
    """What GGUF stores of a tokenizer.

    Attributes
    ----------
    tokens : tuple of str
        One for each row of the embedding; rows without a token have a placeholder.
    types : tuple of int
        llama.cpp's type of each.
    merges : tuple of str
        `left right`, the first learnt first.
    splitting : str
        llama.cpp's name for how text is split before the merges.
    """

    tokens: tuple[str, ...]
    types: tuple[int, ...]
    merges: tuple[str, ...]
    splitting: str


def vocabulary(checkpoint: Checkpoint) -> Vocabulary:
    """The vocabulary of a checkpoint's tokenizer.

    Parameters
    ----------
    checkpoint : Checkpoint

    Returns
    -------
    Vocabulary

    Raises
    ------
    ModelError
        When llama.cpp cannot split text as the tokenizer does.
    """
    model = checkpoint.tokenizer["model"]
    added = {token["id"]: token for token in checkpoint.tokenizer["added_tokens"]}
    words = {number: text for text, number in model["vocab"].items()}
    pairs = [
        _symbol(added[number], set(model["vocab"])) if number in added and number not in words else (text, NORMAL)
        for number, text in checkpoint.tokens.items()
    ]
    pairs += [(f"[unused{number}]", UNUSED) for number in range(len(pairs), checkpoint.shape.vocab_size)]
    tokens, types = zip(*pairs, strict=True)
    merges = tuple(merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"])
    return Vocabulary(tokens, types, merges, splitting(checkpoint.tokenizer))


def _symbol(token: dict[str, Any], words: set[str]) -> tuple[str, int]:
    text: str = token["content"]
    if text in (END, PAD) or token.get("special"):
        return text, CONTROL
    if text.startswith("<reserved"):
        return text, UNUSED
    if text.isalpha() and text.islower():
        return (text if BLANK + text in words else BLANK + text), NORMAL
    return (f" {text}" if token.get("lstrip") else text), USER_DEFINED


def splitting(tokenizer: dict[str, Any]) -> str:
    """llama.cpp's name for how a tokenizer splits text.

    Parameters
    ----------
    tokenizer : dict
        tokenizer.json.

    Returns
    -------
    str
        `gpt-2`, or `smollm` where each digit stands alone.

    Raises
    ------
    ModelError
        When llama.cpp has no name for it.
    """
    if tokenizer["model"].get("type") == "BPE" and tokenizer.get("normalizer") is None:
        stage = tokenizer.get("pre_tokenizer") or {}
        stages = stage["pretokenizers"] if stage.get("type") == "Sequence" else [stage]
        kinds = [(part.get("type"), part.get("use_regex", True), part.get("individual_digits")) for part in stages]
        if kinds == [("ByteLevel", True, None)]:
            return "gpt-2"
        if kinds == [("Digits", True, True), ("ByteLevel", True, None)]:
            return "smollm"
    raise ModelError(
        "llama.cpp cannot split text as this tokenizer does, it knows only the splitting of named models; "
        "export with --format hf"
    )
