"""Characters per token and encoding time, beside other vocabularies, on the same texts in the same run."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from havoc_pipeline.errors import ModelError
from havoc_pipeline.tokenizer.domain import HavocTokenizer, shipped
from havoc_pipeline.tokenizer.peers import Encode, by_tokenizers, cl100k, claude

LENGTH = 2000
"""Characters of the parts into which texts are cut for timing: about one question with its passages."""
REPEATS = 5
TEXT = (".md", ".txt", ".rst", ".csv", ".html")


@dataclass(frozen=True)
class Row:
    """One kind of text: how many characters, and tokens by vocabulary."""

    kind: str
    characters: int
    tokens: Mapping[str, int]

    def per_token(self, name: str) -> float:
        """Characters per token."""
        return self.characters / self.tokens[name]

    def fewer(self, name: str, than: str) -> float:
        """Share of tokens saved beside another vocabulary; negative when there are more."""
        return 1 - self.tokens[name] / self.tokens[than]


def texts_of(folder: Path) -> dict[str, list[str]]:
    """Texts of a file or folder by kind: a folder's first level of folders, or the folder's own name.

    Raises
    ------
    ModelError
        When there is no text.
    """
    paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.suffix in TEXT and p.is_file())
    kinds: dict[str, list[str]] = {}
    for path in paths:
        inside = path.relative_to(folder).parts
        text = path.read_text(encoding="utf-8", errors="replace")
        kinds.setdefault(inside[0] if len(inside) > 1 else folder.name, []).append(text)
    if not any(text for found in kinds.values() for text in found):
        raise ModelError(f"there is no text in {folder}; give a folder of {', '.join(TEXT)} files")
    return kinds


def held_out_pages() -> list[Path]:
    """The handbook's pages that no tokenizer is trained on: one in three, by a checksum of their names."""
    folder = Path(str(files("havoc_pipeline.datasets") / "handbook"))
    return [page for page in sorted(folder.glob("*.md")) if zlib.crc32(page.name.encode()) % 3 == 0]


def vocabularies(path: Path | None = None) -> dict[str, Encode]:
    """HAVOC's vocabulary, GPT-4's and Claude's."""
    return {"havoc": HavocTokenizer(path).encode, "cl100k_base": cl100k(), "claude": claude()}


def rows(kinds: Mapping[str, Sequence[str]], encoders: Mapping[str, Encode]) -> list[Row]:
    """A row for each kind of text."""
    return [
        Row(kind, sum(map(len, found)), {n: sum(len(e(t)) for t in found) for n, e in encoders.items()})
        for kind, found in kinds.items()
    ]


def seconds(kinds: Mapping[str, Sequence[str]], path: Path | None = None) -> dict[str, float]:
    """Processor seconds for all texts, each the least of several rounds, the engines taking turns."""
    parts = [text[i : i + LENGTH] for found in kinds.values() for text in found for i in range(0, len(text), LENGTH)]
    engines = {
        "havoc": HavocTokenizer(path).encode,
        "havoc by tokenizers": by_tokenizers(path or shipped()),
        "cl100k_base by tiktoken": cl100k(),
    }
    taken: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(REPEATS):
        for name, encode in engines.items():
            taken[name].append(_timed(encode, parts))
    return {name: min(times) for name, times in taken.items()}


def _timed(encode: Encode, parts: Sequence[str]) -> float:
    start = time.process_time()
    for part in parts:
        encode(part)
    return time.process_time() - start
