"""Places where a question runs through the columns of a block: `p1 to p4`, `reading 1-5`, `X1, X2, X3`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from havoc_pipeline.linking.sketch import Target
from havoc_pipeline.linking.words import folded, header_words

RUN = re.compile(
    r"(?P<stem>[^\W\d_]*)[\s_.#-]{0,2}(?P<first>\d{1,3})\s*(?:to|through|thru|till|until|bis|-|–|—|\.{2,3}|…|:)"
    r"\s*(?P<again>[^\W\d_]*)[\s_.#-]{0,2}(?P<last>\d{1,3})(?!\d)",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[\s,;/&+]*(?:and|und|y|et|e)?[\s,;/&+]*", re.IGNORECASE)
READINGS = frozenset(
    "reading readings rdg measurement measurements meas sample samples value values column columns col position "
    "positions pos point points spot spots piece pieces part parts place places site sites trial trials".split()
)


def enumerated(text: str, targets: Sequence[Target]) -> Iterator[tuple[int, int, int]]:
    """Find where a question names the columns of a block one after the other.

    Args:
        text: the question.
        targets: columns and blocks of a table.

    Yields:
        Start and end in the text, and the number of the block.
    """
    for number, target in enumerate(targets):
        if target.is_block and target.block == "subgroup":
            for start, end in [*_runs(text, target), *_lists(text, target.headers)]:
                yield start, end, number


def _runs(text: str, target: Target) -> Iterator[tuple[int, int]]:
    ends = [_number(target.headers[0]), _number(target.headers[-1])]
    for match in RUN.finditer(text):
        if [int(match["first"]), int(match["last"])] == ends and _fits(match["stem"], target):
            yield match.start(), match.end()


def _number(header: str) -> int | None:
    digits = [word for word in header_words(header) if word.isdigit()]
    return int(digits[-1]) if digits else None


def _fits(stem: str, target: Target) -> bool:
    word = folded(stem)
    names = [name for name in target.words if not name.isdigit()]
    if not word:
        return False
    return word in READINGS or any(word == name or (len(word) > 2 and name.startswith(word)) for name in names)


def _lists(text: str, headers: Sequence[str]) -> Iterator[tuple[int, int]]:
    lower, at = text.lower(), 0
    start = lower.find(headers[0].lower())
    if start < 0:
        return
    at = start + len(headers[0])
    for header in headers[1:]:
        gap = BETWEEN.match(text, at)
        at = gap.end() if gap else at
        if not lower.startswith(header.lower(), at):
            return
        at += len(header)
    yield start, at
