"""Runs of mathematical atoms in a question: what could be an expression, before any judgement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from havoc_pipeline.linking.numerals import DIGITS, SOLID
from havoc_pipeline.linking.taken import Taken
from havoc_pipeline.tools.mathematics.names import BARE, function_named

Kind = Literal["number", "name", "function", "operator", "open", "close", "comma", "equals", "mark"]
LONGEST = 300
"""Characters of the longest run that is looked at."""

_GREEK = "α-ωΑ-Ω"
_ATOM = re.compile(
    rf"(?P<number>(?:(?<![\w.,])|(?<=[a-z^*/+(=-]))(?:(?<![-+*/^−]\s)(?<![-+*/^−]){DIGITS}|{SOLID})(?:[eE][+-]?[0-9]{{1,3}}(?![0-9A-Za-z]))?)"
    rf"|(?P<name>[A-Za-z{_GREEK}][A-Za-z0-9{_GREEK}₀-₉_]*)|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,4}})"
    r"|(?P<operator>\*\*|[-+*/^−–·×÷⋅√])|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)|(?P<equals>==?)"
    r"|(?P<mark>[!°])|(?P<vulgar>[½⅓⅔¼¾⅛])"
)
_VARIABLE = re.compile(rf"[A-Za-z{_GREEK}](?:[0-9]{{1,2}}|[₀-₉]{{1,2}})?|[xyz]{{2,3}}")
_GLUED = re.compile(r"(?:sin|cos|tan|exp|ln|log|sqrt)[xyz]")
_GIVEN = re.compile(r"\s?=\s?-?[0-9]")
_NO_START = ("close", "equals", "comma", "mark")
_NO_SIGN = ("*", "/", "+", "^", "·", "×", "÷", "**", "–")
_NO_END = ("operator", "equals", "comma", "open", "function")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_SPACE = re.compile(r"\s{0,3}")
_WORD_BEFORE = re.compile(r"[A-Za-z0-9]['’&.]$|[A-Za-z]{2}-$|[A-Za-z0-9_@#~<>|]$")
_WORD_AFTER = re.compile(r"['’&@]\w|-[A-Za-z]{2}|[A-Za-z0-9_~|]")


@dataclass(frozen=True)
class Atom:
    """A piece of a run: its kind and where it stands."""

    kind: Kind
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Run:
    """A stretch of the question made of atoms only."""

    start: int
    end: int


def runs_of(question: str, taken: Taken) -> Iterator[Run]:
    """Longest stretches of atoms, with unmatched brackets and stray words at the ends cut off.

    Parameters
    ----------
    question : str
    taken : Taken
        Characters that no run may hold.

    Yields
    ------
    Run
        At least two atoms long, or a name alone.
    """
    atoms, depth = list[Atom](), 0
    for atom in _atoms(question, taken):
        broken = atom is None or (atom.kind == "comma" and depth == 0)
        if not broken and atom is not None:
            if atoms and _parts(question, atoms, atom):
                yield from _trimmed(atoms)
                atoms, depth = [], 0
            atoms.append(atom)
            depth += (atom.kind == "open" and _opens_call(atoms)) or (atom.kind == "open" and depth > 0)
            depth -= atom.kind == "close" and depth > 0
            continue
        yield from _trimmed(atoms)
        atoms, depth = [], 0
    yield from _trimmed(atoms)


def _parts(question: str, atoms: list[Atom], atom: Atom) -> bool:
    """Whether a new run starts at `atom`: after a gap, at a loose number, or at `… x = 3`."""
    last = atoms[-1]
    if _SPACE.fullmatch(question, last.end, atom.start) is None:
        return True
    closed = last.kind in ("number", "name", "close", "mark")
    if atom.kind == "number":
        return closed
    given = atom.kind == "name" and _GIVEN.match(question, atom.end) is not None
    return given and closed and last.end < atom.start


def _opens_call(atoms: list[Atom]) -> bool:
    return len(atoms) > 1 and atoms[-2].kind == "function" and atoms[-2].end == atoms[-1].start


def _atoms(question: str, taken: Taken) -> Iterator[Atom | None]:
    """Atoms in order; None wherever a run must end."""
    at, size = 0, len(question)
    while at < size:
        found = _ATOM.match(question, at)
        if found is None or not taken.free(at, found.end()):
            if not question[at].isspace():
                yield None
            at += 1
            continue
        yield _atom(question, found)
        at = found.end()


def _atom(question: str, found: re.Match[str]) -> Atom | None:
    kind, text, (start, end) = found.lastgroup or "", found.group(), found.span()
    if kind == "name":
        named = _named(question, text, start, end)
        return Atom(named, text, start, end) if named else None
    plain: dict[str, Kind] = {"raised": "operator", "vulgar": "number"}
    return Atom(plain.get(kind, kind), text, start, end)  # type: ignore[arg-type]


def _named(question: str, text: str, start: int, end: int) -> Kind | None:
    """What a word is: a function, a variable or constant, or (None) a word of prose."""
    known = function_named(text)
    after = question[end : end + 2]
    if known and len(text) > 1 and (after[:1] == "(" or (after == " (" and known not in ("min", "max"))):
        return "function"
    if known in BARE and re.match(r"\s?[xyzt0-9√π^²³]|\s?pi\b", question[end : end + 4]):
        return "function"
    if _GLUED.fullmatch(text) or text in ("pi", "Pi", "π"):
        return "name"
    if not _VARIABLE.fullmatch(text):
        return None
    prose = _WORD_BEFORE.search(question[max(0, start - 3) : start])
    joined = prose and not re.search(r"[0-9²³)]$", question[max(0, start - 1) : start])
    return None if joined or _WORD_AFTER.match(question, end) else "name"


def _trimmed(atoms: list[Atom]) -> Iterator[Run]:
    """The run without loose ends, if enough is left and it is not too long."""
    if not atoms or atoms[-1].end - atoms[0].start > LONGEST:
        return
    atoms = _without_loose_ends(_balanced(_without_loose_ends(atoms)))
    if len(atoms) > 1 or (atoms and atoms[0].kind == "name"):
        yield Run(atoms[0].start, atoms[-1].end)


def _without_loose_ends(atoms: list[Atom]) -> list[Atom]:
    while atoms and _is_loose_end(atoms):
        atoms = atoms[:-1]
    while atoms and (atoms[0].kind in _NO_START or atoms[0].text in _NO_SIGN):
        atoms = atoms[1:]
    while len(atoms) > 1 and _is_article(atoms):
        atoms = atoms[1:]
    return atoms


def _is_loose_end(atoms: list[Atom]) -> bool:
    last = atoms[-1]
    if last.kind == "mark":
        return len(atoms) != 2 or atoms[0].kind != "number"
    return last.kind in _NO_END and last.text[0] not in _RAISED


def _is_article(atoms: list[Atom]) -> bool:
    """Whether the run starts with a lone letter that only stands before it (`a 3x + 1`)."""
    first, second = atoms[0], atoms[1]
    if len(atoms) > 4 and second.text == "(" and atoms[3].text == ")" and atoms[4].kind == "equals":
        return False
    return (
        first.kind == "name"
        and first.end < second.start
        and (second.kind in ("number", "name", "function") or (second.text == "(" and first.text in "aAIfgh"))
    ) or (first.text in ("d", "D", "f", "g", "h") and second.text == "(" and first.end == second.start)  # fmt: skip


def _balanced(atoms: list[Atom]) -> list[Atom]:
    """Without brackets that have no partner when they stand at an end; cut there otherwise."""
    while (fault := _unmatched(atoms)) is not None:
        early = fault <= len(atoms) // 2 if atoms[fault].kind == "close" else fault == 0
        atoms = atoms[fault + 1 :] if early else atoms[:fault]
    return atoms


def _unmatched(atoms: list[Atom]) -> int | None:
    """Place of the first bracket without a partner."""
    opened = list[int]()
    for i, atom in enumerate(atoms):
        if atom.kind == "open":
            opened.append(i)
        elif atom.kind == "close":
            if not opened:
                return i
            opened.pop()
    return opened[0] if opened else None
