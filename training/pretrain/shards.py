"""Token data on disk: memory-mapped shards with the offsets of their documents, and a manifest.

manifest.json        tokenizer's hash, vocabulary, token type, and each shard's counts and hash;
                     "answers", where only answers are learned: the tokens that they can hold
00000.tokens         token numbers, little-endian uint16 (vocabulary up to 65,536) or uint32
00000.documents.npy  where each document starts, in tokens, int64
00000.labels         beside "answers": a bit a token, first token lowest, set where it is to be learned
tokenizer.json       the tokenizer, where the data were prepared with one
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.pretrain.failure import PretrainError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Shard:
    """One pair of files: its name, and how many tokens and documents it holds."""

    name: str
    tokens: int
    documents: int
    sha256: str


class ShardWriter:
    """Writes documents one after another into shards of about `shard_tokens` tokens.

    Parameters: `answers` the tokens that answers can hold, where only answers are to be learned.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: int,
        tokenizer_sha256: str,
        shard_tokens: int = 2**28,
        answers: list[int] | None = None,
    ) -> None:
        self._folder, self._vocabulary, self._limit = folder, vocabulary, shard_tokens
        self._tokenizer, self._answers = tokenizer_sha256, None if answers is None else sorted(answers)
        self._type = np.dtype("<u2" if vocabulary <= 2**16 else "<u4")
        self._shards: list[Shard] = []
        self._documents: list[NDArray[Any]] = []
        self._labels: list[NDArray[np.bool_]] = []
        self._held = 0
        if (folder / MANIFEST).exists():
            raise PretrainError(f"{folder} already holds token data: give an empty folder.")
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, tokens: Iterable[int], learned: int | None = None) -> None:
        """Append one document, of which the last `learned` tokens are to be learned, or all.

        Raises `PretrainError` when a token is outside the vocabulary, or a learned one outside `answers`.
        """
        document = np.fromiter(tokens, dtype=np.int64)
        if not document.size:
            return
        low, high = int(document.min()), int(document.max())
        if low < 0 or high >= self._vocabulary:
            raise PretrainError(
                f"A document holds the tokens {low} to {high}; the vocabulary has {self._vocabulary}: "
                "give the tokenizer that made them."
            )
        self._documents.append(document.astype(self._type))
        first = 0 if learned is None else document.size - learned
        self._require_answers(document[first:])
        self._labels.append(np.arange(document.size) >= first)
        self._held += document.size
        if self._held >= self._limit:
            self._flush()

    def _require_answers(self, learned: NDArray[np.int64]) -> None:
        strange = set() if self._answers is None else set(learned.tolist()) - set(self._answers)
        if strange:
            raise PretrainError(
                f"An answer holds the token {min(strange)}, none of the {len(self._answers or ())} that answers can "
                "hold: train the tokenizer with it as a symbol."
            )

    def close(self) -> None:
        """Write what is held and the manifest; raises `PretrainError` when there is no token at all."""
        self._flush()
        if not self._shards:
            raise PretrainError(f"There is no document to write to {self._folder}: give files with text.")
        about = {"tokenizer_sha256": self._tokenizer, "vocabulary": self._vocabulary, "type": self._type.str}
        about |= {} if self._answers is None else {"answers": self._answers}
        text = json.dumps(about | {"shards": [asdict(shard) for shard in self._shards]}, indent=1)
        (self._folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    def _flush(self) -> None:
        if not self._documents:
            return
        name = f"{len(self._shards):05d}"
        tokens = np.concatenate(self._documents)
        starts = np.cumsum([0, *(document.size for document in self._documents[:-1])], dtype=np.int64)
        tokens.tofile(self._folder / f"{name}.tokens")
        np.save(self._folder / f"{name}.documents.npy", starts)
        labels = (
            b"" if self._answers is None else np.packbits(np.concatenate(self._labels), bitorder="little").tobytes()
        )
        if labels:
            (self._folder / f"{name}.labels").write_bytes(labels)
        digest = hashlib.sha256(tokens.tobytes() + starts.tobytes() + labels).hexdigest()
        self._shards.append(Shard(name, int(tokens.size), len(self._documents), digest))
        self._documents, self._labels, self._held = [], [], 0


class Opened:
    """A folder of shards, mapped: its vocabulary, its fingerprint, the tokens that answers can hold."""

    def __init__(self, folder: Path) -> None:
        about = _manifest(folder)
        self.vocabulary: int = about["vocabulary"]
        self.answers: list[int] | None = about.get("answers")
        self.fingerprint = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        self.shards = [Shard(**shard) for shard in about["shards"]]
        kind = np.dtype(about["type"])
        self._tokens = [_mapped(folder / f"{s.name}.tokens", s.tokens * kind.itemsize, kind) for s in self.shards]
        self.starts = [np.load(folder / f"{s.name}.documents.npy", mmap_mode="r") for s in self.shards]
        self._labels: list[NDArray[np.uint8]] = []
        if self.answers is not None:
            byte = np.dtype(np.uint8)
            self._labels = [_mapped(folder / f"{s.name}.labels", -(-s.tokens // 8), byte) for s in self.shards]

    def tokens(self, shard: int, start: int, stop: int) -> NDArray[np.int64]:
        """Return the token numbers of a shard from `start` to `stop`."""
        return self._tokens[shard][start:stop].astype(np.int64)

    def labels(self, shard: int, start: int, stop: int) -> NDArray[np.bool_]:
        """Return which of these tokens are to be learned."""
        if not self._labels:
            return np.ones(stop - start, dtype=np.bool_)
        bits = np.unpackbits(self._labels[shard][start // 8 : -(-stop // 8)], bitorder="little")
        return bits[start % 8 :][: stop - start].astype(np.bool_)


@dataclass(frozen=True)
class Window:
    """A run of tokens (L,) cut from a shard, the lengths of its pieces of documents, what is learned (L,)."""

    tokens: NDArray[np.int64]
    pieces: NDArray[np.int64]
    labels: NDArray[np.bool_]


class TokenData:
    """A folder of shards, read as windows of equal length; a shard's last partial window is left out."""

    def __init__(self, folder: Path, length: int) -> None:
        self.opened, self._length = Opened(folder), length
        self._until = np.cumsum([shard.tokens // length for shard in self.opened.shards])
        if not len(self):
            raise PretrainError(
                f"No shard of {folder} holds {length} tokens: prepare more text or shorten batch.length."
            )

    def __len__(self) -> int:
        return int(self._until[-1])

    def pieces(self, index: int) -> NDArray[np.int64]:
        """Return the lengths (P,) of the pieces of documents in window `index`."""
        shard, start = self._place(index)
        starts = self.opened.starts[shard]
        first, last = np.searchsorted(starts, [start + 1, start + self._length])
        return np.diff(np.concatenate(([start], starts[first:last], [start + self._length])))

    def window(self, index: int) -> Window:
        """Return window `index`, counted over all shards."""
        shard, start = self._place(index)
        cut = shard, start, start + self._length
        return Window(self.opened.tokens(*cut), self.pieces(index), self.opened.labels(*cut))

    def targets(self, index: int) -> int:
        """Return how many tokens of window `index` are predicted: those learned, but for each piece's first."""
        pieces = self.pieces(index)
        if self.opened.answers is None:
            return self._length - pieces.size
        labels = self.window(index).labels
        return int(labels.sum() - labels[np.cumsum(pieces) - pieces].sum())

    def _place(self, index: int) -> tuple[int, int]:
        shard = int(np.searchsorted(self._until, index, side="right"))
        before = int(self._until[shard - 1]) if shard else 0
        return shard, (index - before) * self._length


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise PretrainError(f"{folder} holds no {MANIFEST}: make token data with python -m training.pretrain.prepare.")
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _mapped(path: Path, wanted: int, kind: np.dtype[Any]) -> NDArray[Any]:
    size = path.stat().st_size if path.is_file() else 0
    if size != wanted:
        raise PretrainError(f"{path} has {size} bytes; its manifest says {wanted}: prepare the data again.")
    return np.memmap(path, dtype=kind, mode="r")
