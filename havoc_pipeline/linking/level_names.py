"""What the levels of a table's columns are called, beside the codes that stand in the cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.sketch import Target
from havoc_pipeline.linking.words import folded, phrase_key
from havoc_pipeline.tables import Column

MOST_LEVELS = 30
MOST_CODES = 400
FAMILY_SHARE = 0.6
CODED = frozenset({"two-level", "categorical", "ordered", "constant", "integer"})


@dataclass(frozen=True, eq=False)
class Level:
    """One level of a column and its names.

    Attributes:
        target: number of its column.
        text: the level as it stands in the cells.
        plain: in lower case without accents.
        names: lexicon key -> how surely that means this level (1 the code itself).
    """

    target: int
    text: str
    plain: str
    siblings: int
    names: dict[str, float] = field(default_factory=dict)


def levels_of(targets: Sequence[Target], lexicon: Lexicon) -> list[Level]:
    """Return the levels that a question may name, with their names.

    Args:
        targets: columns and blocks; blocks and numbers of many values have none.
        lexicon: families of level names and levels of its entries.

    Returns:
        Levels, column after column.
    """
    found: list[Level] = []
    for at, target in enumerate(targets):
        if target.column is not None and not target.is_block:
            found += _levels(at, target, target.column, lexicon)
    return found


def _levels(at: int, target: Target, column: Column, lexicon: Lexicon) -> Iterable[Level]:
    coded = column.kind in CODED and column.distinct <= MOST_LEVELS
    if not coded:
        if column.kind in {"identifier", "categorical"} and column.distinct <= MOST_CODES:
            return [_bare(at, text, column.distinct) for text in column.levels if len(text) > 1]
        return []
    if column.kind == "integer" and column.distinct > 10:
        return []
    levels = [_bare(at, text, column.distinct) for text in column.levels]
    _name_by_suffix(levels)
    _name_by_families(levels, target, lexicon)
    _name_by_entries(levels, target, lexicon)
    return levels


def _bare(at: int, text: str, siblings: int) -> Level:
    plain = folded(text)
    return Level(at, text, plain, siblings, {level_key(plain): 1.0})


def _name_by_suffix(levels: list[Level]) -> None:
    """`M1`, `M2` may be said as `machine 1`, `machine 2`: what differs is a name by itself."""
    texts = [level.plain for level in levels]
    if len(texts) < 2:
        return
    shared = _common_start(texts)
    while shared and texts[0][shared - 1].isdigit():
        shared -= 1
    rests = [text[shared:].strip(" -_#.") for text in texts]
    if shared and all(0 < len(rest) <= 3 for rest in rests) and len(set(rests)) == len(rests):
        for level, rest in zip(levels, rests, strict=True):
            for name in {rest, rest.lstrip("0") or rest}:
                _name(level, name, 0.55)


def _common_start(texts: Sequence[str]) -> int:
    """How many letters all texts begin with."""
    for at, letters in enumerate(zip(*texts, strict=False)):
        if len(set(letters)) > 1:
            return at
    return min(map(len, texts))


@lru_cache(maxsize=50000)
def level_key(plain: str) -> str:
    """Return the lexicon form of a level: of a code that is no word, the code itself."""
    return phrase_key(plain) or plain


def _name_by_families(levels: list[Level], target: Target, lexicon: Lexicon) -> None:
    for members in lexicon.families.values():
        meanings = [_meanings(level.plain, members) for level in levels]
        taken = {meaning for found in meanings for meaning in found}
        named = sum(bool(found) for found in meanings)
        if named < 2 or named < FAMILY_SHARE * len(levels) or len(taken) < 2:
            continue
        weight = 0.9 if named == len(levels) else 0.75
        for level, found in zip(levels, meanings, strict=True):
            for meaning in found:
                sure = weight / len(found)
                for name in members[meaning]:
                    _name(level, name, sure if len(name) > 1 else 0.3 * sure)


def _meanings(plain: str, members: dict[str, list[str]]) -> list[str]:
    return [meaning for meaning, names in members.items() if plain in names]


def _name_by_entries(levels: list[Level], target: Target, lexicon: Lexicon) -> None:
    for entry in target.weights.argsort()[::-1][:12].tolist():
        weight = float(target.weights[entry])
        known = lexicon.levels.get(entry)
        if weight < 0.2 or not known:
            continue
        plain = {folded(code): names for code, names in known.items()}
        hits = [level for level in levels if level.plain in plain]
        share = len(hits) / len(levels)
        for level in hits:
            for name in plain[level.plain]:
                _name(level, folded(name), min(0.95, weight) * (0.5 + 0.5 * share))


def _name(level: Level, name: str, weight: float) -> None:
    form = level_key(name)
    level.names[form] = max(weight, level.names.get(form, 0.0))
