"""HAVOC-mini's tokenizer: byte-level BPE for words, one token for each symbol of the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from tokenizers import Tokenizer

from havoc_pipeline.errors import ModelError


class MiniTokenizer:
    """Encodes a reading and spells an answer.

    Parameters
    ----------
    path : Path
        A `tokenizer.json` as the `tokenizers` library writes it.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ModelError(f"no tokenizer at {path}; reinstall the package or give a checkpoint that has one")
        self._tokenizer = Tokenizer.from_file(str(path))

    def encode(self, text: str) -> list[int]:
        """Token numbers of a prompt in which symbols stand between blanks; what is no character becomes `?`."""
        whole = text.encode("utf-8", "replace").decode("utf-8")
        return list(self._tokenizer.encode(whole, add_special_tokens=False).ids)

    def spell(self, ids: Sequence[int]) -> str:
        """An answer's symbols, separated by blanks."""
        return " ".join(self._tokenizer.id_to_token(i) or "" for i in ids)

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Token number of every symbol."""
        return {token.content: number for number, token in self._tokenizer.get_added_tokens_decoder().items()}

    @property
    def size(self) -> int:
        """Number of tokens."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def inner(self) -> Tokenizer:
        """The library's tokenizer, for the constraint engine."""
        return self._tokenizer
