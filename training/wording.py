"""How a column, a level, a number, a formula is said: mentions as people make them."""

from __future__ import annotations

import random
import re

from training.tables import Made

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def say_column(made: Made, random_: random.Random, *, vague: bool) -> str:
    """A noun phrase for a column: mostly by everyday words, at times by its header."""
    spec, draw = made.spec, random_.random()
    if vague and spec.get("vague") and draw < 0.25:
        return str(random_.choice(spec["vague"]))
    if draw < 0.78 and spec.get("says"):
        return str(random_.choice(spec["says"]))
    return _header_words(made.headers[0], random_)


def _header_words(header: str, random_: random.Random) -> str:
    if random_.random() < 0.4:
        return header
    plain = re.sub(r"[\[(/].*$", "", header).replace("_", " ").strip() or header
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return spaced.lower() if random_.random() < 0.7 else spaced


def say_plural(made: Made, random_: random.Random) -> str:
    """A group in the plural."""
    plurals = made.spec.get("plural")
    return str(random_.choice(plurals)) if plurals else f"{say_column(made, random_, vague=False)}s"


def say_degree(made: Made, form: str, random_: random.Random) -> str:
    """`more`, `less` or `how` of a quantity, in its own adjective where it has one."""
    own = made.spec.get(form)
    if own and random_.random() < 0.85:
        return str(random_.choice(own))
    noun = say_column(made, random_, vague=False)
    plain = {"more": ("higher in", "higher on", "showing more"), "less": ("lower in", "lower on", "showing less"),
             "how": ("how high the", "how big the", "how the")}  # fmt: skip
    return f"{random_.choice(plain[form])} {noun}"


def say_level(made: Made, level: str, random_: random.Random, *, terse: bool) -> str:
    """A level: its everyday name, its code, or its column's word with the code."""
    spec_levels = made.spec.get("levels") or {}
    names = next((v for k, v in spec_levels.items() if str(k) == level), None) or []
    draw = random_.random()
    if names and draw < 0.55:
        return str(random_.choice(names))
    if len(level) > 2 and (draw < 0.8 or terse):
        return level if random_.random() < 0.7 else level.lower()
    word = str(random_.choice(made.spec.get("says") or [made.headers[0]]))
    return f"{word} {level}"


def say_names(random_: random.Random, names: list[str]) -> str:
    """An enumeration."""
    if random_.random() < 0.3:
        return ", ".join(names)
    return ", ".join(names[:-1]) + random_.choice((" and ", ", and ", " & ")) + names[-1]


FACTOR_NAMES = (
    "temperature", "pressure", "time", "speed", "feed rate", "catalyst", "dwell time", "pH", "flow rate", "concentration",
    "stirring speed", "nozzle size", "cooling time", "holding pressure", "mould temperature", "humidity", "voltage", "current",
    "laser power", "scan speed", "layer thickness", "binder amount", "mixing time", "particle size", "coolant", "tool type",
    "depth of cut", "operator", "supplier", "resin type", "cure time", "oven temp", "belt speed", "airflow", "gap", "load",
    "yeast", "sugar", "dose", "light", "fertiliser", "watering", "price", "font size", "button colour", "drying time",
)  # fmt: skip


def number_text(value: float, digits: int, random_: random.Random) -> str:
    """A number as typed: a few with a decimal comma, some without the leading zero."""
    text = f"{value:.{digits}f}"
    if digits and "." in text and random_.random() < 0.3:
        text = text.rstrip("0").rstrip(".")
    if "." in text and random_.random() < 0.05:
        text = text.replace(".", ",")
    return text[1:] if text.startswith("0.") and random_.random() < 0.1 else text


def formula(random_: random.Random, variable: str) -> str:
    """A small expression in one variable."""
    a, b, c = (random_.randint(1, 9) for _ in range(3))
    v = variable
    return random_.choice((
        f"{a}*{v}^2 + {b}*{v} - {c}", f"{v}^3 - {a}{v}", f"({v} + {a})^2", f"sin({v})", f"exp(-{a}*{v})", f"{a}/({v} + {b})",
        f"{v}^2*exp({v})", f"log({v}) + {a}", f"sqrt({v}^2 + {a})", f"{a}{v}^2", f"cos({a}*{v})", f"({a}{v} + {b})/({v} - {c})",
    ))  # fmt: skip


def arithmetic(random_: random.Random) -> str:
    """A sum without variables."""
    a, b, c = (round(random_.uniform(1, 90), random_.choice((0, 1, 2))) for _ in range(3))
    return random_.choice((f"{a:g}*{b:g} + {c:g}", f"({a:g} + {b:g})/{c:g}", f"{a:g}^2 - {b:g}", f"sqrt({a:g})*{b:g}",
                           f"{a:g}/{b:g}", f"2*pi*{a:g}", f"exp(-{a:g}/{b:g})", f"{a:g}*({b:g} - {c:g})"))  # fmt: skip


def equation(random_: random.Random, variable: str) -> str:
    """An equation in one variable."""
    a, b, c = (random_.randint(1, 12) for _ in range(3))
    v = variable
    return random_.choice((f"{v}^2 - {a}{v} + {b} = 0", f"{a}*{v} + {b} = {c}", f"{v}^3 = {a}", f"exp({v}) = {a}",
                           f"{a}/{v} = {b}", f"{a}*{v}^2 = {b}{v} + {c}", f"{v}^2 = {a}", f"log({v}) = {a}"))  # fmt: skip


def equations(random_: random.Random) -> str:
    """Two linear equations in x and y."""
    a, b, c = (random_.randint(1, 9) for _ in range(3))
    return f"{a}x + {b}y = {c}" + random_.choice((" and ", ", ", "; ")) + f"x - {c}y = {a}"
