"""Headers: made unique, found again, and suggested when mistyped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables.units import split_unit

LISTED = 12


def clean_headers(raw: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make headers usable: trimmed, never empty, never twice the same.

    Args:
        raw: header cells as read, one a column.

    Returns:
        The headers (an empty one becomes `column 3`, a second `x` becomes `x (2)`), and one note
        for each that was changed.
    """
    wanted = [" ".join(cell.split()) for cell in raw]
    taken = {word for word in wanted if word}
    found: list[str] = []
    notes: list[str] = []
    for at, word in enumerate(wanted, start=1):
        name = word or f"column {at}"
        if name in found or (not word and name in taken):
            name = _numbered(name, taken | set(found))
            notes.append(f"column {at} repeats the header `{word}` and is called `{name}`")
        elif not word:
            notes.append(f"column {at} has no header and is called `{name}`")
        found.append(name)
    return tuple(found), tuple(notes)


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def bare(header: str) -> str:
    """Return a header without case, spaces, punctuation and unit, for comparison."""
    stem, _ = split_unit(header)
    return re.sub(r"[\W_]+", "", stem).casefold()


def suggestions(wanted: str, headers: Sequence[str]) -> list[str]:
    """Return the headers that a mistyped one may have meant, likeliest first.

    Args:
        wanted: the header as typed.
        headers: those there are.

    Returns:
        Up to three headers; empty when none is near.
    """
    import difflib

    same = [header for header in headers if bare(header) == bare(wanted)]
    near = difflib.get_close_matches(wanted, headers, n=3, cutoff=0.7)
    by_bare = {bare(header): header for header in reversed(headers)}
    nearly = difflib.get_close_matches(bare(wanted), list(by_bare), n=3, cutoff=0.75)
    return list(dict.fromkeys([*same, *near, *(by_bare[word] for word in nearly)]))[:3]


def no_such_column(wanted: str, headers: Sequence[str], table: str) -> TableError:
    """Return the error for a header that is not there, with what may have been meant.

    Args:
        wanted: the header as typed.
        headers: those there are.
        table: the table's name.

    Returns:
        An error to raise.
    """
    near = " or ".join(f"`{header}`" for header in suggestions(wanted, headers))
    if near:
        return TableError(f"no column `{wanted}` in `{table}`; did you mean {near}?")
    shown = ", ".join(f"`{header}`" for header in headers[:LISTED])
    more = f" and {len(headers) - LISTED} more" if len(headers) > LISTED else ""
    return TableError(f"no column `{wanted}` in `{table}`; its columns are {shown}{more}")
