"""The vocabularies that HAVOC's is measured beside; litellm carries both as data files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from havoc_pipeline.errors import ModelError

Encode = Callable[[str], list[int]]
CL100K_FILE = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""tiktoken's name for the stored vocabulary: the SHA-1 of its address."""
CLAUDE_FILE = "anthropic_tokenizer.json"
CACHE = "TIKTOKEN_CACHE_DIR"


def cl100k() -> Encode:
    """GPT-4's vocabulary `cl100k_base`, by tiktoken; nothing is downloaded.

    Raises
    ------
    ModelError
        When litellm is not installed or carries no such file.
    """
    import tiktoken

    folder = _stored(CL100K_FILE).parent
    with _cache(folder):
        encode: Encode = tiktoken.get_encoding("cl100k_base").encode_ordinary
    return encode


def claude() -> Encode:
    """Claude's published vocabulary, by `tokenizers`.

    Raises
    ------
    ModelError
        When litellm is not installed or carries no such file.
    """
    return by_tokenizers(_stored(CLAUDE_FILE))


def by_tokenizers(path: Path) -> Encode:
    """A `tokenizer.json` run by `tokenizers`, special tokens read as plain text."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.encode_special_tokens = True
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


def _stored(name: str) -> Path:
    package = find_spec("litellm")
    if package is None or package.origin is None:
        raise ModelError("litellm is not installed, and its data hold the vocabularies to compare with; install it")
    path = Path(package.origin).parent / "litellm_core_utils" / "tokenizers" / name
    if not path.is_file():
        raise ModelError(f"this litellm carries no `{name}` to compare with; install litellm 1.106")
    return path


@contextmanager
def _cache(folder: Path) -> Iterator[None]:
    before = os.environ.get(CACHE)
    os.environ[CACHE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[CACHE]
        else:
            os.environ[CACHE] = before
