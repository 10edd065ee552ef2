"""Token data from text files and a tokenizer.

    python -m training.pretrain.prepare --tokenizer tokenizer.json --end "<end>" --out DATA TEXT [TEXT …]

A text is a file (one document), a .jsonl file (the "text" of each line a document) or a folder of
either. Each document ends with the end token. What is equal before is equal after: files are read in
the order of their names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer

from havoc_pipeline.errors import HavocError
from training.pretrain.failure import PretrainError
from training.pretrain.shards import ShardWriter

_SUFFIXES = (".txt", ".md", ".jsonl")


def prepare(texts: list[Path], tokenizer_path: Path, end: str, out: Path, shard_tokens: int = 2**28) -> None:
    """Write the documents of `texts` to the folder `out` as shards of about `shard_tokens` tokens.

    Raises `PretrainError` when there is no text, the tokenizer lacks `end`, or a line has no "text".
    """
    if not tokenizer_path.is_file():
        raise PretrainError(f"There is no tokenizer {tokenizer_path}: give the path of a tokenizer.json.")
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    last = tokenizer.token_to_id(end)
    if last is None:
        raise PretrainError(f"The tokenizer {tokenizer_path} has no token {end!r}: name its end token with --end.")
    sha256 = hashlib.sha256(tokenizer_path.read_bytes()).hexdigest()
    writer = ShardWriter(out, tokenizer.get_vocab_size(), sha256, shard_tokens)
    for document in documents(texts):
        writer.add([*tokenizer.encode(document, add_special_tokens=False).ids, last])
    writer.close()


def documents(texts: list[Path]) -> Iterator[str]:
    """Yield the documents of files and folders in the order of their names."""
    for path in texts:
        if not path.exists():
            raise PretrainError(f"There is no text {path}: give files or folders that exist.")
        files = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES) if path.is_dir() else [path]
        for file in files:
            yield from _lines(file) if file.suffix == ".jsonl" else [file.read_text(encoding="utf-8")]


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text = _text(line)
            if text is None:
                raise PretrainError(f'Line {number} of {path} has no "text": give each line an object with one.')
            yield text


def _text(line: str) -> str | None:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return None
    text = row.get("text") if isinstance(row, dict) else None
    return text if isinstance(text, str) else None


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.pretrain.prepare", description=__doc__.split("\n")[0])
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--end", required=True, help="the token that ends a document")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shard-tokens", type=int, default=2**28)
    given = parser.parse_args()
    try:
        prepare(given.texts, given.tokenizer, given.end, given.out, given.shard_tokens)
    except HavocError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
