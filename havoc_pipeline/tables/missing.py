"""Which cells say "there is no value here"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

MARKERS = frozenset(
    {"", "NA", "N/A", "n/a", "n.a.", "NaN", "nan", "null", "Null", "NULL", "None", "*", ".", "?"}
    | {"-", "--", "---", "–", "—"}
    | {"#N/A", "#NA", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NULL!", "#NAME?"}
)
"""Trimmed cells that stand for a missing value; the empty cell is one of them."""


def markers_for(distinct: Iterable[str]) -> frozenset[str]:
    """Return the markers that hold in one column.

    Beside `+`, a `-` is the low level of a coded factor and no gap.

    Args:
        distinct: the trimmed cells of the column, in any order.

    Returns:
        The texts that count as missing there.
    """
    return MARKERS - {"-"} if "+" in distinct else MARKERS


def part_missing(raw: Sequence[str | None]) -> tuple[list[str | None], dict[str, int]]:
    """Replace missing markers by None and count each.

    Args:
        raw: the cells of one column as read.

    Returns:
        The cells with None for missing, and how often each marker stood there.
    """
    trimmed = ["" if cell is None else cell.strip() for cell in raw]
    markers = markers_for(trimmed)
    kept = [None if word in markers else cell for word, cell in zip(trimmed, raw, strict=True)]
    counts = Counter(word for word in trimmed if word in markers)
    return kept, dict(counts)


def missing_sentence(missing: int, rows: int, markers: Mapping[str, int]) -> str:
    """Say how many cells are missing, how they were written and what was done.

    Args:
        missing: number of missing cells.
        rows: number of rows.
        markers: how often each marker stood there; may cover only some.

    Returns:
        One sentence, or "" when nothing is missing.
    """
    if not missing:
        return ""
    named = [f"{count} written `{mark}`" for mark, count in markers.items() if mark]
    how = f" ({', '.join(named)})" if named else ""
    return f"{missing} of {rows} cells are missing{how} and left out"
