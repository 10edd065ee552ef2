"""Which character separates the cells of a text file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

CANDIDATES = ("\t", ";", "|", ",")
DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*|\s*")
LINES = 200
LEAST_SHARE = 0.2


@dataclass(frozen=True)
class Fit:
    """How well one delimiter explains the first lines: share of lines at the usual width."""

    delimiter: str
    width: int
    share: float


def sniff_delimiter(head: str, blanks: bool) -> str:
    """Choose the delimiter that gives most lines one same width.

    Args:
        head: the first whole lines of the file.
        blanks: whether runs of blanks may separate cells (`.txt`, `.dat`).

    Returns:
        One of tab, `;`, `|`, `,`, or a blank; `,` for a file of one column.
    """
    fits = [fit for fit in (_fit(head, mark) for mark in CANDIDATES) if fit]
    best = max(fits, key=lambda fit: (fit.share, fit.width), default=None)
    if best is not None and best.share >= LEAST_SHARE and not _is_one_column(head, best):
        return best.delimiter
    if best is not None and _is_one_column(head, best):
        return ";"
    return " " if blanks and _blank_separated(head) else ","


def _fit(head: str, delimiter: str) -> Fit | None:
    if delimiter not in head:
        return None
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        widths = [len(record) for _, record in zip(range(LINES), reader, strict=False) if record]
    except csv.Error:
        return None
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return None
    width, often = counts.most_common(1)[0]
    return Fit(delimiter, width, often / len(widths))


def _is_one_column(head: str, fit: Fit) -> bool:
    """Tell one column of decimal commas: the header has no comma, every number has one."""
    lines = head.splitlines()
    if fit.delimiter != "," or fit.width != 2 or "," in lines[0] or len(lines) < 2:
        return False
    return all(DECIMAL_COMMA.fullmatch(line) for line in lines[1:])


def _blank_separated(head: str) -> bool:
    widths = {len(line.split()) for line in head.splitlines()[:LINES] if line.strip()}
    return len(widths) == 1 and widths.pop() > 1
