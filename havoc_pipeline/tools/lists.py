"""Which arguments do not go together, a list of columns above all: said once by each tool, asked before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

Given = Mapping[str, bool | float | str | tuple[str, ...]]
"""A command's arguments as written; a tuple stands for a list of two or more, one alone for itself."""


class Refused(NamedTuple):
    """Why a command cannot run: the parameter to point at, and one sentence with the mend."""

    parameter: str
    reason: str


Refuses = Callable[[Given], Refused | None]


def listed(given: Given, parameter: str) -> tuple[str, ...]:
    """The columns of a list, as written; empty when the parameter has one value or none."""
    value = given.get(parameter)
    return value if isinstance(value, tuple) else ()


def beside(given: Given, parameter: str, others: Sequence[str], mend: str = "") -> Refused | None:
    """Refuse a list, each column of which is a sample of its own, beside a parameter about one column.

    Parameters
    ----------
    given : Given
    parameter : str
        The one with the list.
    others : sequence of str
        Parameters that do not go with it.
    mend : str
        What else than leaving the other out helps: the mean of each row, when not given.

    Returns
    -------
    Refused or None
        About the first of the others that is given; None when there is no list or none of them.
    """
    columns = listed(given, parameter)
    other = next((name for name in others if name in given), None)
    if not columns or other is None:
        return None
    mend = mend or f"average the columns first: {parameter}=(mean([{', '.join(columns)}]))"
    return Refused(
        other,
        f"{parameter}= lists {len(columns)} columns, each a sample of its own, and {other}= takes one column: "
        f"leave {other}= out, or {mend}",
    )
