"""`havoc tokenizer`: train the domain tokenizer, look into it, compare it with others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from havoc_pipeline.cli.terminal import json_text, show, show_json
from havoc_pipeline.tokenizer.compare import Row, held_out_pages, rows, seconds, texts_of, vocabularies
from havoc_pipeline.tokenizer.domain import HavocTokenizer

PASSAGE = 5000
"""Characters of text that training takes at a time, whole paragraphs."""


def train_tokenizer(folders: Sequence[Path], out: Path, size: int) -> None:
    """Train on the texts of folders and write `tokenizer.json`.

    Raises
    ------
    ModelError
        When there is no text, or too little of it.
    """
    from havoc_pipeline.lm.symbols import all_symbols
    from havoc_pipeline.tokenizer.recipe import train
    from havoc_pipeline.tokenizer.vocabulary import vocabulary

    texts = [text for folder in folders for found in texts_of(folder).values() for text in found]
    written = train(lambda: (part for text in texts for part in _passages(text)), vocabulary(all_symbols()), size)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(written, encoding="utf-8", newline="\n")
    show(f"{size} tokens of {sum(map(len, texts)) / 1e6:.1f} million characters in {out}")


def _passages(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n\n", start + PASSAGE)
        end = len(text) if end < 0 else end + 2
        yield text[start:end]
        start = end


def inspect_text(text: str, path: Path | None, special: bool, as_json: bool) -> None:
    """Show the tokens of a text, a line each, or as JSON."""
    tokenizer = HavocTokenizer(path)
    parts = tokenizer.parts(text, special=special)
    if as_json:
        show_json([{"number": number, "text": part.decode("utf-8", "backslashreplace")} for number, part in parts])
        return
    for number, part in parts:
        show(f"{number:6}  {_visible(part)}")
    show(f"{len(parts)} tokens, {len(text) / max(len(parts), 1):.2f} characters a token")


def _visible(part: bytes) -> str:
    return json_text(part.decode("utf-8", "backslashreplace"))


def compare_vocabularies(paths: Sequence[Path], path: Path | None, timing: bool, as_json: bool) -> None:
    """Show characters per token beside GPT-4's and Claude's vocabularies, and the time beside tiktoken's.

    Without texts, on the pages of the handbook that no tokenizer was trained on.
    """
    kinds: dict[str, list[str]] = {}
    for given in paths:
        for kind, found in texts_of(given).items():
            kinds.setdefault(kind, []).extend(found)
    kinds = kinds or {"handbook": [page.read_text(encoding="utf-8") for page in held_out_pages()]}
    found_rows = rows(kinds, vocabularies(path))
    taken = seconds(kinds, path) if timing else {}
    if as_json:
        show_json({"rows": [row.__dict__ for row in found_rows], "seconds": taken})
        return
    show(_table(found_rows))
    if taken:
        show(_times(taken, sum(row.characters for row in found_rows)))


def _table(found: Sequence[Row]) -> str:
    names = list(found[0].tokens)
    width = max(len("kind of text"), *(len(row.kind) for row in found)) + 2
    lines = ["kind of text".ljust(width) + f"{'characters':>12}" + "".join(f"{name:>13}" for name in names) + "  fewer"]
    for row in found:
        figures = "".join(f"{row.per_token(name):13.2f}" for name in names)
        lines.append(f"{row.kind:{width}}{row.characters:12,}{figures}{row.fewer('havoc', 'cl100k_base'):7.1%}")
    return "\n".join([*lines, "Characters a token; `fewer`: tokens saved beside cl100k_base."])


def _times(taken: dict[str, float], characters: int) -> str:
    base = taken["cl100k_base by tiktoken"]
    rates = [
        f"{name}: {characters / t / 1e6:.1f} million characters a second ({t / base:.2f})" for name, t in taken.items()
    ]
    return "\n".join(["", *rates, "In brackets: the time as a multiple of tiktoken's."])
