"""HAVOC's tokenizer of 76,800 tokens for text of statistics, quality and engineering.

`tokenizer.json` is the definition, which `tokenizers`, transformers and vLLM read. Here the same merges run
in tiktoken's engine, which is several times faster; a merge's number is its rank in both, and a test holds
the two equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import ModelError
from havoc_pipeline.tokenizer.merges import signs_as_bytes

STRAY = re.compile(r"([\udc80-\udcff]+)")
"""Bytes that are no UTF-8, as Python's `surrogateescape` carries them in a str."""


def shipped() -> Path:
    """The tokenizer that comes with HAVOC."""
    return Path(str(files("havoc_pipeline.tokenizer") / "havoc" / "tokenizer.json"))


class HavocTokenizer:
    """Encodes any text or bytes and gives back exactly what was encoded.

    Parameters
    ----------
    path : Path, optional
        A `tokenizer.json` that `havoc tokenizer train` wrote; the shipped one by default.

    Raises
    ------
    ModelError
        When the file is missing or is no byte-level BPE.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or shipped()
        try:
            self._read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"`{path}` is no tokenizer that HAVOC can read ({error!r}); train one anew") from None

    def _read(self, written: dict[str, Any]) -> None:
        self.special: dict[str, int] = {token["content"]: token["id"] for token in written["added_tokens"]}
        self.pattern: str = written["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
        vocab = written["model"]["vocab"]
        self._ranks = {signs_as_bytes(sign): number for sign, number in vocab.items() if sign not in self.special}

    @cached_property
    def engine(self) -> Any:
        """The merges in tiktoken's engine."""
        import tiktoken

        return tiktoken.Encoding(
            "havoc", pat_str=self.pattern, mergeable_ranks=self._ranks, special_tokens=self.special
        )

    @property
    def size(self) -> int:
        """Number of tokens, special ones included."""
        return len(self._ranks) + len(self.special)

    def number(self, token: str | bytes) -> int | None:
        """The number of a token, None when there is no such token."""
        if isinstance(token, str) and token in self.special:
            return self.special[token]
        return self._ranks.get(token.encode() if isinstance(token, str) else token)

    def encode(self, text: str | bytes, *, special: bool = False) -> list[int]:
        """Token numbers of a text.

        Parameters
        ----------
        text : str or bytes
            Bytes need not be UTF-8; a str may carry such bytes as `surrogateescape` does.
        special : bool
            Whether `<plan>` and its like in the text are marks. Text that a user wrote must not be.

        Raises
        ------
        ModelError
            When a str holds half of a surrogate pair, which is no text.
        """
        text = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
        encode = self._with_marks if special else self.engine.encode_ordinary
        if text.isascii() or not STRAY.search(text):
            return self._checked(encode, text)
        numbers: list[int] = []
        for place, part in enumerate(STRAY.split(text)):
            numbers += self._bytes(part) if place % 2 else self._checked(encode, part)
        return numbers

    def _with_marks(self, text: str) -> list[int]:
        return list(self.engine.encode(text, allowed_special="all"))

    def _checked(self, encode: Any, text: str) -> list[int]:
        try:
            text.isascii() or text.encode()
        except UnicodeEncodeError as error:
            raise ModelError(
                f"character {error.start} is half of a surrogate pair; read the text as UTF-8 or give its bytes"
            ) from None
        return list(encode(text))

    def _bytes(self, stray: str) -> list[int]:
        return [self._ranks[bytes([byte])] for byte in stray.encode("utf-8", "surrogateescape")]

    def decode(self, numbers: Sequence[int]) -> str:
        """The text of token numbers; bytes that are no UTF-8 come back as `surrogateescape` writes them."""
        return self.decode_bytes(numbers).decode("utf-8", "surrogateescape")

    def decode_bytes(self, numbers: Sequence[int]) -> bytes:
        """The bytes of token numbers.

        Raises
        ------
        ModelError
            When a number is none of the vocabulary's.
        """
        try:
            return bytes(self.engine.decode_bytes(numbers))
        except (KeyError, OverflowError):
            raise ModelError(
                f"a token number is not below {self.size}; these numbers are another tokenizer's"
            ) from None

    def parts(self, text: str, *, special: bool = False) -> list[tuple[int, bytes]]:
        """Each token's number and bytes, in order."""
        numbers = self.encode(text, special=special)
        return [(number, self.engine.decode_single_token_bytes(number)) for number in numbers]
