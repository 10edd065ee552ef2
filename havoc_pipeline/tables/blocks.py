"""Wide layouts: several columns that hold one quantity, found from headers and values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from havoc_pipeline.tables.column import Column
from havoc_pipeline.tables.profile import Block
from havoc_pipeline.tables.units import split_unit

NUMBERED = re.compile(r"(?P<stem>.*?)[\s_.\-#]*(?P<number>\d{1,3})", re.DOTALL)
LETTERED = re.compile(r"(?P<stem>.+?)[\s_.\-#]+(?P<letter>[A-Z])", re.DOTALL)
WORD = re.compile(r"[^\W\d_]+|\d+")
CAMEL = re.compile(r"(?<=[a-zäöüß])(?=[A-Z])")
PAIRS = tuple(
    tuple(pair.split())
    for pair in (
        "before after",
        "pre post",
        "in out",
        "inlet outlet",
        "input output",
        "entry exit",
        "initial final",
        "start end",
        "begin end",
        "start finish",
        "old new",
        "vor nach",
        "vorher nachher",
        "anfang ende",
        "ein aus",
        "avant après",
        "avant apres",
        "antes después",
        "antes despues",
        "inicial final",
        "entrada salida",
        "prima dopo",
        "baseline followup",
        "uncoated coated",
        "untreated treated",
    )
)
POWER = re.compile(r"[^\W\d_]+[23]")
"""A unit that may as well be a unit and the number of a reading: `mm2` beside `mm1`."""
CODED_LEVELS = 5
SPREADS_APART = 4.0


def find_blocks(columns: Sequence[Column]) -> tuple[Block, ...]:
    """Find subgroups in wide layout and before-after pairs.

    Args:
        columns: all columns of a table.

    Returns:
        Pairs first, then subgroups; a column stands in one block at most. Only numeric columns
        with one unit and like ranges form a block; coded factors do not.
    """
    usable = [column for column in columns if column.is_numeric and column.missing < len(column)]
    usable = [column for column in usable if column.kind in {"numeric", "integer"}]
    pairs = list(_pairs(usable))
    used = {header for block in pairs for header in block.headers}
    rest = [column for column in usable if column.header not in used]
    numbered = list(_subgroups(rest, NUMBERED, "number", 2))
    used |= {header for block in numbered for header in block.headers}
    rest = [column for column in rest if column.header not in used]
    return (*pairs, *numbered, *_subgroups(rest, LETTERED, "letter", 3))


def _pairs(columns: Sequence[Column]) -> Iterable[Block]:
    marked: dict[tuple[str, tuple[str, ...]], dict[str, Column]] = {}
    for column in columns:
        for stem, pair, mark in _marks(column.header):
            marked.setdefault((stem, pair), {}).setdefault(mark, column)
    used: set[str] = set()
    for (stem, pair), sides in marked.items():
        found = [sides[mark] for mark in pair if mark in sides]
        headers = tuple(column.header for column in found)
        if len(found) == 2 and not used & set(headers) and _alike(found):
            used |= set(headers)
            yield Block(_named(headers[0], stem) or "/".join(pair), headers, "pair")


def _named(header: str, stem: str) -> str:
    at = header.casefold().find(stem)
    return header[at : at + len(stem)] if at >= 0 else stem


def _marks(header: str) -> Iterable[tuple[str, tuple[str, ...], str]]:
    words = [word.casefold() for word in WORD.findall(CAMEL.sub(" ", split_unit(header)[0]))]
    for pair in PAIRS:
        for mark in pair:
            if mark in words:
                at = words.index(mark)
                yield " ".join(words[:at] + words[at + 1 :]), pair, mark
    numbered = NUMBERED.fullmatch(split_unit(header)[0])
    if numbered and numbered["number"] in {"0", "1"} and numbered["stem"]:
        yield numbered["stem"].casefold(), ("0", "1"), numbered["number"]


def _subgroups(columns: Sequence[Column], shape: re.Pattern[str], part: str, least: int) -> Iterable[Block]:
    families: dict[tuple[str, str | None], list[tuple[int, Column]]] = {}
    for column in columns:
        stem, unit = split_unit(column.header)
        if (power := POWER.fullmatch(unit or "")) and column.header.endswith(power[0]):
            stem, unit = column.header, None
        found = shape.fullmatch(stem)
        if found:
            place = int(found[part]) if part == "number" else ord(found[part])
            key = (found["stem"].strip().casefold(), unit)
            families.setdefault(key, []).append((place, column))
    for members in families.values():
        yield from _one_subgroup(members, shape, least)


def _one_subgroup(members: list[tuple[int, Column]], shape: re.Pattern[str], least: int) -> Iterable[Block]:
    members.sort(key=lambda member: member[0])
    places = [place for place, _ in members]
    run = places == list(range(places[0], places[0] + len(places)))
    if len(members) < least or len(set(places)) < len(places) or not (run or len(places) > 3):
        return
    found = [column for _, column in members]
    if _alike(found) and not _coded(found):
        headers = tuple(column.header for column in found)
        named = shape.fullmatch(split_unit(headers[0])[0])
        stem = named["stem"].strip() if named else ""
        yield Block(stem or f"{headers[0]}…{headers[-1]}", headers, "subgroup")


def _coded(columns: Sequence[Column]) -> bool:
    """Tell the columns of a designed experiment: the same few evenly used levels in each."""
    few = all(column.distinct <= CODED_LEVELS for column in columns)
    if not few or len(columns[0]) < 4:
        return False
    return all(_is_coded(np.unique(column.numbers)) for column in columns)


def _is_coded(values: np.typing.NDArray[np.float64]) -> bool:
    known = values[~np.isnan(values)]
    return bool(np.allclose(known, -known[::-1])) or known.tolist() == [0.0, 1.0]


def _alike(columns: Sequence[Column]) -> bool:
    units = {None if POWER.fullmatch(column.unit or "") else column.unit for column in columns}
    if len(units) > 1:
        return False
    lows, mids, highs = np.array([_quartiles(column) for column in columns]).T
    reach = max(float(np.median(highs - lows)), 0.05 * float(np.abs(mids).max()), 1e-300)
    return bool(mids.max() - mids.min() <= SPREADS_APART * reach)


def _quartiles(column: Column) -> tuple[float, float, float]:
    low, middle, high = np.nanquantile(column.numbers, [0.25, 0.5, 0.75]).tolist()
    return low, middle, high
