"""The cells of one column as read: exact texts, None for missing, in one of three stores."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, cast, overload

import numpy as np
import numpy.typing as npt

from havoc_pipeline.tables.missing import part_missing

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.object_]

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""A number as programming languages write it."""


@dataclass(frozen=True)
class Part:
    """A run of rows; `numbers` stands when every cell is a plain finite number or missing."""

    start: int
    numbers: Floats | None
    store: Cells
    size: int

    @property
    def texts(self) -> Sequence[str | None]:
        """The cells of these rows as Python strings."""
        return self.store.texts(self.start, self.start + self.size)

    @cached_property
    def swapped(self) -> tuple[Floats, bool] | None:
        """As `numbers`, for plain numbers with a decimal comma, and whether a cell proves it."""
        return self.store.swapped(self.start, self.start + self.size)


class Cells(Protocol):
    """What a column asks of its store, however the texts are held."""

    markers: Mapping[str, int]

    def __len__(self) -> int: ...
    def texts(self, start: int, stop: int) -> Sequence[str | None]:
        """Return the cells of rows start..stop-1 as Python strings."""

    def swapped(self, start: int, stop: int) -> tuple[Floats, bool] | None:
        """Return rows start..stop-1 as decimal-comma numbers, where the store can do so fast."""

    def parts(self) -> Iterator[Part]:
        """Run through all rows in order, a bounded number at a time."""

    def contains(self, mark: str) -> bool:
        """Say whether any cell holds the given character."""

    def missing(self) -> Bools:
        """Return a mask of the missing cells, shape (n,)."""

    def labels(self) -> Labels:
        """Return trimmed texts as an object array, shape (n,), None for missing."""

    def distinct(self) -> list[str]:
        """Return the distinct trimmed texts in the order of first appearance."""

    def take(self, mask: Bools) -> Cells:
        """Return the cells of the rows where the mask holds."""

    def digest(self) -> str:
        """Return the SHA-256 of lengths (int64, -1 for missing) and UTF-8 texts."""


class Texts(Sequence[str | None]):
    """A read-only sequence over a store, so that a long column is never copied to a list."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, at: int) -> str | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str | None]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str | None] | None:
        if isinstance(at, slice):
            rows = range(len(self))[at]
            return [self[row] for row in rows]
        row = range(len(self))[at]
        return self._cells.texts(row, row + 1)[0]

    def __iter__(self) -> Iterator[str | None]:
        for part in self._cells.parts():
            yield from part.texts

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(self._cells.digest())

    def __repr__(self) -> str:
        shown = ", ".join(repr(text) for text in self[:5])
        return f"[{shown}{', …' if len(self) > 5 else ''}]"


def digest_of(lengths: npt.NDArray[np.int64], chunks: Iterator[bytes]) -> str:
    """Return the SHA-256 that every store shares, from cell lengths and UTF-8 bytes."""
    state = hashlib.sha256(lengths.astype("<i8").tobytes())
    for chunk in chunks:
        state.update(chunk)
    return state.hexdigest()


def sample(cells: Cells, size: int = 200) -> list[str]:
    """Return up to `size` trimmed texts spread evenly over the rows, missing ones left out."""
    count = len(cells)
    step = max(1, count // size)
    found = (cells.texts(row, row + 1)[0] for row in range(0, count, step))
    return [text.strip() for text in found if text is not None]


class ListCells:
    """Texts in a Python list: small files."""

    def __init__(self, texts: list[str | None], markers: Mapping[str, int]) -> None:
        self._texts = texts
        self.markers = markers

    @classmethod
    def of(cls, raw: Sequence[str | None]) -> ListCells:
        """Build from raw cells, turning missing markers to None."""
        return cls(*part_missing(raw))

    def __len__(self) -> int:
        return len(self._texts)

    def texts(self, start: int, stop: int) -> Sequence[str | None]:
        """Return the cells of rows start..stop-1."""
        return self._texts[start:stop]

    def swapped(self, start: int, stop: int) -> tuple[Floats, bool] | None:
        """Return None: the cells are read one by one."""
        return None

    def parts(self) -> Iterator[Part]:
        """Run through all rows in order."""
        yield Part(0, plain_numbers(self._texts), self, len(self))

    def contains(self, mark: str) -> bool:
        """Say whether any cell holds the character."""
        return any(mark in text for text in self._texts if text is not None)

    def missing(self) -> Bools:
        """Return a mask of the missing cells."""
        return np.fromiter((text is None for text in self._texts), np.bool_, len(self))

    def labels(self) -> Labels:
        """Return trimmed texts, None for missing."""
        found: Labels = np.empty(len(self), dtype=object)
        for row, text in enumerate(self._texts):
            found[row] = None if text is None else text.strip()
        return found

    def distinct(self) -> list[str]:
        """Return the distinct trimmed texts in order of appearance."""
        return list(dict.fromkeys(text.strip() for text in self._texts if text is not None))

    def take(self, mask: Bools) -> ListCells:
        """Return the cells of the rows where the mask holds."""
        rows = np.flatnonzero(mask).tolist()
        return ListCells([self._texts[row] for row in rows], {})

    def digest(self) -> str:
        """Return the SHA-256 of lengths and texts."""
        coded = [None if text is None else text.encode() for text in self._texts]
        lengths = np.array([-1 if c is None else len(c) for c in coded], dtype=np.int64)
        return digest_of(lengths, (c for c in coded if c))


def plain_numbers(texts: Sequence[str | None]) -> Floats | None:
    """Return the cells as numbers when all are plain finite numbers or missing, else None.

    Args:
        texts: cells, None for missing.

    Returns:
        Floats of shape (len(texts),), NaN for missing; None as soon as one cell is no plain number.
    """
    found = np.empty(len(texts))
    for row, text in enumerate(texts):
        word = None if text is None else text.strip()
        if word is not None and not PLAIN.fullmatch(word):
            return None
        found[row] = np.nan if word is None else float(word)
    return None if np.isinf(found).any() else found


class NumberCells:
    """Numbers that came as numbers (arrays, Parquet): texts are made when asked for."""

    def __init__(self, values: Floats, whole: bool, markers: Mapping[str, int]) -> None:
        self._values = values
        self._whole = whole
        self.markers = markers

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> NumberCells:
        """Build from a numeric array; NaN is missing."""
        floats = values.astype(np.float64)
        gaps = int(np.isnan(floats).sum())
        return cls(floats, values.dtype.kind in "iu", {"": gaps} if gaps else {})

    def __len__(self) -> int:
        return len(self._values)

    def texts(self, start: int, stop: int) -> Sequence[str | None]:
        """Return the cells of rows start..stop-1."""
        return [self._text(value) for value in self._values[start:stop].tolist()]

    def _text(self, value: float) -> str | None:
        if value != value:
            return None
        return str(int(value)) if self._whole else repr(value)

    def swapped(self, start: int, stop: int) -> tuple[Floats, bool] | None:
        """Return None: the cells are read one by one."""
        return None

    def parts(self) -> Iterator[Part]:
        """Run through all rows in order."""
        for start in range(0, len(self), 65536):
            block = self._values[start : start + 65536]
            yield Part(start, None if np.isinf(block).any() else block, self, len(block))

    def contains(self, mark: str) -> bool:
        """Say whether any cell holds the character."""
        return mark == "." and not self._whole

    def missing(self) -> Bools:
        """Return a mask of the missing cells."""
        return cast(Bools, np.isnan(self._values))

    def labels(self) -> Labels:
        """Return trimmed texts, None for missing."""
        found: Labels = np.empty(len(self), dtype=object)
        found[:] = [text for part in self.parts() for text in part.texts]
        return found

    def distinct(self) -> list[str]:
        """Return the distinct trimmed texts in order of appearance."""
        values, first = np.unique(self._values[~np.isnan(self._values)], return_index=True)
        return [str(self._text(value)) for value in values[np.argsort(first)].tolist()]

    def take(self, mask: Bools) -> NumberCells:
        """Return the cells of the rows where the mask holds."""
        return NumberCells(self._values[mask], self._whole, {})

    def digest(self) -> str:
        """Return the SHA-256 of lengths and texts."""
        return ListCells(list(self.labels()), {}).digest()
