"""The cells of a long column, held as Arrow strings outside the Python heap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from havoc_pipeline.tables.cells import Bools, Cells, Floats, Labels, Part, digest_of
from havoc_pipeline.tables.missing import MARKERS, markers_for

BLOCK = 65536
OPEN_COMMA = r"^[+-]?[1-9][0-9]{0,2},[0-9]{3}$"


class ArrowCells:
    """Texts in an Arrow chunked array of strings, null for missing."""

    def __init__(self, array: Any, markers: Mapping[str, int]) -> None:
        self._array = array
        self.markers = markers

    @classmethod
    def of(cls, raw: Any) -> ArrowCells:
        """Build from a chunked array of raw strings, turning missing markers to null."""
        import pyarrow as pa
        import pyarrow.compute as pc

        words = trimmed(raw)
        seen = pc.value_counts(pc.filter(words, pc.is_in(words, pa.array([*MARKERS, "+"]))))
        counts = {row["values"]: row["counts"] for row in seen.to_pylist()}
        markers = markers_for(counts)
        gone = pc.or_kleene(pc.is_in(words, pa.array(list(markers))), pc.is_null(words))
        kept = pc.if_else(gone, pa.scalar(None, raw.type), raw) if pc.any(gone).as_py() else raw
        nulls = {"": raw.null_count} if raw.null_count else {}
        return cls(kept, {w: c for w, c in counts.items() if w in markers} | nulls)

    def __len__(self) -> int:
        return len(self._array)

    def texts(self, start: int, stop: int) -> Sequence[str | None]:
        """Return the cells of rows start..stop-1."""
        found: list[str | None] = self._array.slice(start, stop - start).to_pylist()
        return found

    def swapped(self, start: int, stop: int) -> tuple[Floats, bool] | None:
        """Return rows start..stop-1 when all are plain numbers with a decimal comma."""
        import pyarrow.compute as pc

        block = self._array.slice(start, stop - start)
        if pc.any(pc.match_substring(block, ".")).as_py():
            return None
        numbers = cast_numbers(pc.replace_substring(block, ",", ".", max_replacements=1))
        if numbers is None:
            return None
        either = pc.match_substring_regex(block, OPEN_COMMA)
        proof = pc.and_not(pc.match_substring(block, ","), either)
        return numbers, bool(pc.any(proof).as_py())

    def parts(self) -> Iterator[Part]:
        """Run through all rows in order."""
        for start in range(0, len(self), BLOCK):
            block = self._array.slice(start, BLOCK)
            yield Part(start, cast_numbers(block), self, len(block))

    def contains(self, mark: str) -> bool:
        """Say whether any cell holds the character."""
        import pyarrow.compute as pc

        return bool(pc.any(pc.match_substring(self._array, mark)).as_py())

    def missing(self) -> Bools:
        """Return a mask of the missing cells."""
        import pyarrow.compute as pc

        found: Bools = pc.is_null(self._array).to_numpy()
        return found

    def labels(self) -> Labels:
        """Return trimmed texts, None for missing."""
        coded = trimmed(self._array).combine_chunks().dictionary_encode()
        levels = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
        at = coded.indices.fill_null(len(levels) - 1).to_numpy(zero_copy_only=False)
        found: Labels = levels[at]
        return found

    def distinct(self) -> list[str]:
        """Return the distinct trimmed texts in order of appearance."""
        import pyarrow.compute as pc

        found: list[str | None] = pc.unique(trimmed(self._array)).to_pylist()
        return [text for text in found if text is not None]

    def take(self, mask: Bools) -> Cells:
        """Return the cells of the rows where the mask holds."""
        import pyarrow as pa

        return ArrowCells(self._array.filter(pa.array(mask)), {})

    def digest(self) -> str:
        """Return the SHA-256 of lengths and texts."""
        import pyarrow.compute as pc

        lengths = pc.fill_null(pc.binary_length(self._array), -1)
        whole = lengths.to_numpy().astype(np.int64)
        return digest_of(whole, (utf8_bytes(chunk) for chunk in self._array.chunks))


def trimmed(array: Any) -> Any:
    """Return an Arrow string array without white space at either end of each cell."""
    import pyarrow.compute as pc

    return pc.utf8_trim_whitespace(array)


def utf8_bytes(chunk: Any) -> bytes:
    """Return the UTF-8 bytes of one Arrow string array, missing cells contributing none."""
    import pyarrow.compute as pc

    joined: bytes = "".join(pc.fill_null(chunk, "").to_pylist()).encode()
    return joined


def cast_numbers(block: Any) -> Floats | None:
    """Return a block of Arrow strings as floats when all are plain and finite, else None."""
    import pyarrow as pa

    try:
        cast = block.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    found: Floats = cast.to_numpy()
    lost = int(np.isnan(found).sum()) != block.null_count
    return None if lost or np.isinf(found).any() else found
