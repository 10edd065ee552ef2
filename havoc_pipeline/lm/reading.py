"""What the model reads: the question with typed pointers in order of mention, and a short profile.

A mention is written as its pointer, the strength of the link, rivals, the words themselves and
`<e>`: `did <L1> <C2> <s4> new resin <e> raise the <C1> <s3> strength <e> …`; `<lost>` stands before
something that the question names and no column was found for. The profile gives each column's kind,
likely roles, and its levels where they are few. The model answers in pointers, so it never copies a
header or a digit; `Reading.spell` turns its answer into the DSL.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from havoc_pipeline.dsl.command import number, quote
from havoc_pipeline.linking.mentions import (
    ColumnMention,
    DateMention,
    FormulaMention,
    Links,
    ListMention,
    Mention,
    NumberMention,
    Role,
)
from havoc_pipeline.linking.ranges import Ranges
from havoc_pipeline.lm.pointed import Pointed, fits_of, headed
from havoc_pipeline.tables import Table

MOST_COLUMNS, MOST_LEVELS, MOST_NUMBERS, MOST_OTHERS = 14, 16, 12, 4
FEW_LEVELS = 4
"""Columns with at most so many levels have them in the profile, named in the question or not."""
STRONG, WEAKEST = 0.5, 0.12
"""Link probability from which a pointer counts as strong, and below which it is not shown."""
RIVAL = 0.25
"""Share of the best reading's probability from which a rival is shown."""
NEAR, SURELY = 0.3, 0.6
"""How near a number lies to a column's values, and its share of all columns' density there, to point at it."""
ALPHAS = {0.01: "<a01>", 0.05: "<a05>", 0.1: "<a10>", 1.0: "<a01>", 5.0: "<a05>", 10.0: "<a10>", 99.0: "<a01>",
          95.0: "<a05>", 90.0: "<a10>", 0.99: "<a01>", 0.95: "<a05>", 0.9: "<a10>"}  # fmt: skip
PARTS = ("low", "high", "centre", "percent", "factors", "runs")
KINDS = ("numeric", "integer", "two-level", "categorical", "ordered", "date", "order", "identifier", "constant", "text",
         "empty", "block")  # fmt: skip
SIZES = ("few", "some", "many")
ROLE_SHARE = 0.25
"""Probability from which a column's second role is written too."""


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
    writer = _Writer(links, table, shuffle)
    text = writer.question()
    return Reading(f"<{task}> {text} <profile> {writer.profile()} <cmd>", writer.columns, writer.levels,
                   writer.literals, writer.mentioned, writer.spans)  # fmt: skip


class _Writer:
    """Hands out pointers in order of mention while the text is written."""

    def __init__(self, links: Links, table: Table | None, shuffle: random.Random | None) -> None:
        self._links, self._table, self._shuffle = links, table, shuffle
        self.columns: dict[str, Pointed] = {}
        self.levels: dict[str, tuple[str, str]] = {}
        self.literals: dict[str, str] = {}
        self.mentioned: dict[str, float] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self._pointers: dict[tuple[str, ...], str] = {}
        self._headed = headed(table) if table is not None else []

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
        if isinstance(mention, ListMention):
            return (
                self._other("X", "[" + ", ".join(map(quote, mention.names)) + "]", mention) + " " + plain(mention.text)
            )
        return plain(mention.text)

    def _other(self, letter: str, literal: str, mention: Mention) -> str:
        count = sum(pointer.startswith(f"<{letter}") for pointer in self.literals)
        if count >= (MOST_NUMBERS if letter == "N" else MOST_OTHERS):
            return plain(mention.text)
        pointer = f"<{letter}{count + 1}>"
        self.literals[pointer] = literal
        self.spans[pointer] = (mention.start, mention.end)
        return pointer

    def _number(self, mention: NumberMention) -> str:
        pointer = self._other("N", number(mention.value), mention)
        if pointer not in self.literals:
            return pointer
        marks = [f"<{mention.part}>"] if mention.part in PARTS else []
        marks += [ALPHAS[mention.value]] if mention.value in ALPHAS else []
        marks += ["<small>"] if mention.value.is_integer() and 1 < mention.value <= 12 else []
        by_unit = self._measured_in(mention.unit) if mention.unit else []
        marks += ["<unit>"] if mention.unit else []
        marks += by_unit or ([] if "<small>" in marks or mention.value in ALPHAS else self._lies_in(mention))
        return " ".join([pointer, *marks])

    def _lies_in(self, mention: NumberMention) -> list[str]:
        """The pointer of the column or block among whose values the number lies, when it surely is the one."""
        if not self._headed:
            return []
        near, share, _ = self._ranges.suit([mention])[0].T
        best = int(share.argmax())
        pointer = self._pointer(self._headed[best]) if near[best] >= NEAR and share[best] >= SURELY else None
        return [pointer] if pointer else []

    @cached_property
    def _ranges(self) -> Ranges:
        assert self._table is not None
        return Ranges([self._table.column(headers[0]) for headers in self._headed])

    def _measured_in(self, unit: str) -> list[str]:
        """The pointer of the only column or block with this unit, if there is just one."""
        same = [headers for headers in self._headed if self._unit(headers) == unit.casefold()]
        pointer = self._pointer(same[0]) if len(same) == 1 else None
        return [pointer] if pointer else []

    def _unit(self, headers: tuple[str, ...]) -> str:
        assert self._table is not None
        return (self._table.column(headers[0]).unit or "").casefold()

    def _column_mention(self, mention: ColumnMention) -> str:
        best = mention.best
        words = plain(mention.text)
        if best.score < WEAKEST:
            return words
        shown = [self._pointed(best.headers, best.level, best.score, mention)]
        for rival in mention.candidates[1:3]:
            if rival.score >= max(WEAKEST, RIVAL * best.score) and rival.headers != best.headers:
                shown.append("<or> " + self._pointed(rival.headers, rival.level, rival.score, mention))
        return " ".join([*shown, words, "<e>"])

    def _pointed(self, headers: tuple[str, ...], level: str | None, score: float, mention: ColumnMention) -> str:
        pointer = self._pointer(headers)
        if pointer is None:
            return ""
        self.mentioned[pointer] = max(score, self.mentioned.get(pointer, 0.0))
        self.spans.setdefault(pointer, (mention.start, mention.end))
        strength = f"<s{min(4, int(score * 5))}>"
        if level is None:
            return f"{pointer} {strength}"
        named = self._level(headers[0], level)
        if named is None:
            return f"{pointer} {strength}"
        self.spans.setdefault(named, (mention.start, mention.end))
        return f"{named} {pointer} {strength}"

    def _pointer(self, headers: tuple[str, ...]) -> str | None:
        """The pointer of a column or block, a new one if it has none yet; None when all are given out."""
        if headers not in self._pointers:
            if len(self._pointers) >= MOST_COLUMNS or self._table is None:
                return None
            pointer = f"<C{len(self._pointers) + 1}>"
            self._pointers[headers] = pointer
            self.columns[pointer] = Pointed(headers, fits_of(headers, self._table))
        return self._pointers[headers]

    # The profile.

    def profile(self) -> str:
        """One entry a column: pointer, kind, likely roles; mentioned columns first."""
        if self._table is None:
            return "<none>"
        unmentioned = [headers for headers in self._headed if headers not in self._pointers]
        if self._shuffle is not None:
            self._shuffle.shuffle(unmentioned)
        unmentioned.sort(key=self._dullness)
        for headers in unmentioned:
            self._pointer(headers)
        return " ".join(self._entry(headers, pointer) for headers, pointer in self._pointers.items())

    def _dullness(self, headers: tuple[str, ...]) -> int:
        """0 for columns a question is likely about, 2 for identifiers, comments and constants."""
        role = self._roles(headers)[0]
        return 2 if role in ("identifier", "comment") or self._kind(headers) in ("text", "constant") else 0

    def _roles(self, headers: tuple[str, ...]) -> list[Role]:
        """The likeliest role, and the second when it is likely too."""
        shares = self._links.roles.get(headers[0], {})
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])[:2]
        return [role for place, (role, share) in enumerate(ranked) if place == 0 or share >= ROLE_SHARE] or [
            "measurement"
        ]

    def _kind(self, headers: tuple[str, ...]) -> str:
        assert self._table is not None
        return "block" if len(headers) > 1 else self._table.column(headers[0]).kind

    def _entry(self, headers: tuple[str, ...], pointer: str) -> str:
        assert self._table is not None
        kind = self._kind(headers)
        words = [pointer, f"<{kind}>"]
        if kind in ("categorical", "ordered", "integer"):
            distinct = self._table.column(headers[0]).distinct
            words.append("<few>" if distinct <= 4 else "<some>" if distinct <= 12 else "<many>")
        words += [f"<{role}>" for role in self._roles(headers)]
        if kind in ("two-level", "categorical", "ordered"):
            words += self._level_entries(headers[0])
        return " ".join(words)

    def _level_entries(self, header: str) -> Iterator[str]:
        """The levels of a column that has few, each with its pointer."""
        assert self._table is not None
        levels = self._table.column(header).levels
        for level in levels if len(levels) <= FEW_LEVELS else ():
            pointer = self._level(header, level)
            if pointer is not None:
                yield f"{pointer} {' '.join(plain(level).split()[:2])}"

    def _level(self, header: str, level: str) -> str | None:
        """The pointer of a level, a new one if it has none yet; None when all are given out."""
        named = next((k for k, v in self.levels.items() if v == (header, level)), f"<L{len(self.levels) + 1}>")
        if named not in self.levels and len(self.levels) >= MOST_LEVELS:
            return None
        self.levels[named] = (header, level)
        return named


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


_MARK = re.compile(r"<(?=/?[A-Za-z])")


def plain(text: str) -> str:
    """Words of the question as the model reads them: lower case, no text that looks like a symbol."""
    return " ".join(_MARK.sub("< ", text).lower().split())
