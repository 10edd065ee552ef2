"""From an episode to what the model trains on: the reading the real linker gives, and the answer."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from havoc_pipeline.linking.ground import ground
from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.lm.reading import Reading, read
from havoc_pipeline.tools.registry import find_tool
from training.meaning import Episode, Meaning

SYMMETRIC = {"RUN_CORRELATION": ("x=", "y="), "RUN_CHI2": ("row=", "column=")}


@dataclass(frozen=True)
class Example:
    """Prompt and answer as texts of symbols and words separated by blanks."""

    prompt: str
    answer: str
    reading: str


def example(episode: Episode, shuffle: random.Random | None = None, linker: Linker | None = None) -> Example | None:
    """Link the question and write its answer in pointers; None when a pointer it needs is lacking."""
    links = ground(episode.question, episode.table, linker)
    reading = read(links, episode.table, shuffle=shuffle)
    answer = pointed_answer(episode, reading)
    return Example(reading.text, " ".join(answer), episode.reading) if answer else None


def pointed_answer(episode: Episode, reading: Reading) -> list[str] | None:
    """The plan with each meaning replaced by the reading's pointer, parameters in the registry's order."""
    symbols = list[str]()
    for symbol in episode.plan:
        pointed = [symbol] if isinstance(symbol, str) else _pointers(symbol, reading)
        if pointed is None:
            return None
        symbols += pointed
    return canonical(symbols)


def _pointers(meaning: Meaning, reading: Reading) -> list[str] | None:
    if meaning.kind == "column":
        return _column(meaning.headers, reading)
    if meaning.kind == "level":
        wanted = (meaning.headers[0], meaning.level)
        return next(([p] for p, named in reading.levels.items() if named == wanted), None)
    letter = {"number": "N", "date": "D", "formula": "F", "names": "X"}[meaning.kind]
    there = [pointer for pointer, (start, end) in reading.spans.items()
             if pointer[1] == letter and any(start < b and a < end for a, b in meaning.spans)]  # fmt: skip
    same = [pointer for pointer in there if reading.literals[pointer] == meaning.level]
    return (same or there)[:1] or None


def _column(headers: tuple[str, ...], reading: Reading) -> list[str] | None:
    for pointer, pointed in reading.columns.items():
        if pointed.headers == headers:
            return [pointer]
    if len(headers) == 1:
        return None
    singles = [_column((header,), reading) for header in headers]
    if any(single is None for single in singles):
        return None
    listed = [s for single in singles for s in (single or [])]
    return ["[", *[x for pointer in listed for x in (pointer, ",")][:-1], "]"]


def canonical(symbols: list[str]) -> list[str]:
    """Parameters in the order of the registry, symmetric ones in order of mention."""
    steps, step = [], list[str]()
    for symbol in [*symbols, ";"]:
        if symbol == ";":
            steps.append(_canonical_step(step))
            step = []
        else:
            step.append(symbol)
    return [s for i, step in enumerate(steps) for s in ([";"] if i else []) + step]


def _canonical_step(step: list[str]) -> list[str]:
    if step[0] == "REFUSE":
        return step[:3]
    groups: dict[str, list[str]] = {}
    key = ""
    for symbol in step[1:]:
        if symbol.startswith("ALPHA"):
            groups["alpha="] = []
            groups[symbol] = [symbol]
        elif re.fullmatch(r"[a-z_0-9]+=", symbol):
            key = symbol
            groups[key] = []
        else:
            groups[key].append(symbol)
    groups.pop("alpha=", None)
    groups = {k: _sorted_list(v) for k, v in groups.items()}
    _settle_symmetry(step[0], groups)
    order = [f"{p}=" for p in find_tool(step[0]).parameters] + ["where=", "by=", "transform="]
    ranked = sorted(groups, key=lambda k: order.index(k) if k in order else 99)
    return [step[0], *(s for k in ranked for s in ([k] if k.endswith("=") else []) + groups[k])]


def _settle_symmetry(command: str, groups: dict[str, list[str]]) -> None:
    left, right = SYMMETRIC.get(command, ("", ""))
    a, b = groups.get(left), groups.get(right)
    if a and b and len(a) == len(b) == 1 and _index(a[0]) > _index(b[0]):
        groups[left], groups[right] = b, a


def _sorted_list(values: list[str]) -> list[str]:
    inner = values[1:-1]
    if values[:1] != ["["] or not all(v == "," or re.fullmatch(r"<C\d+>", v) for v in inner):
        return values
    ranked = sorted((v for v in inner if v != ","), key=_index)
    return ["[", *[x for v in ranked for x in (v, ",")][:-1], "]"]


def _index(pointer: str) -> int:
    return int(re.sub(r"\D", "", pointer) or 0)
