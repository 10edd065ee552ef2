"""Token data from text files and a tokenizer.

    python -m training.pretrain.prepare --tokenizer tokenizer.json --end "<end>" --out DATA TEXT [TEXT …]

A text is a file (one document), a .jsonl file (the "text" of each line a document) or a folder of
either. Each document ends with the end token. What is equal before is equal after: files are read in
the order of their names. With --answers, each line of a .jsonl file holds a "prompt" and an "answer" of
symbols of the tokenizer between blanks, and only the answer and its end are to be learned.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from havoc_pipeline.errors import HavocError
from training.pretrain.failure import PretrainError
from training.pretrain.shards import ShardWriter

_SUFFIXES = (".txt", ".md", ".jsonl")


def prepare(
    texts: list[Path], tokenizer_path: Path, end: str, out: Path, shard_tokens: int = 2**28, answers: bool = False
) -> None:
    """Write the documents of `texts` to the folder `out` as shards of about `shard_tokens` tokens.

    Parameters: `answers` whether lines are pairs of prompt and answer.
    Raises `PretrainError` when there is no text, the tokenizer lacks `end` or a symbol of an answer,
    or a line has no "text", or no "prompt" and "answer".
    """
    if not tokenizer_path.is_file():
        raise PretrainError(f"There is no tokenizer {tokenizer_path}: give the path of a tokenizer.json.")
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    last = tokenizer.token_to_id(end)
    if last is None:
        raise PretrainError(f"The tokenizer {tokenizer_path} has no token {end!r}: name its end token with --end.")
    sha256 = hashlib.sha256(tokenizer_path.read_bytes()).hexdigest()
    symbols = {token.content: number for number, token in tokenizer.get_added_tokens_decoder().items()}
    held = sorted(symbols.values()) if answers else None
    writer = ShardWriter(out, tokenizer.get_vocab_size(), sha256, shard_tokens, held)
    for prompt, answer in pairs(texts) if answers else ((text, None) for text in documents(texts)):
        tokens = tokenizer.encode(prompt, add_special_tokens=False).ids
        learned = None if answer is None else _numbers(answer, symbols)
        writer.add([*tokens, *(learned or ()), last], None if learned is None else len(learned) + 1)
    writer.close()
    shutil.copy(tokenizer_path, out / "tokenizer.json")


def _numbers(answer: str, symbols: dict[str, int]) -> list[int]:
    unknown = [symbol for symbol in answer.split() if symbol not in symbols]
    if unknown:
        raise PretrainError(f"An answer holds {unknown[0]!r}, no symbol of the tokenizer: train the tokenizer with it.")
    return [symbols[symbol] for symbol in answer.split()]


def documents(texts: list[Path]) -> Iterator[str]:
    """Yield the documents of files and folders in the order of their names."""
    for file in _files(texts, _SUFFIXES):
        if file.suffix == ".jsonl":
            yield from (text for (text,) in _lines(file, ("text",)))
        else:
            yield file.read_text(encoding="utf-8")


def pairs(texts: list[Path]) -> Iterator[tuple[str, str]]:
    """Yield prompts and answers of .jsonl files and folders of them in the order of their names."""
    for file in _files(texts, (".jsonl",)):
        yield from ((prompt, answer) for prompt, answer in _lines(file, ("prompt", "answer")))


def _files(texts: list[Path], suffixes: tuple[str, ...]) -> Iterator[Path]:
    for path in texts:
        if not path.exists():
            raise PretrainError(f"There is no text {path}: give files or folders that exist.")
        yield from sorted(p for p in path.rglob("*") if p.suffix in suffixes) if path.is_dir() else [path]


def _lines(path: Path, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = _object(line)
            texts = tuple(row.get(name) for name in names)
            if not all(isinstance(text, str) for text in texts):
                wanted = '"' + '" and "'.join(names) + '"'
                raise PretrainError(f"Line {number} of {path} has no {wanted}: give each line an object with them.")
            yield tuple(str(text) for text in texts)


def _object(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return row if isinstance(row, dict) else {}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m training.pretrain.prepare", description=__doc__.split("\n")[0])
    parser.add_argument("texts", nargs="+", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--end", required=True, help="the token that ends a document")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shard-tokens", type=int, default=2**28)
    parser.add_argument("--answers", action="store_true", help="lines are a prompt and an answer, which is learned")
    given = parser.parse_args()
    try:
        prepare(given.texts, given.tokenizer, given.end, given.out, given.shard_tokens, given.answers)
    except HavocError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
