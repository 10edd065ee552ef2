"""All that a question mentions: its own numbers, dates and formulas, and the table's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from havoc_pipeline.linking.extract import extract
from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.mentions import (
    ColumnMention,
    DateMention,
    FormulaMention,
    Links,
    Mention,
    NumberMention,
)
from havoc_pipeline.tables import Table


@cache
def the_linker() -> Linker:
    """The linker that ships with the package, loaded once."""
    return Linker.load()


def ground(question: str, table: Table | None, linker: Linker | None = None) -> Links:
    """Link a question to a table.

    Parameters
    ----------
    question : str
    table : Table or None
        None for questions that need no table; then only the question's own mentions are found.
    linker : Linker, optional
        The shipped one when left out.

    Returns
    -------
    Links
    """
    own = extract(question)
    if table is None:
        return Links(question, own, {})
    linker = linker or the_linker()
    blocked = tuple((m.start, m.end) for m in own if isinstance(m, FormulaMention | DateMention))
    numbers = [m for m in own if isinstance(m, NumberMention)]
    links = linker.link(question, table, blocked, numbers)
    named = [m for m in links.mentions if not _is_own_number(m, own)]
    mentions = sorted([*own, *named], key=lambda m: (m.start, m.end))
    return replace(links, mentions=tuple(mentions))


def _is_own_number(mention: Mention, own: Sequence[Mention]) -> bool:
    """A bare number is a level only when the level is that number, and nothing marks it as a quantity."""
    if not isinstance(mention, ColumnMention):
        return False
    numbers = [n for n in own if isinstance(n, NumberMention) and n.start <= mention.start and mention.end <= n.end]
    level = mention.best.level
    return any(n.unit is not None or n.part != "plain" or level != n.text.strip() for n in numbers)
