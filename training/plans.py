"""The plan that a cast phrase asks for: the command of its reading, with the slots' symbols in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from training.bank import Phrase, readings
from training.casting import Cast
from training.meaning import Meanings, Symbol

TOKEN = re.compile(r"\{[a-z0-9]+(?:\.[a-z]+)?\}|[A-Za-z_][\w-]*=?|[\[\](),;+\-*/^]|[=!<>]=?")


def plan(phrase: Phrase, cast: Cast, meanings: Meanings) -> list[Symbol] | None:
    """The symbols of the plan, a refusal among them; None when a slot of the command was not said."""
    if cast.ambiguous:
        return refusal("refuse.ambiguous")
    for slot, columns in cast.columns.items():
        if slot != "xs":
            meanings.slots.setdefault(slot, (meanings.column(columns[0].headers),))
    symbols = filled(_with_options(_command(phrase, cast, meanings), meanings), meanings.slots)
    if symbols is None:
        return None
    if phrase.reading.startswith("cap.") and not any(s in symbols for s in ("lsl=", "usl=")):
        return refusal("refuse.impossible")
    return symbols + _restriction(phrase, cast, meanings)


def refusal(reading: str) -> list[Symbol]:
    """The plan of a reading that refuses."""
    reasons = {"missing": "missing_column"}
    reason = reading.removeprefix("refuse.")
    return ["REFUSE", "reason=", reasons.get(reason, reason)]


def filled(command: str, slots: Mapping[str, tuple[Symbol, ...]]) -> list[Symbol] | None:
    """The symbols of a command with its slots filled; None when one of them is not among `slots`."""
    symbols = list[Symbol]()
    for token in TOKEN.findall(command):
        if token.startswith("{") and token[1:-1] not in slots:
            return None
        symbols += slots[token[1:-1]] if token.startswith("{") else [token]
    return symbols


def _with_options(command: str, meanings: Meanings) -> str:
    """The command with the parameters in brackets whose slots were said, without the others."""
    return re.sub(r"\[([a-z_]+=\{([^}]*)\})\]", lambda m: m[1] if m[2] in meanings.slots else "", command)


def _command(phrase: Phrase, cast: Cast, meanings: Meanings) -> str:
    """The command that the same words mean when the group has two levels, or many."""
    group, command = cast.columns.get("g"), readings()[phrase.reading]
    if phrase.reading == "ttest.diff" and group and len(group[0].levels) > 2 and "g.a" not in meanings.slots:
        return readings()["anova.one"]
    if phrase.reading == "anova.one" and group and len(group[0].levels) == 2:
        return readings()["ttest.diff"]
    if "g.a" not in meanings.slots and "g.b" in meanings.slots:
        swap = {"greater": "less", "less": "greater"}
        command = command.replace("{g.a}", "{g.b}")
        return re.sub(r"alternative=(\w+)", lambda m: f"alternative={swap[m[1]]}", command)
    return command


def _restriction(phrase: Phrase, cast: Cast, meanings: Meanings) -> list[Symbol]:
    """Two named levels of a group that has more: only their rows are meant."""
    group, slots = cast.columns.get("g"), meanings.slots
    if not group or len(group[0].levels) <= 2 or not {"g.a", "g.b"} <= set(slots):
        return []
    if not phrase.reading.startswith(("ttest.", "var.")):
        return []
    column, a, b = slots["g"][0], slots["g.a"][0], slots["g.b"][0]
    return ["where=", "(", column, "in", "[", a, ",", b, "]", ")"]
