"""The unit that stands after a number of a question."""

from __future__ import annotations

import re

from havoc_pipeline.tables.units import is_unit

WORDS = {
    "newton": "N", "newtons": "N", "micron": "µm", "microns": "µm", "micrometer": "µm", "micrometers": "µm",
    "micrometre": "µm", "micrometres": "µm", "millimeter": "mm", "millimeters": "mm", "millimetre": "mm",
    "millimetres": "mm", "centimeters": "cm", "centimetres": "cm", "meters": "m", "metres": "m", "meter": "m",
    "metre": "m", "gram": "g", "grams": "g", "grammes": "g", "kilo": "kg", "kilos": "kg", "kilogram": "kg",
    "kilograms": "kg", "milligrams": "mg", "tonne": "t", "tonnes": "t", "tons": "t", "liter": "L", "liters": "L",
    "litre": "L", "litres": "L", "milliliters": "mL", "millilitres": "mL", "second": "s", "seconds": "s",
    "sec": "s", "secs": "s", "minute": "min", "minutes": "min", "mins": "min", "hour": "h", "hours": "h",
    "hrs": "h", "hr": "h", "day": "d", "days": "d", "volt": "V", "volts": "V", "amp": "A", "amps": "A",
    "ampere": "A", "watt": "W", "watts": "W", "kilowatts": "kW", "joule": "J", "joules": "J", "bar": "bar",
    "bars": "bar", "degree": "°", "degrees": "°", "deg": "°", "celsius": "°C", "fahrenheit": "°F",
    "kelvin": "K", "pascal": "Pa", "pascals": "Pa", "inch": "in", "inches": "in", "foot": "ft", "feet": "ft",
    "pound": "lb", "pounds": "lb", "lbs": "lb", "ounces": "oz", "euro": "€", "euros": "€", "dollar": "$",
    "dollars": "$", "cents": "ct", "ohms": "Ω", "ohm": "Ω", "hertz": "Hz", "decibels": "dB", "week": "week",
    "weeks": "week", "month": "month", "months": "month", "year": "yr", "years": "yr", "um": "µm", "μm": "µm",
    "degc": "°C", "degf": "°F", "percent": "%", "pct": "%", "prozent": "%",
}  # fmt: skip
"""Units spelled out, by their symbol."""

_LETTERS = "A-Za-zµμΩÅ°ºäöüß"
_SYMBOL = re.compile(
    rf"\s{{0,2}}(?P<unit>%|‰|[€£$]|°\s?[CF]\b|°(?![A-Za-z])|(?:degrees?|deg)\s[CFKcf]\b"
    rf"|(?:degrees?\s)?(?:[Cc]elsius|[Ff]ahrenheit)|[Pp]er\s?cent\b"
    rf"|[{_LETTERS}]{{1,12}}[²³]?(?:\s?[/·]\s?[{_LETTERS}]{{1,6}}(?:\^?[23]|[²³])?){{0,2}})"
)
_AFTER = re.compile(r"[\w²³]|-[A-Za-z]|['’][A-Za-z]")
_AMBIGUOUS = "in M B U u S T AU au h/w St cal cells copies HB OD m% b bit dpi x"
_NO_UNIT = frozenset(_AMBIGUOUS.split())
_LONE = frozenset(["N", "V", "A", "W", "J", "K", "C", "F", "L", "l", "g", "m", "s", "h", "d", "t"])
_TEST_NEXT = re.compile(r"\s?(?:tests?|values?|charts?|stat)\b", re.IGNORECASE)
_MONEY_BEFORE = re.compile(r"([€£$])\s?$")
_NAMED_BEFORE = re.compile(
    r"\b(?:lines?|lots?|machines?|batch(?:es)?|shifts?|stations?|heads?|press|cell|room|ward|tool|"
    r"mou?ld|cavity|group|site|plant|plot|type|class|grade|oven|lane|gate|no|nr)\.?\s*#?$",
    re.IGNORECASE,
)


def unit_after(text: str, at: int, *, minutes: bool = True) -> tuple[str | None, int]:
    """The unit that stands at `at`, right after a number.

    Parameters
    ----------
    text : str
        The question.
    at : int
        Offset behind the number's last digit.
    minutes : bool
        Whether a bare `min` may mean minutes here and not a minimum.

    Returns
    -------
    unit : str or None
        Its symbol: `minutes` gives `min`, symbols stay as written.
    end : int
        Offset behind the unit; `at` when there is none.
    """
    found = _SYMBOL.match(text, at)
    if found is None:
        return None, at
    for end in _ends(found["unit"]):
        word = found["unit"][:end]
        stop = found.start("unit") + end
        unit = _known(word)
        attached = found.start("unit") == at
        if unit is None or (_AFTER.match(text, stop) and word not in "%‰€£$°"):
            continue
        if _fits(text, word, stop, at, attached=attached, minutes=minutes):
            return unit, stop
    return None, at


def money_before(text: str, at: int) -> str | None:
    """The currency sign before a number that starts at `at`, or None."""
    found = _MONEY_BEFORE.search(text[max(0, at - 3) : at])
    return found[1] if found else None


def _ends(unit: str) -> list[int]:
    """Lengths to try: the whole compound first, then its first factor."""
    slash = re.search(r"\s?[/·]", unit)
    return [len(unit)] + ([slash.start()] if slash else [])


def _known(word: str) -> str | None:
    plain = re.sub(r"\s+", " ", word.lower())
    if plain in WORDS:
        return WORDS[plain]
    if plain in ("per cent", "percent"):
        return "%"
    degrees = re.fullmatch(r"(?:°|º|degrees?|deg) ?([cfk])|(?:degrees )?(celsius|fahrenheit)", plain)
    if degrees:
        return "K" if degrees[1] == "k" else "°" + (degrees[1] or degrees[2][0]).upper()
    compact = re.sub(r"\s", "", word)
    return compact if compact not in _NO_UNIT and is_unit(compact) else None


def _fits(text: str, word: str, stop: int, at: int, *, attached: bool, minutes: bool) -> bool:
    if word == "min" and not minutes:
        return False
    if len(word) > 1 or not word.isalpha():
        return True
    if word not in _LONE or _TEST_NEXT.match(text, stop):
        return False
    number = re.search(r"[0-9.,]+$", text[max(0, at - 30) : at])
    before = text[max(0, at - 45) : at - (len(number.group()) if number else 0)]
    return not _NAMED_BEFORE.search(before)
