"""Studies: tables with questions that people asked freely about them, and what each mention means.

A study is a domain whose columns have keys and which brings its own questions. A question marks its
mentions, `{pull strength|force}`, `{the new tip|noz=N2}`, `{humidity|?}`, and its plan names columns
by their keys. Drawn again and again with other headers and other words, one question gives many examples.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from havoc_pipeline.dsl.command import quote
from havoc_pipeline.linking.extract import extract
from havoc_pipeline.linking.mentions import DateMention, FormulaMention, ListMention, NumberMention
from havoc_pipeline.linking.words import STOP, tokens
from havoc_pipeline.tools.registry import all_tools, find_tool
from training.bank import authors, described
from training.meaning import Episode, Meaning, Segment, Symbol, join
from training.tables import Made, MadeTable, make_table
from training.typos import mistype

MARK = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
NUMBER, DAY = r"-?\d+(?:\.\d+)?(?:e-?\d+)?", r"\d{4}-\d\d-\d\d"
NAME = r"[A-Za-z_]\w*(?:\.(?:before|after))?=?(?!=)"
TOKEN = re.compile(rf'"[^"]*"|ALPHA_\d_\d\d|{DAY}|{NUMBER}(?![\w.])|{NAME}|[=!<>]=|\S')
ARTICLE = re.compile(r"^(the|our|my|this|that|these|those|their|a|an)\s+", re.IGNORECASE)
EMPTY = frozenset("process reading measurement value result number data figure thing part piece".split())
"""Words that may stand for any column."""
TOGETHER = 4
"""How many questions are asked of one drawn table."""
SLIPS = 4
"""How often a question is drawn again whose numbers cannot be read any more."""
OTHER_WORDS = 0.3
"""How often a marked noun phrase is said by another of the column's names."""


class StudyError(ValueError):
    """A question whose marks or plan do not fit its table."""


@dataclass(frozen=True)
class Drawn:
    """A table drawn from a study, and its columns by key."""

    made: MadeTable
    columns: Mapping[str, Made]


def studies(names: Iterable[str]) -> list[dict[str, Any]]:
    """Every study of these authors."""
    return described("studies", names)


def study_authors(*, development: bool) -> list[str]:
    """Authors of studies that are (or are not) held out."""
    return authors("studies", development=development)


def draw(study: dict[str, Any], random_: random.Random, questions: Sequence[dict[str, Any]]) -> Drawn:
    """Make a table of the study; columns that the questions need are always there.

    Parameters
    ----------
    study : dict
    random_ : Random
    questions : sequence of dict
        Some of the study's questions.
    """
    needed = {key for question in questions for key in _needed(study, question)}
    columns = [c for c in study["columns"] if c["key"] in needed or random_.random() < 0.7]
    made = make_table(study | {"columns": columns}, random_, every=True)
    return Drawn(made, {m.spec["key"]: m for m in made.columns})


def _needed(study: dict[str, Any], question: dict[str, Any]) -> set[str]:
    """Keys that the plan or a mark names; all of them where what else there is decides."""
    every = {c["key"] for c in study["columns"]}
    if question["plan"].startswith("REFUSE"):
        return every
    named = re.findall(r"[A-Za-z_]\w*", question["plan"]) + [m[2].split("=")[0] for m in MARK.finditer(question["q"])]
    return every & {name.split(".")[0] for name in named}


def episode(drawn: Drawn, question: dict[str, Any], random_: random.Random) -> Episode:
    """The question over the drawn table, at times in other words for its columns, with its plan.

    Raises
    ------
    StudyError
        When a mark names no column or level, or the plan a number that the question does not say.
    """
    meanings: dict[str, Meaning] = {}
    segments, at = list[Segment](), 0
    for mark in MARK.finditer(question["q"]):
        segments.append(Segment(mistype(question["q"][at : mark.start()], random_)))
        segments.append(_mention(mark[1], mark[2].strip(), drawn, meanings, random_))
        at = mark.end()
    segments.append(Segment(mistype(question["q"][at:], random_)))
    text = join([s for s in segments if s.text])
    plan = _Plan(drawn, meanings, text).symbols(question["plan"])
    return Episode(text, drawn.made.table, tuple(plan), reading_of(question["plan"]), tuple(meanings.values()))


def reading_of(plan: str) -> str:
    """A name for the kind of question: its commands."""
    heads = [step.split()[0] for step in re.split(r"[;\n]", plan.strip())]
    return "study." + ("REFUSE." + plan.split("=")[1].strip() if heads[0] == "REFUSE" else "+".join(heads))


def studied(names: Iterable[str], random_: random.Random) -> Iterator[tuple[MadeTable, list[Episode]]]:
    """Draw tables without end, each with a few of its study's questions."""
    known = studies(names)
    weights = [len(study["questions"]) for study in known]
    while known:
        study = random_.choices(known, weights)[0]
        asked = random_.sample(study["questions"], min(TOGETHER, len(study["questions"])))
        drawn = draw(study, random_, asked)
        yield drawn.made, [_readable(drawn, question, random_) for question in asked]


def _readable(drawn: Drawn, question: dict[str, Any], random_: random.Random) -> Episode:
    """The question drawn again while a slip of the keyboard takes a number from it ("plus mnius")."""
    for _ in range(SLIPS):
        try:
            return episode(drawn, question, random_)
        except StudyError:
            continue
    return episode(drawn, question, random_)


def with_marks(study: dict[str, Any]) -> dict[str, Any]:
    """The study with the words of its marks among the names of its columns and levels."""
    columns = {c["key"]: _copied(c) for c in study["columns"]}
    for question in study["questions"]:
        for words, mark in MARK.findall(question["q"]):
            key, _, level = mark.strip().partition("=")
            column = columns.get(key.split(".")[0])
            said = ARTICLE.sub("", words.strip().lower())
            if column is None or not _telling(said):
                continue
            field = key.split(".")[1] if "." in key else "says"
            names = column["levels"].setdefault(level, []) if level else column.setdefault(field, [])
            names += [said] if said not in names else []
    return study | {"columns": list(columns.values())}


def _copied(column: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = {key: list(value) if isinstance(value, list) else value for key, value in column.items()}
    if isinstance(copy.get("levels"), dict):
        copy["levels"] = {str(k): [str(n) for n in v or []] for k, v in copy["levels"].items()}
    return copy


def _telling(words: str) -> bool:
    """Whether words say more than "it" or "the readings"."""
    return any(t.lower not in STOP and t.lemma not in EMPTY for t in tokens(words)) and len(words) < 40


def _mention(words: str, mark: str, drawn: Drawn, meanings: dict[str, Meaning], random_: random.Random) -> Segment:
    if mark == "?":
        return Segment(words, meanings.setdefault(f"?{len(meanings)}", Meaning("lost")))
    key, _, level = mark.partition("=")
    if "." not in key and key in drawn.columns and drawn.columns[key].kind == "pair":
        key += ".after"
    meaning = _meaning(drawn, meanings, key, level or None)
    made = drawn.columns[key.split(".")[0]]
    return Segment(_said(words, made, key, level, random_), meaning)


def _said(words: str, made: Made, key: str, level: str, random_: random.Random) -> str:
    """The author's words, or at times another name: only where they are one of the column's names."""
    if random_.random() > OTHER_WORDS:
        return words
    spec = made.spec
    same = [str(w) for w in (spec.get("levels", {}).get(level, []) if level else spec.get("says", []))]
    if "." in key:
        same = [str(w) for w in spec.get(key.split(".")[1]) or []]
    bare = ARTICLE.sub("", words.lower())
    names = {ARTICLE.sub("", w.lower()) for w in [*same, *made.headers]}
    return str(random_.choice(same)) if same and bare in names else words


def _meaning(drawn: Drawn, meanings: dict[str, Meaning], key: str, level: str | None) -> Meaning:
    name, _, side = key.partition(".")
    if name not in drawn.columns:
        raise StudyError(f"no column has the key {name!r}")
    made = drawn.columns[name]
    if side and made.kind != "pair":
        raise StudyError(f"{name!r} is no pair, so there is no {key!r}")
    if not side and made.kind == "pair":
        raise StudyError(f"{name!r} is a pair; its plan names {name}.before or {name}.after")
    if level is not None and level not in made.levels:
        raise StudyError(f"{name!r} has no level {level!r} but {', '.join(made.levels)}")
    headers = (made.headers[("before", "after").index(side)],) if side else made.headers
    if level is not None:
        return meanings.setdefault(f"{key}={level}", Meaning("level", headers, level))
    return meanings.setdefault(key, Meaning("column", headers))


class _Plan:
    """Turns a plan in keys into symbols and meanings."""

    def __init__(self, drawn: Drawn, meanings: dict[str, Meaning], text: str) -> None:
        self._drawn, self._meanings, self._text = drawn, meanings, text
        self._found = extract(text)
        self._last = self._parameter = self._command = ""
        self._group = ""

    def symbols(self, plan: str) -> list[Symbol]:
        """Symbols of the whole plan."""
        found = TOKEN.findall(" ; ".join(plan.strip().splitlines()))
        self._group = next((b for a, b in pairwise(found) if a in ("group=", "factor=")), "")
        return [self._symbol(token) for token in found]

    def _symbol(self, token: str) -> Symbol:
        if re.fullmatch(r"[a-z_]\w*=", token):
            self._parameter = token
            return token
        if re.fullmatch(r"[A-Z][A-Z_0-9]+", token):
            self._command = token
        if self._takes_words():
            return token
        if token.split(".")[0] in self._drawn.columns and self._parameter != "first=":
            self._last = token
            return _meaning(self._drawn, self._meanings, token, None)
        if self._parameter == "first=":
            return _meaning(self._drawn, self._meanings, self._group, token.strip('"'))
        if self._parameter in ("expression=", "equation="):
            return self._spanned("formula", FormulaMention, lambda m: token.strip('"') in m.formulas, token)
        if self._parameter == "where=" and token.startswith('"'):
            return _meaning(self._drawn, self._meanings, self._last, token.strip('"'))
        if re.fullmatch(DAY, token):
            return self._spanned("date", DateMention, lambda m: m.value.date().isoformat() == token, token)
        if re.fullmatch(NUMBER, token):
            return self._spanned("number", NumberMention, lambda m: abs(m.value - float(token)) < 1e-9, token)
        levels = self._levels()
        if self._parameter == "where=" and token in levels:
            return _meaning(self._drawn, self._meanings, self._last, token)
        if token.startswith('"'):
            return self._spanned("names", ListMention, lambda m: token.strip('"') in m.names, token)
        return token

    def _takes_words(self) -> bool:
        """Whether the parameter's values are words of the language."""
        name = self._parameter.rstrip("=")
        if name in ("reason", "transform"):
            return True
        own = find_tool(self._command).parameters if self._command in all_tools() else {}
        return name in own and bool(own[name].words)

    def _levels(self) -> tuple[str, ...]:
        made = self._drawn.columns.get(self._last.split(".")[0])
        return made.levels if made else ()

    def _spanned(self, kind: Any, mention: type, fits: Any, token: str) -> Meaning:
        for found in self._found:
            if isinstance(found, mention) and fits(found):
                meaning = Meaning(
                    kind, level=token, part=getattr(found, "part", "plain"), spans=[(found.start, found.end)]
                )
                return self._meanings.setdefault(f"{kind}:{token}", meaning)
        raise StudyError(f"the plan says {token}, which the question does not")


def spelled(symbols: Iterable[Symbol]) -> str:
    """A plan with its columns' real headers, as the command language has it."""
    return " ".join(s if isinstance(s, str) else _spell(s) for s in symbols)


def _spell(meaning: Meaning) -> str:
    if meaning.kind == "column":
        quoted = [quote(header) for header in meaning.headers]
        return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
    return quote(str(meaning.level)) if meaning.kind == "level" else str(meaning.level)
