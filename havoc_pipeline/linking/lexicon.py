"""The lexicon as the linker uses it: entries found by phrase, by header and by unit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.dimensions import DIMENSIONS, dimension_of
from havoc_pipeline.linking.entries import KINDS, ROLE_NUMBERS, Entry, listed, read_entries, read_toml
from havoc_pipeline.linking.words import STOP, folded, header_words, phrase_key, stem, tokens

FOLDER = Path(__file__).parent / "lexicon"
COMPILED = "lexicon.json"
SOURCES = (
    ("quantities", "measurement"), ("trades", "measurement"), ("manufacturing", "measurement"),
    ("process", "measurement"), ("services", "measurement"), ("everyday", "measurement"),
    ("symbols", "measurement"), ("plainspoken", "measurement"), ("people_and_places", "group"),
    ("groups", "group"), ("domains", "group"),
)  # fmt: skip
"""Files of entries, and the role of an entry that names none."""
WEIGHTS = {
    "says": 100,
    "plural": 95,
    "how": 85,
    "more": 80,
    "less": 80,
    "vague": 50,
    "word": 45,
    "compared": 60,
    "header": 90,
}
GENERAL = frozenset("high low more less big small better worse good bad great larg much many well even".split())
"""Stems that compare any quantity and so name none."""
VERBAL = ("how", "more", "less")
SIGNS = {"more": 1, "less": -1}
FILLERS = frozenset("it they parts welds samples".split())
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Lexicon:
    """Entries and the indexes over them; `add` extends it, `load` reads the package's and the user's.

    Attributes:
        postings: phrase key -> [entry, weight in percent, …].
        directions: phrase or word of `more` and `less` -> [entry, 1 or -1, …].
        headings: header key -> [entry, …].
        joined: header key of several words, written without spaces -> [entry, …].
        frequency: stem -> in how many entries it stands.
        initials: initials of a phrase -> [entry, …].
        role_words: phrase key -> roles that it may stand for.
        role_headers: header word -> roles that it points to.
        expansions: short form -> phrases.
        families: sets of level names: family -> {meaning: folded names}.
        surface: stem -> a word that has it.
        ordinary: lemma -> how often questions use it without meaning a column.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.roles: list[int] = []
        self.kinds: list[int] = []
        self.sources: list[str] = []
        self.units: list[list[str]] = []
        self.phrases: list[list[str]] = []
        self.levels: dict[int, dict[str, list[str]]] = {}
        self.postings: dict[str, list[int]] = {}
        self.directions: dict[str, list[int]] = {}
        self.headings: dict[str, list[int]] = {}
        self.joined: dict[str, list[int]] = {}
        self.frequency: dict[str, int] = {}
        self.initials: dict[str, list[int]] = {}
        self.role_words: dict[str, list[str]] = {}
        self.role_headers: dict[str, list[str]] = {}
        self.expansions: dict[str, list[str]] = {}
        self.families: dict[str, dict[str, list[str]]] = {}
        self.surface: dict[str, str] = {}
        self.ordinary: dict[str, int] = {}

    @classmethod
    def load(cls) -> Lexicon:
        """Read the compiled lexicon of the package and the user's `lexicon.toml`, if there is one."""
        from havoc_pipeline.retrieval.home import havoc_home

        lexicon = cls.from_json((FOLDER / COMPILED).read_text(encoding="utf-8"))
        home = havoc_home()
        if (home / "lexicon.toml").is_file():
            for entry in read_entries(home / "lexicon.toml"):
                lexicon.add(entry)
        return lexicon

    @classmethod
    def from_json(cls, text: str) -> Lexicon:
        """Make a lexicon of what `to_json` wrote."""
        lexicon = cls()
        raw: dict[str, Any] = json.loads(text)
        raw["levels"] = {int(number): held for number, held in raw["levels"].items()}
        lexicon.__dict__.update(raw)
        return lexicon

    def to_json(self) -> str:
        """Return the lexicon as text, the same for the same entries."""
        kept = {name: value for name, value in vars(self).items() if name not in CACHED}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_files(cls, folder: Path = FOLDER) -> Lexicon:
        """Compile the lexicon from the TOML files of a folder.

        Args:
            folder: holds quantities, groups, domains, roles, abbreviations and levels.

        Returns:
            The lexicon, without ordinary words.

        Raises:
            HavocError: a file is not well formed.
        """
        lexicon = cls()
        for name, role in SOURCES:
            if (folder / f"{name}.toml").is_file():
                for entry in read_entries(folder / f"{name}.toml", role):
                    lexicon.add(entry)
        lexicon._add_roles(read_toml(folder / "roles.toml"))
        words = read_toml(folder / "abbreviations.toml")["words"]
        lexicon.expansions = {folded(short): list(listed(long)) for short, long in words.items()}
        for english, foreign in read_toml(folder / "translations.toml")["words"].items():
            for word in listed(foreign):
                lexicon._expand(folded(word), english)
        lexicon.families = _families(read_toml(folder / "levels.toml"))
        return lexicon

    def add(self, entry: Entry) -> int:
        """Add an entry and return its number."""
        number = len(self.names)
        self.names.append(entry.name)
        self.roles.append(ROLE_NUMBERS[entry.role])
        self.kinds.append(KINDS.index(entry.kind))
        self.sources.append(entry.source)
        self.units.append(list(entry.units))
        if entry.levels:
            self.levels[number] = {code: list(names) for code, names in entry.levels.items()}
        self.phrases.append(self._index(number, entry))
        self._add_directions(number, entry)
        for word in sorted({word for phrase in self.phrases[-1] for word in phrase.split()}):
            self.frequency[word] = self.frequency.get(word, 0) + 1
        for header in dict.fromkeys(map(header_key, entry.headers)):
            self.headings.setdefault(header, []).append(number)
            if " " in header:
                self.joined.setdefault(header.replace(" ", ""), []).append(number)
        for cached in CACHED:
            self.__dict__.pop(cached, None)
        return number

    def spelt(self, word: str) -> list[str]:
        """Return what a header word may stand for: a short form, or a compound with a known end.

        Args:
            word: lower-case word of a header, such as `thk` or `kernhaerte`.

        Returns:
            Phrases, none when the word is not known.
        """
        known = self.expansions.get(word)
        if known is not None or len(word) < 7:
            return known or []
        for size in range(len(word) - 3, 3, -1):
            if (end := self.expansions.get(word[-size:])) is not None:
                return end
        for size in range(len(word) - 3, 4, -1):
            if (begin := self.expansions.get(word[:size])) is not None:
                return begin
        return []

    def _index(self, number: int, entry: Entry) -> list[str]:
        weights: dict[str, int] = {}
        for kind, said in entry.phrases.items():
            for phrase in said:
                self._weigh(phrase, kind, weights)
        for header in entry.headers:
            words = header_words(header)
            if len(words) > 1 and all(len(word) > 2 for word in words):
                _raise(weights, phrase_key(" ".join(words)), WEIGHTS["header"])
        for form, weight in weights.items():
            self.postings.setdefault(form, []).extend((number, weight))
        for phrase in entry.phrases.get("says", ()):
            telling = [token.lower for token in tokens(phrase) if not token.is_stop]
            if 2 <= len(telling) <= 5:
                self.initials.setdefault("".join(word[0] for word in telling), []).append(number)
        return list(weights)

    def _weigh(self, phrase: str, kind: str, weights: dict[str, int]) -> None:
        _raise(weights, phrase_key(phrase), WEIGHTS[kind])
        for token in tokens(phrase):
            self.surface.setdefault(token.stem, token.lemma)
        if kind in VERBAL and (adjective := _first_word(phrase)):
            _raise(weights, adjective, WEIGHTS["word"] if kind == "how" else WEIGHTS["compared"])

    def _add_directions(self, number: int, entry: Entry) -> None:
        for kind, sign in SIGNS.items():
            said = entry.phrases.get(kind, ())
            forms = {phrase_key(phrase) for phrase in said} | {_first_word(phrase) for phrase in said}
            for form in sorted(form for form in forms if form and form not in GENERAL):
                self.directions.setdefault(form, []).extend((number, sign))

    def _expand(self, short: str, long: str) -> None:
        known = self.expansions.setdefault(short, [])
        if long not in known and short != long:
            known.append(long)

    def _add_roles(self, raw: dict[str, Any]) -> None:
        for role, fields in raw.items():
            for phrase in listed(fields.get("generic", ())):
                self.role_words.setdefault(phrase_key(phrase), []).append(role)
            for header in listed(fields.get("headers", ())):
                self.role_headers.setdefault(header_key(header), []).append(role)

    @cached_property
    def unit_numbers(self) -> dict[str, int]:
        """A number for each unit that an entry names."""
        return {unit: at for at, unit in enumerate(sorted({u for us in self.units for u in us}))}

    @cached_property
    def unit_matrix(self) -> Floats:
        """Entries by units, 1 where the entry is measured in the unit."""
        matrix = np.zeros((len(self.names), len(self.unit_numbers)), np.float32)
        for entry, units in enumerate(self.units):
            matrix[entry, [self.unit_numbers[unit] for unit in units]] = 1.0
        return matrix

    @cached_property
    def dimension_matrix(self) -> Floats:
        """Entries by dimensions, 1 where the entry has a unit of the dimension."""
        order = list(DIMENSIONS)
        by_unit = np.zeros((len(self.unit_numbers), len(order)), np.float32)
        for unit, number in self.unit_numbers.items():
            if (dimension := dimension_of(unit)) is not None:
                by_unit[number, order.index(dimension)] = 1.0
        matrix: Floats = np.minimum(self.unit_matrix @ by_unit, np.float32(1))
        return matrix

    @cached_property
    def level_entries(self) -> dict[str, list[int]]:
        """Entries by the level codes they know."""
        entries: dict[str, list[int]] = {}
        for entry, levels in self.levels.items():
            for code in levels:
                entries.setdefault(folded(code), []).append(entry)
        return entries

    @cached_property
    def source_numbers(self) -> tuple[Ints, int]:
        """A number for each entry's table, 0 for none, and how many there are."""
        order = {"": 0}
        numbers = [order.setdefault(source, len(order)) for source in self.sources]
        return np.array(numbers, np.int64), len(order)

    @cached_property
    def arrays(self) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Per entry: role number, kind number, whether it names units."""
        known = np.array([bool(units) for units in self.units])
        return np.array(self.roles), np.array(self.kinds), known


CACHED = ("unit_numbers", "unit_matrix", "dimension_matrix", "level_entries", "source_numbers", "arrays")


def header_key(header: str) -> str:
    """Return the form under which a header stands in the lexicon: its words without the unit."""
    from havoc_pipeline.tables.units import split_unit

    return " ".join(header_words(split_unit(header)[0]) or header_words(header))


def _raise(weights: dict[str, int], phrase: str, weight: int) -> None:
    if phrase and phrase not in GENERAL:
        weights[phrase] = max(weight, weights.get(phrase, 0))


def _first_word(phrase: str) -> str | None:
    telling = [t.lower for t in tokens(phrase) if t.lower not in STOP and t.lower not in FILLERS]
    return stem(telling[0]) if telling else None


def _families(raw: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    return {
        family: {meaning: _names(meaning, names) for meaning, names in members.items()}
        for family, members in raw.items()
    }


def _names(meaning: str, names: Iterable[str] | str) -> list[str]:
    return list(dict.fromkeys([folded(meaning), *(folded(name) for name in listed(names))]))
