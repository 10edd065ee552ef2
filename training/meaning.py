"""What a generated question means: symbols of the plan, and where the text mentions them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from havoc_pipeline.tables import Table


@dataclass(eq=False)
class Meaning:
    """Something that a question may mention and a plan names; `spans` are its places in the text.

    `lost` is what the question names and the table does not have.

    `level` is the level's name, or a number or date as the plan writes it.
    """

    kind: Literal["column", "level", "number", "date", "formula", "names", "lost"]
    headers: tuple[str, ...] = ()
    level: str | None = None
    part: str = "plain"
    spans: list[tuple[int, int]] = field(default_factory=list)


Symbol = str | Meaning


class Meanings:
    """What one question means so far: all its meanings, and the symbols that stand in a plan for each slot."""

    def __init__(self) -> None:
        self.all: list[Meaning] = []
        self.slots: dict[str, tuple[Symbol, ...]] = {}

    def column(self, headers: tuple[str, ...]) -> Meaning:
        """The one meaning of a column."""
        return self._of_table(Meaning("column", headers))

    def level(self, headers: tuple[str, ...], level: str) -> Meaning:
        """The one meaning of a column's level."""
        return self._of_table(Meaning("level", headers, level))

    def literal(self, kind: Literal["number", "date", "formula", "names"], slot: str) -> Meaning:
        """A new meaning for what the question itself gives, which fills the slot."""
        self.all.append(meaning := Meaning(kind))
        self.slots[slot] = (meaning,)
        return meaning

    def _of_table(self, meaning: Meaning) -> Meaning:
        wanted = (meaning.kind, meaning.headers, meaning.level)
        for known in self.all:
            if (known.kind, known.headers, known.level) == wanted:
                return known
        self.all.append(meaning)
        return meaning


@dataclass(frozen=True)
class Segment:
    """A piece of text; `meaning` says what it mentions, None for the author's own words."""

    text: str
    meaning: Meaning | None = None


@dataclass(frozen=True)
class Episode:
    """A generated question over a table, and the plan that answers it.

    `plan` is a sequence of DSL symbols, in which columns, levels and numbers are meanings.
    """

    question: str
    table: Table | None
    plan: tuple[Symbol, ...]
    reading: str
    meanings: tuple[Meaning, ...]


def join(segments: list[Segment]) -> str:
    """The text of the segments; writes into each meaning where it is mentioned."""
    text = ""
    for segment in segments:
        if segment.meaning is not None:
            segment.meaning.spans.append((len(text), len(text) + len(segment.text)))
        text += segment.text
    return text
