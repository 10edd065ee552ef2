"""The table as the model reads it: a line of a few symbols for each column."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from havoc_pipeline.linking.mentions import Role
from havoc_pipeline.lm.plain import plain
from havoc_pipeline.lm.pointers import Pointers
from havoc_pipeline.tables import Table

FEW_LEVELS = 4
"""Columns with at most so many levels have them in the profile, named in the question or not."""
ROLE_SHARE = 0.25
"""Probability from which a column's second role is written too."""

Roles = Mapping[str, Mapping[Role, float]]


def profile(table: Table, roles: Roles, pointers: Pointers, shuffle: random.Random | None) -> str:
    """One entry a column: pointer, kind, likely roles, few levels; mentioned columns first.

    Parameters
    ----------
    table : Table
    roles : mapping of str to mapping of Role to float
        Of each header.
    pointers : Pointers
        New ones are handed out to the columns that the question does not mention.
    shuffle : Random or None
        In training, shuffles these.
    """
    writer = _Profile(table, roles, pointers)
    unmentioned = [headers for headers in pointers.headed if headers not in pointers.given]
    if shuffle is not None:
        shuffle.shuffle(unmentioned)
    for headers in sorted(unmentioned, key=writer.dullness):
        pointers.column(headers)
    return " ".join(writer.entry(headers, pointer) for headers, pointer in pointers.given.items())


class _Profile:
    """Writes the entries of one table."""

    def __init__(self, table: Table, roles: Roles, pointers: Pointers) -> None:
        self._table, self._all_roles, self._pointers = table, roles, pointers

    def dullness(self, headers: tuple[str, ...]) -> int:
        """0 for columns a question is likely about, 2 for identifiers, comments and constants."""
        role = self._roles(headers)[0]
        return 2 if role in ("identifier", "comment") or self._kind(headers) in ("text", "constant") else 0

    def entry(self, headers: tuple[str, ...], pointer: str) -> str:
        """What the model reads of a column."""
        kind = self._kind(headers)
        words = [pointer, f"<{kind}>"]
        if kind in ("categorical", "ordered", "integer"):
            distinct = self._table.column(headers[0]).distinct
            words.append("<few>" if distinct <= 4 else "<some>" if distinct <= 12 else "<many>")
        words += [f"<{role}>" for role in self._roles(headers)]
        if kind in ("two-level", "categorical", "ordered"):
            words += self._levels(headers[0])
        return " ".join(words)

    def _roles(self, headers: tuple[str, ...]) -> list[Role]:
        """The likeliest role, and the second when it is likely too."""
        ranked = sorted(self._all_roles.get(headers[0], {}).items(), key=lambda pair: -pair[1])[:2]
        return [role for place, (role, share) in enumerate(ranked) if place == 0 or share >= ROLE_SHARE] or [
            "measurement"
        ]

    def _kind(self, headers: tuple[str, ...]) -> str:
        return "block" if len(headers) > 1 else self._table.column(headers[0]).kind

    def _levels(self, header: str) -> Iterator[str]:
        """The levels of a column that has few, each with its pointer."""
        levels = self._table.column(header).levels
        for level in levels if len(levels) <= FEW_LEVELS else ():
            pointer = self._pointers.level(header, level)
            if pointer is not None:
                yield f"{pointer} {' '.join(plain(level).split()[:2])}"
