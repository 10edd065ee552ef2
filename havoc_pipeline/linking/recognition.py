"""Which entries of the lexicon a column may be, judged by header, unit, kind and description."""

from __future__ import annotations

from itertools import product

import numpy as np

from havoc_pipeline.linking.dimensions import DIMENSIONS, dimension_of
from havoc_pipeline.linking.entries import KINDS
from havoc_pipeline.linking.lexicon import Floats, Lexicon, header_key
from havoc_pipeline.linking.words import STOP, folded, header_words, key, phrase_key, tokens
from havoc_pipeline.tables import Column

Found = dict[int, float]
UNITS_OF_HEADERS = 3
CODED = ("category", "count")
MOST_LEVELS = 12
COMPATIBLE = {
    "number": ("number", "count"),
    "count": ("count", "number", "category", "order", "identifier"),
    "category": ("category", "count", "identifier", "text"),
    "date": ("date", "order"),
    "order": ("order", "count", "identifier", "date"),
    "identifier": ("identifier", "category", "order", "text"),
    "text": ("text", "category", "identifier"),
}
LIKE = {
    kind: np.array([1.0 if other in near else 0.12 for other in KINDS], np.float32) for kind, near in COMPATIBLE.items()
}


def entry_weights(head: str, column: Column, kind: str, lexicon: Lexicon) -> Floats:
    """Judge how well each entry fits a column.

    Args:
        head: the header, or the common name of a block.
        column: the column, or the block's first.
        kind: its kind in the lexicon's words.
        lexicon: the entries.

    Returns:
        Weights from 0 to about 1.2, shape (entries,).
    """
    words = tuple(header_key(head).split())
    found: Found = {}
    _by_whole_header(words, header_words(head), lexicon, found)
    _by_part(words, lexicon, found)
    _by_expansion(words, lexicon, found)
    _by_description(column.description, lexicon, found)
    if kind in CODED:
        _by_levels(column, lexicon, found)
    weights = np.zeros(len(lexicon.names), np.float32)
    for entry, weight in found.items():
        weights[entry] = weight
    _by_unit(column.unit, lexicon, weights)
    return weights * _unit_factor(column.unit, lexicon) * LIKE[kind][lexicon.arrays[1]]


def _keep(found: Found, entry: int, weight: float) -> None:
    if weight > found.get(entry, 0.0):
        found[entry] = weight


def _say(found: Found, postings: list[int], weight: float) -> None:
    for entry, said in zip(postings[::2], postings[1::2], strict=True):
        _keep(found, entry, weight * said / 100)


def _by_whole_header(words: tuple[str, ...], every: tuple[str, ...], lexicon: Lexicon, found: Found) -> None:
    size = sum(map(len, words))
    sure = {0: 0.0, 1: 0.55, 2: 0.75}.get(size, 1.0)
    for form in {" ".join(words), " ".join(every)}:
        for entry in lexicon.headings.get(form, ()):
            _keep(found, entry, sure)
    joined = "".join(words)
    for entry in (*lexicon.joined.get(joined, ()), *(lexicon.headings.get(joined, ()) if len(words) > 1 else ())):
        _keep(found, entry, sure * 0.9)
    if size > 2:
        _say(found, lexicon.postings.get(key(words), []), 1.0)
    if len(words) == 1 and 2 <= size <= 5:
        for entry in lexicon.initials.get(words[0], ()):
            _keep(found, entry, 0.35 if size == 2 else 0.6)


def _by_part(words: tuple[str, ...], lexicon: Lexicon, found: Found) -> None:
    letters = sum(len(word) for word in words if not word.isdigit()) or 1
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + 3) + 1):
            part = words[start:end]
            size = sum(map(len, part))
            if len(part) == len(words) or part[0].isdigit():
                continue
            share = 0.35 + 0.4 * size / letters
            if size > 2:
                _say(found, lexicon.postings.get(key(part), []), share)
            for entry in lexicon.headings.get(" ".join(part), ()):
                _keep(found, entry, share if size > 2 else share * 0.7)


def _by_expansion(words: tuple[str, ...], lexicon: Lexicon, found: Found) -> None:
    choices = [[word, *lexicon.spelt(word)][:4] for word in words[:4]]
    for spelt in list(product(*choices))[1:16]:
        full = " ".join(spelt).split()
        letters = sum(map(len, full))
        for start in range(len(full)):
            for end in range(len(full), start, -1):
                part = full[start:end]
                share = sum(map(len, part)) / letters
                _say(found, lexicon.postings.get(key(part), []), 0.3 + 0.6 * share)


def _by_description(description: str | None, lexicon: Lexicon, found: Found) -> None:
    if not description:
        return
    told = [token.lower for token in tokens(description)][:40]
    for start in range(len(told)):
        for end in range(start + 1, min(len(told), start + 4) + 1):
            if told[start] not in STOP and told[end - 1] not in STOP:
                _say(found, lexicon.postings.get(key(told[start:end]), []), 0.6 + 0.1 * (end - start))


def _by_levels(column: Column, lexicon: Lexicon, found: Found) -> None:
    """Columns with the same codes in their cells are of one kind, the more so the rarer the codes."""
    if not 2 <= column.distinct <= MOST_LEVELS:
        return
    levels = [folded(level) for level in column.levels]
    shares: Found = {}
    for level in levels:
        known = lexicon.level_entries.get(level, ())
        for entry in known:
            telling = 1.0 if len(level) > 2 and len(known) < 8 else 0.5
            shares[entry] = shares.get(entry, 0.0) + telling / len(levels)
    for entry, share in shares.items():
        _keep(found, entry, 0.6 * share)
    for family, members in lexicon.families.items():
        named = [{m for m, names in members.items() if level in names} for level in levels]
        if all(named) and len(set().union(*named)) >= len(levels):
            _say(found, lexicon.postings.get(phrase_key(family), []), 0.5)


def _by_unit(unit: str | None, lexicon: Lexicon, weights: Floats) -> None:
    if unit is None or (number := lexicon.unit_numbers.get(unit)) is None:
        return
    same = lexicon.unit_matrix[:, number] > 0
    faint = min(0.5, 0.1 + 0.8 / float(same.sum()))
    weights[same] = np.maximum(weights[same], faint)


def _unit_factor(unit: str | None, lexicon: Lexicon) -> Floats:
    known = lexicon.arrays[2]
    if unit is None:
        return np.where(known, np.float32(0.9), np.float32(1.0))
    factor = np.where(known, np.float32(0.3), np.float32(0.9))
    dimension = dimension_of(unit)
    if dimension is not None:
        like = lexicon.dimension_matrix[:, list(DIMENSIONS).index(dimension)] > 0
        factor[like] = 0.95
    if (number := lexicon.unit_numbers.get(unit)) is not None:
        factor[lexicon.unit_matrix[:, number] > 0] = 1.15
    return factor
