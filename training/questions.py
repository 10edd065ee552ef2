"""Questions over made tables: a phrase, cast, worded, framed and now and then mistyped."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from training import wording
from training.amounts import Amounts
from training.bank import SLOT, Phrase, readings
from training.casting import SLOTS, Cast, group_test, is_group, is_measure, is_number, rivals
from training.meaning import Episode, Meaning, Segment, Symbol, join
from training.tables import Made, MadeTable
from training.typos import mistype

TOKEN = re.compile(r"\{[a-z0-9]+(?:\.[a-z]+)?\}|[A-Za-z_][\w-]*=?|[\[\](),;+\-*/^]|[=!<>]=?")
NO_TABLE = ("doe.", "eval.", "solve.")
WIDE_READINGS = ("spc.plain", "cap.plain", "cap.spc", "describe.one")
TWO_WORDS = re.compile(r"\b(two|both|either|t-?test|t\.test|2[- ]sample|pair|halves)\b", re.IGNORECASE)
MANY_WORDS = re.compile(r"\b(three|four|five|all|anova|aov|several|each|any of|which)\b", re.IGNORECASE)

Slots = dict[str, tuple[Symbol, ...]]


class Writer:
    """Draws episodes from a phrase bank; one writer holds the phrases of one set of authors."""

    def __init__(self, bank: Sequence[Phrase], random_: random.Random) -> None:
        self._random = random_
        self._by_reading: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in bank:
            self._by_reading[phrase.reading].append(phrase)
        self.core_readings = [r for r in self._by_reading if not r.startswith(("mod.", "derive.", "frame", "refuse."))]

    def episode(self, made: MadeTable, reading: str, foreign: Iterable[Made] = ()) -> Episode | None:
        """One question of this reading over the table, or None when it cannot be cast.

        Parameters
        ----------
        made : MadeTable
        reading : str
            Identifier of the reading, `refuse.missing` included.
        foreign : iterable of Made
            Columns of other domains, for questions about what is not there.
        """
        phrases = self._by_reading.get(reading) or []
        if reading == "refuse.missing":
            phrases = self._by_reading[
                self._random.choice([r for r in self.core_readings if not r.startswith(NO_TABLE)])
            ]
        if not phrases:
            return None
        phrase = self._random.choice(phrases)
        return _Question(self, self._random, made, phrase, reading, list(foreign)).write()

    def piece(self, reading: str) -> str:
        """A modifier, a derived mention or a frame."""
        return self._random.choice(self._by_reading[reading]).text

    def has(self, reading: str) -> bool:
        """Whether the bank has words for the reading."""
        return bool(self._by_reading.get(reading))


class _Question:
    """The making of one question."""

    def __init__(
        self, writer: Writer, random_: random.Random, made: MadeTable, phrase: Phrase, reading: str, foreign: list[Made]
    ) -> None:
        self._writer, self._random, self._made, self._phrase = writer, random_, made, phrase
        self._reading, self._foreign = reading, foreign
        self._cast = Cast(made, random_)
        self._columns: dict[str, list[Made]] = {}
        self._levels: dict[str, str] = {}
        self._meanings: list[Meaning] = []
        self._slots: Slots = {}
        self._numbers = Amounts(random_)
        self._terse = len(phrase.text.split()) <= 6

    def write(self) -> Episode | None:
        template = readings()[self._phrase.reading]
        refusal = self._reading if self._reading.startswith("refuse.") else None
        if not self._assign(template, refusal):
            return None
        segments = self._word(self._phrase.text)
        if segments is None:
            return None
        plan = self._plan(template) if refusal is None else _refuse(refusal)
        if plan is None:
            return None
        modified = self._modify(segments, plan) if refusal is None else (segments, plan)
        segments, plan = modified[0], plan if plan[0] == "REFUSE" else modified[1]
        segments = self._frame(segments)
        segments = [s if s.meaning else Segment(mistype(s.text, self._random)) for s in segments]
        segments = _tidy(segments)
        question = join(segments)
        needs_none = self._phrase.reading.startswith(NO_TABLE) or refusal == "refuse.off_topic"
        table = None if needs_none and self._random.random() < 0.6 else self._made.table
        return Episode(question, table, tuple(plan), self._reading, tuple(self._meanings))

    # Casting: which column plays which slot.

    def _assign(self, template: str, refusal: str | None) -> bool:
        said = self._phrase.slots
        bare = re.sub(r"\[[a-z_]+=\{[^}]*\}\]", "", template)
        needed = {m.group(1) for m in SLOT.finditer(bare)}
        wanted = [slot for slot in ("ys", "g", "h", "b", "y", "y1", "y2", "x", "xs", "z", "d", "n", "sub", "t", "w", "v")
                  if slot in said | (needed if refusal is None else set())]  # fmt: skip
        if refusal == "refuse.missing":
            return self._assign_missing(wanted, said)
        return all(self._assign_one(slot, slot in said, refusal) for slot in wanted)

    def _assign_missing(self, wanted: list[str], said: frozenset[str]) -> bool:
        """One said slot is played by a column of another domain; the others by the table's own."""
        known = {w for m in self._made.columns for w in _words_of(m)}
        strangers = [m for m in self._foreign if not (_words_of(m) & known)]
        measured = [s for s in wanted if s in ("y", "x", "g", "d") and s in said]
        if not measured or not strangers:
            return False
        slot = self._random.choice(measured)
        fitting = [m for m in strangers if SLOTS[slot](m)]
        if not fitting:
            return False
        self._columns[slot] = [self._random.choice(fitting)]
        return all(self._assign_one(s, s in said, "refuse.missing") for s in wanted if s != slot)

    def _assign_one(self, slot: str, said: bool, refusal: str | None) -> bool:
        test = self._test(slot)
        if slot in ("b", "a"):
            return self._assign_pair()
        if slot == "xs":
            found = self._cast.several(test, 2, 4)
            self._columns[slot] = found
            return bool(found) and said
        chosen = self._cast.draw(test) if said else self._cast.only(test)
        if chosen is None and not said and slot in ("y", "d") and refusal is None:
            return self._ambiguous(test)
        if chosen is not None:
            self._columns[slot] = [chosen]
        return chosen is not None

    def _test(self, slot: str):  # type: ignore[no-untyped-def]
        reading, forms = self._phrase.reading, self._phrase.forms
        if slot == "y" and reading in WIDE_READINGS and "k" not in self._phrase.slots:
            return lambda m: is_measure(m) or m.kind == "wide"
        if slot == "xs":
            both = reading.startswith(("reg.", "edoe", "describe."))
            return lambda m: is_number(m) or (both and is_group(m) and len(m.levels) <= 6)
        if slot == "g" and reading.startswith("ttest."):
            both = {"g.a", "g.b"} <= forms
            open_ = reading == "ttest.diff" and not forms & {"g.a", "g.b"} and not TWO_WORDS.search(self._phrase.text)
            return group_test(lambda k: k == 2 or both or open_)
        if slot == "g" and reading.startswith("anova.one"):
            return group_test(lambda k: k > 2 or not MANY_WORDS.search(self._phrase.text))
        if slot == "g" and reading.startswith("anova.") and reading != "anova.two":
            return group_test(lambda k: k > 2)
        if slot == "g" and reading in ("var.greater", "var.less", "var.f"):
            return group_test(lambda k: k == 2 or {"g.a", "g.b"} <= forms)
        if slot in ("b", "a"):
            return lambda m: m.kind == "pair"
        return SLOTS[slot]

    def _assign_pair(self) -> bool:
        if "b" in self._columns:
            return True
        pair = self._cast.draw(lambda m: m.kind == "pair")
        if pair is not None:
            self._columns["b"] = [Made((pair.headers[0],), _side(pair.spec, "before"))]
            self._columns["a"] = [Made((pair.headers[1],), _side(pair.spec, "after"))]
        return pair is not None

    def _ambiguous(self, test) -> bool:  # type: ignore[no-untyped-def]
        """A question that names no measurement over a table with several cannot be answered."""
        several = len(list(rivals(self._made, test))) >= 2
        if several and self._random.random() < 0.35 and not self._phrase.slots & {"y", "x", "xs", "ys", "d"}:
            self._reading = "refuse.ambiguous"
            self._columns["y"] = [rivals(self._made, test)[0]]  # type: ignore[index]
            return True
        return False

    # Wording: the phrase with its slots said.

    def _word(self, text: str) -> list[Segment] | None:
        segments, at = [], 0
        for match in SLOT.finditer(text):
            segments.append(Segment(text[at : match.start()]))
            filled = self._say(match.group(1), match.group(2) or "")
            if filled is None:
                return None
            segments += filled
            at = match.end()
        return [s for s in [*segments, Segment(text[at:])] if s.text]

    def _say(self, slot: str, form: str) -> list[Segment] | None:
        if slot in Amounts.SLOTS:
            return self._say_number(slot)
        if slot in ("expr", "eq", "eqs"):
            return self._say_formula(slot)
        if slot == "v" and self._phrase.reading.startswith(("eval.", "solve.")):
            return self._say_variable()
        if slot == "names":
            return self._say_names()
        if slot not in self._columns:
            return None
        columns = self._columns[slot]
        if slot == "xs":
            return self._say_several(columns)
        made = columns[0]
        if form in ("a", "b"):
            return self._say_level(slot, made, form)
        meaning = self._mean("column", made.headers)
        self._slots.setdefault(slot, (meaning,))
        if form == "s":
            return [Segment(wording.say_plural(made, self._random), meaning)]
        if form:
            return [Segment(wording.say_degree(made, form, self._random), meaning)]
        if slot in ("y", "x") and self._random.random() < 0.07 and not self._reading.startswith("refuse"):
            derived = self._say_derived(slot)
            if derived is not None:
                return derived
        alone = len(list(rivals(self._made, SLOTS.get(slot, is_measure)))) == 1
        return [Segment(wording.say_column(made, self._random, vague=alone), meaning)]

    def _mean(self, kind, headers=(), level=None, part="plain") -> Meaning:  # type: ignore[no-untyped-def]
        for known in self._meanings:
            if (known.kind, known.headers, known.level, known.part) == (kind, headers, level, part) and headers:
                return known
        self._meanings.append(meaning := Meaning(kind, headers, level, part))
        return meaning

    def _say_several(self, columns: list[Made]) -> list[Segment]:
        segments, symbols = [], list[Symbol]()
        for i, made in enumerate(columns):
            meaning = self._mean("column", made.headers)
            symbols += [meaning, ","]
            last = i == len(columns) - 1
            joiner = "" if i == 0 else self._random.choice((" and ", ", and ", " & ")) if last else ", "
            segments += [Segment(joiner), Segment(wording.say_column(made, self._random, vague=False), meaning)]
        self._slots["xs"] = ("[", *symbols[:-1], "]")
        return [s for s in segments if s.text]

    def _say_level(self, slot: str, made: Made, form: str) -> list[Segment] | None:
        level = self._level(slot, made, form)
        if level is None:
            return None
        self._slots.setdefault(slot, (self._mean("column", made.headers),))
        meaning = self._mean("level", made.headers, level)
        self._slots[f"{slot}.{form}"] = (meaning,)
        return [Segment(wording.say_level(made, level, self._random, terse=self._terse), meaning)]

    def _level(self, slot: str, made: Made, form: str) -> str | None:
        key, other = f"{slot}.{form}", f"{slot}.{'b' if form == 'a' else 'a'}"
        if key not in self._levels:
            free = [level for level in made.levels if level != self._levels.get(other)]
            if not free:
                return None
            self._levels[key] = self._random.choice(free)
        return self._levels[key]

    def _say_number(self, slot: str) -> list[Segment]:
        measured = self._columns.get("y") or self._columns.get("x") or self._columns.get("ys") or self._columns.get("v")
        text = self._numbers.text(slot, measured[0] if measured else None)
        meaning = self._mean("date" if slot == "date" else "number")
        self._slots[slot] = (meaning,)
        unit = str(measured[0].spec.get("unit") or "") if measured else ""
        with_unit = slot in ("usl", "mu", "target", "sigma", "c") and unit and self._random.random() < 0.4
        tail = [Segment(self._random.choice((" ", "")) + unit)] if with_unit and slot in ("usl", "mu", "c") else []
        return [Segment(text, meaning), *tail]

    def _say_formula(self, slot: str) -> list[Segment]:
        variable = self._variable()
        if slot == "expr":
            plain = self._phrase.reading == "eval.value"
            text = wording.arithmetic(self._random) if plain else wording.formula(self._random, variable)
        elif slot == "eq":
            text = wording.equation(self._random, variable)
        else:
            a, b, c = (self._random.randint(1, 9) for _ in range(3))
            text = f"{a}x + {b}y = {c}" + self._random.choice((" and ", ", ", "; ")) + f"x - {c}y = {a}"
        meaning = self._mean("formula")
        self._slots[slot] = (meaning,)
        return [Segment(text, meaning)]

    def _variable(self) -> str:
        self._levels.setdefault("variable", self._random.choice("xxxxtzyuw"))
        return self._levels["variable"]

    def _say_variable(self) -> list[Segment]:
        return [Segment(self._variable())]

    def _say_names(self) -> list[Segment]:
        names = self._random.sample(wording.FACTOR_NAMES, self._random.randint(2, 6))
        meaning = self._mean("names")
        self._slots["names"] = (meaning,)
        return [Segment(wording.say_names(self._random, names), meaning)]

    def _say_derived(self, slot: str) -> list[Segment] | None:
        kind = self._random.choice(("difference", "ratio", "product", "sum", "log", "mean", "range"))
        reading = f"derive.{kind}"
        test = SLOTS["ys"] if kind in ("mean", "range") else is_number
        parts = self._cast.several(test, 1 if kind in ("mean", "range", "log") else 2, 2)
        if not parts or not self._writer.has(reading) or (kind not in ("mean", "range", "log") and len(parts) < 2):
            return None
        names = {"ys": parts[0]} if kind in ("mean", "range") else dict(zip("ab", parts, strict=False))
        own = {key: self._mean("column", made.headers) for key, made in names.items()}
        segments, at, text = [], 0, self._writer.piece(reading)
        for match in SLOT.finditer(text):
            if match.group(1) not in own:
                return None
            made = names[match.group(1)]
            segments += [Segment(text[at : match.start()]),
                         Segment(wording.say_column(made, self._random, vague=False), own[match.group(1)])]  # fmt: skip
            at = match.end()
        template = readings()[reading]
        self._slots[slot] = tuple(own[t[1:-1]] if t.startswith("{") else t for t in TOKEN.findall(template))
        return [s for s in [*segments, Segment(text[at:])] if s.text]

    # The plan.

    def _plan(self, template: str) -> list[Symbol] | None:
        if self._reading == "refuse.ambiguous":
            return _refuse(self._reading)
        for slot, columns in self._columns.items():
            if slot != "xs":
                self._slots.setdefault(slot, (self._mean("column", columns[0].headers),))
        template = self._retell(template)
        chosen = re.sub(r"\[([a-z_]+=\{([^}]*)\})\]", lambda m: m[1] if m[2] in self._slots else "", template)
        plan = list[Symbol]()
        for token in TOKEN.findall(chosen):
            if token.startswith("{"):
                if token[1:-1] not in self._slots:
                    return None
                plan += self._slots[token[1:-1]]
            else:
                plan.append(token)
        if self._phrase.reading.startswith("cap.") and not any(s in plan for s in ("lsl=", "usl=")):
            return _refuse("refuse.impossible")
        return plan + self._restriction()

    def _retell(self, template: str) -> str:
        """The command that the same words mean when the group has two levels, or many."""
        group = self._columns.get("g")
        if self._phrase.reading == "ttest.diff" and group and len(group[0].levels) > 2 and "g.a" not in self._slots:
            return readings()["anova.one"]
        if self._phrase.reading == "anova.one" and group and len(group[0].levels) == 2:
            return readings()["ttest.diff"]
        if "g.a" not in self._slots and "g.b" in self._slots:
            swap = {"greater": "less", "less": "greater"}
            template = template.replace("{g.a}", "{g.b}")
            return re.sub(r"alternative=(\w+)", lambda m: f"alternative={swap[m[1]]}", template)
        return template

    def _restriction(self) -> list[Symbol]:
        """Two named levels of a group that has more: only their rows are meant."""
        group = self._columns.get("g")
        if not group or len(group[0].levels) <= 2 or not {"g.a", "g.b"} <= set(self._slots):
            return []
        if not self._phrase.reading.startswith(("ttest.", "var.")):
            return []
        column, a, b = self._slots["g"][0], self._slots["g.a"][0], self._slots["g.b"][0]
        return ["where=", "(", column, "in", "[", a, ",", b, "]", ")"]

    # Pieces around the question.

    def _modify(self, segments: list[Segment], plan: list[Symbol]) -> tuple[list[Segment], list[Symbol]]:
        if self._phrase.reading.startswith((*NO_TABLE, "describe.all", "edoe")) or ";" in plan:
            return segments, plan
        draw = self._random.random()
        kinds = (("mod.where", 0.11), ("mod.by", 0.15), ("mod.scale", 0.18), ("mod.alpha", 0.23))
        kind = next((k for k, limit in kinds if draw < limit), None)
        added = self._modifier(kind, plan) if kind else None
        if added is None:
            return segments, plan
        words, symbols = added
        if self._random.random() < 0.2:
            return [*words, Segment(", "), *segments], plan + symbols
        return [*segments, Segment(self._random.choice((" ", " ", ", "))), *words], plan + symbols

    def _modifier(self, kind: str, plan: list[Symbol]) -> tuple[list[Segment], list[Symbol]] | None:
        if kind == "mod.where":
            reading = self._random.choice(("is",) * 8 + ("not",) * 3 + ("above", "below", "since", "until"))
            return self._piece(f"mod.where.{reading}") if "where=" not in plan else None
        if kind == "mod.by":
            return self._piece("mod.by")
        if kind == "mod.scale":
            fits = any(s in plan for s in ("response=", "x=", "value="))
            return self._piece(self._random.choice(("mod.log", "mod.sqrt", "mod.box_cox"))) if fits else None
        tests = ("RUN_TTEST", "RUN_ANOVA", "RUN_CORRELATION", "RUN_CHI2", "COMPARE_VARIANCES", "TEST_NORMALITY")
        return (
            self._piece(self._random.choice(("mod.alpha01", "mod.alpha05", "mod.alpha10")))
            if plan[0] in tests
            else None
        )

    def _piece(self, reading: str) -> tuple[list[Segment], list[Symbol]] | None:
        if not self._writer.has(reading):
            return None
        text = self._writer.piece(reading)
        for slot in ("w", "v", "t", "by"):
            if f"{{{slot}" in text or f"{{{slot}" in readings()[reading]:
                chosen = self._cast.draw(SLOTS[slot])
                if chosen is None:
                    return None
                self._columns[slot] = [chosen]
        words = self._word(text)
        if words is None:
            return None
        if reading.startswith("mod.where") or reading == "mod.by":
            for slot in ("w", "v", "t", "by"):
                if slot in self._columns:
                    self._slots.setdefault(slot, (self._mean("column", self._columns[slot][0].headers),))
        symbols = list[Symbol]()
        for token in TOKEN.findall(readings()[reading]):
            if token.startswith("{") and token[1:-1] not in self._slots:
                return None
            symbols += self._slots[token[1:-1]] if token.startswith("{") else [token]
        return words, symbols

    def _frame(self, segments: list[Segment]) -> list[Segment]:
        if self._random.random() > 0.4 or not self._writer.has("frame"):
            return segments
        before, _, after = self._writer.piece("frame").partition("{q}")
        return [Segment(before), *segments, Segment(after)]


def _refuse(reading: str) -> list[Symbol]:
    reasons = {"missing": "missing_column"}
    reason = reading.removeprefix("refuse.")
    return ["REFUSE", "reason=", reasons.get(reason, reason)]


def _side(spec: dict, side: str) -> dict:  # type: ignore[type-arg]
    own = {k: v for k, v in spec.items() if k not in ("more", "less", "how", "vague")}
    return own | {"says": spec.get(side) or spec.get("says"), "kind": "number"}


def _words_of(made: Made) -> set[str]:
    texts = [*made.spec.get("says", []), *made.spec.get("vague", []), *map(str, made.headers)]
    return {w for text in texts for w in re.findall(r"[a-z]{3,}", str(text).lower())}


def _tidy(segments: list[Segment]) -> list[Segment]:
    """No doubled articles where the author and the mention both brought one."""
    tidied: list[Segment] = []
    for segment in segments:
        last = tidied[-1].text.rstrip().lower() if tidied else ""
        text = segment.text
        if segment.meaning and re.search(r"\b(the|a|an|our|their|this)$", last):
            text = re.sub(r"^(the|a|an|our)\s+", "", text, flags=re.IGNORECASE)
        tidied.append(Segment(text, segment.meaning))
    return tidied
