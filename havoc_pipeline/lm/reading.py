"""What the model reads: the question with typed pointers in order of mention, and a short profile.

A mention is written as its pointer, the strength of the link, rivals, the words themselves and
`<e>`: `did <L1> <C2> <s4> new resin <e> raise the <C1> <s3> strength <e> …`; `<lost>` stands before
something that the question names and no column was found for, `<high>` or `<low>` before a word that
compares: `<C1> <s4> <low> faster <e>` of a time. The profile gives each column's kind,
likely roles, and its levels where they are few. The model answers in pointers, so it never copies a
header or a digit; `Reading.spell` turns its answer into the DSL.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from havoc_pipeline.dsl.command import number, quote
from havoc_pipeline.linking.mentions import (
    ColumnMention,
    DateMention,
    FormulaMention,
    Links,
    ListMention,
    Mention,
    NumberMention,
)
from havoc_pipeline.lm.column_profile import profile
from havoc_pipeline.lm.plain import plain
from havoc_pipeline.lm.pointed import Pointed
from havoc_pipeline.lm.pointers import Pointers
from havoc_pipeline.tables import Table

STRONG, WEAKEST = 0.5, 0.12
"""Link probability from which a pointer counts as strong, and below which it is not shown."""
RIVAL = 0.25
"""Share of the best reading's probability from which a rival is shown."""
ALPHAS = {0.01: "<a01>", 0.05: "<a05>", 0.1: "<a10>", 1.0: "<a01>", 5.0: "<a05>", 10.0: "<a10>", 99.0: "<a01>",
          95.0: "<a05>", 90.0: "<a10>", 0.99: "<a01>", 0.95: "<a05>", 0.9: "<a10>"}  # fmt: skip
WAYS = {"more": "<high>", "less": "<low>"}
"""Marks of a comparing word, before it: towards the column's high or its low values."""
PARTS = ("low", "high", "centre", "percent", "factors", "runs")
KINDS = ("numeric", "integer", "two-level", "categorical", "ordered", "date", "order", "identifier", "constant", "text",
         "empty", "block")  # fmt: skip
SIZES = ("few", "some", "many")


@dataclass(frozen=True)
class Reading:
    """The model's input for one question, and what each pointer stands for.

    Attributes
    ----------
    text : str
        Symbols and words, as the tokenizer takes them.
    columns : mapping of str to Pointed
        `<C1>` and so on.
    levels : mapping of str to (str, str)
        `<L1>` and so on: header and level.
    literals : mapping of str to str
        `<N1>` numbers, `<D1>` dates, `<F1>` formulas and `<X1>` lists, as the DSL writes them.
    mentioned : mapping of str to float
        Link probability of each column pointer that the question mentions.
    spans : mapping of str to (int, int)
        Where each pointer's first mention stands in the question.
    """

    text: str
    columns: Mapping[str, Pointed] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    literals: Mapping[str, str] = field(default_factory=dict)
    mentioned: Mapping[str, float] = field(default_factory=dict)
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def spell(self, answer: str) -> str:
        """The model's answer with every pointer replaced by what it stands for, as DSL text."""
        return re.sub(r"<([CLNDFX])\d+>", lambda m: self._literal(m.group(0)), answer)

    def _literal(self, pointer: str) -> str:
        if pointer in self.columns:
            headers = self.columns[pointer].headers
            return quote(headers[0]) if len(headers) == 1 else "[" + ", ".join(map(quote, headers)) + "]"
        return quote(self.levels[pointer][1]) if pointer in self.levels else self.literals[pointer]


def read(links: Links, table: Table | None, *, shuffle: random.Random | None = None, task: str = "plan") -> Reading:
    """Write a linked question for the model.

    Parameters
    ----------
    links : Links
        Mentions and roles that the linker found.
    table : Table or None
    shuffle : Random or None
        In training, shuffles the columns that the question does not mention.
    task : str
        Name of the stage that asks: `plan`, `mode`.

    Returns
    -------
    Reading
    """
    writer = _Writer(links, table)
    text, pointers = writer.question(), writer.pointers
    told = "<none>" if table is None else profile(table, links.roles, pointers, shuffle)
    return Reading(f"<{task}> {text} <profile> {told} <cmd>", pointers.columns, pointers.levels,
                   pointers.literals, writer.mentioned, pointers.spans)  # fmt: skip


class _Writer:
    """Writes the question, its mentions as pointers."""

    def __init__(self, links: Links, table: Table | None) -> None:
        self._links = links
        self.pointers = Pointers(table)
        self.mentioned: dict[str, float] = {}

    def question(self) -> str:
        """The question's words with pointers at its mentions."""
        pieces, at, text = [], 0, self._links.question
        for mention in _apart(self._links.mentions):
            if mention.start >= at:
                pieces.append(self._between(at, mention.start))
            pieces.append(self._mention(mention))
            at = max(at, mention.end)
        pieces.append(self._between(at, len(text)))
        return " ".join(piece for piece in pieces if piece)

    def _between(self, start: int, end: int) -> str:
        """Words that no mention covers, with what they name in vain marked."""
        pieces, text = list[str](), self._links.question
        for first, last in self._links.unplaced:
            if start <= first and last <= end:
                pieces += [plain(text[start:first]), "<lost>", plain(text[first:last]), "<e>"]
                start = last
        return " ".join(piece for piece in [*pieces, plain(text[start:end])] if piece)

    def _mention(self, mention: Mention) -> str:
        if isinstance(mention, ColumnMention):
            return self._column_mention(mention)
        if isinstance(mention, NumberMention):
            return self._number(mention)
        if isinstance(mention, DateMention):
            stamp = mention.value
            whole = stamp.hour == stamp.minute == 0
            return self._other("D", stamp.date().isoformat() if whole else stamp.isoformat(timespec="seconds"), mention)
        if isinstance(mention, FormulaMention):
            quoted = [quote(formula) for formula in mention.formulas]
            literal = quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
            return self._other("F", literal, mention) + (" <eq>" if mention.is_equation else "")
        names = "[" + ", ".join(map(quote, mention.names)) + "]"
        return self._other("X", names, mention) + " " + plain(mention.text)

    def _other(self, letter: str, literal: str, mention: Mention) -> str:
        return self.pointers.literal(letter, literal, mention) or plain(mention.text)

    def _number(self, mention: NumberMention) -> str:
        pointer = self.pointers.literal("N", number(mention.value), mention)
        if pointer is None:
            return plain(mention.text)
        marks = [f"<{mention.part}>"] if mention.part in PARTS else []
        marks += [ALPHAS[mention.value]] if mention.value in ALPHAS else []
        marks += ["<small>"] if mention.value.is_integer() and 1 < mention.value <= 12 else []
        column = self.pointers.measured_in(mention.unit) if mention.unit else None
        if column is None and "<small>" not in marks and mention.value not in ALPHAS:
            column = self.pointers.among(mention)
        marks += ["<unit>"] if mention.unit else []
        return " ".join([pointer, *marks, *([column] if column else [])])

    def _column_mention(self, mention: ColumnMention) -> str:
        best = mention.best
        words = plain(mention.text)
        if best.score < WEAKEST:
            return words
        shown = [self._pointed(best.headers, best.level, best.score, mention)]
        for rival in mention.candidates[1:3]:
            if rival.score >= max(WEAKEST, RIVAL * best.score) and rival.headers != best.headers:
                shown.append("<or> " + self._pointed(rival.headers, rival.level, rival.score, mention))
        way = [] if mention.direction is None else [WAYS[mention.direction]]
        return " ".join([*shown, *way, words, "<e>"])

    def _pointed(self, headers: tuple[str, ...], level: str | None, score: float, mention: ColumnMention) -> str:
        pointer = self.pointers.column(headers)
        if pointer is None:
            return ""
        self.mentioned[pointer] = max(score, self.mentioned.get(pointer, 0.0))
        self.pointers.spans.setdefault(pointer, (mention.start, mention.end))
        strength = f"<s{min(4, int(score * 5))}>"
        named = None if level is None else self.pointers.level(headers[0], level)
        if named is None:
            return f"{pointer} {strength}"
        self.pointers.spans.setdefault(named, (mention.start, mention.end))
        return f"{named} {pointer} {strength}"


def _apart(mentions: tuple[Mention, ...]) -> list[Mention]:
    """Mentions in order, without what lies inside a column's span and enumerations of columns."""
    columns = [m for m in mentions if isinstance(m, ColumnMention) and m.candidates and m.best.score >= WEAKEST]
    return sorted((m for m in mentions if not _covered(m, columns)), key=lambda m: (m.start, m.end))


def _covered(mention: Mention, columns: list[ColumnMention]) -> bool:
    """Whether the columns' mentions say all that this one says."""
    if isinstance(mention, ColumnMention):
        return False
    if isinstance(mention, ListMention):
        strong = [c for c in columns if c.best.score >= STRONG and mention.start <= c.start and c.end <= mention.end]
        return 2 * len(strong) >= len(mention.names)
    return any(c.start <= mention.start and mention.end <= c.end for c in columns)
