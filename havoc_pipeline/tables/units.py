"""Units of measurement: what is one, and where a header or a cell carries one."""

from __future__ import annotations

import re
from functools import lru_cache

PREFIXES = ("", "k", "m", "µ", "μ", "u", "n", "M", "G", "c", "d", "h")
BASES = re.findall(
    r"\S+",
    "m g s N Pa V A W J Hz Ω Ohm ohm L l mol F T bar Wh eV K lx lm S Bq Gy Sv Nm VA B M",
)
WHOLE = frozenset(
    re.findall(
        r"\S+",
        "% ‰ ° ° °C °F ºC ºF C F degC degF deg rad in inch inches ft yd mi lb lbs oz gal psi ksi mil "
        "mils t ha d h hr hrs hour hours min mins minute minutes sec secs second seconds day days "
        "week weeks yr year years Jahre Std Tage h/w rpm U/min 1/min 1/s 1/h ppm ppb ppt pct percent "
        "Prozent cP mPas mPa·s Pas cSt St HRC HRB HV HB Å au a.u. u AU RFU OD CFU U IU mU pcs pc Stk "
        "Stück dB dBA dBm pH mmHg cmH2O Torr atm kgf lbf µin microns micron µ mg% € $ £ EUR USD GBP "
        "ct mEq cal kcal BTU dpi px bit byte kB MB GB kVA sqft cells copies FNU NTU gsm Shore denier "
        "dtex tex M N/A·m",
    )
)
SYMBOLS = (WHOLE | {prefix + base for prefix in PREFIXES for base in BASES}) - {"hA", "cA"}
LONE = frozenset("ABCFKMNSTVWJLUdghlmstu")
"""Single letters that are a unit only when the quantity before them says so."""

QUANTITIES = {
    "C": r"temp|therm|dew|wärme|grad|deg",
    "F": r"temp|therm",
    "K": r"temp|therm",
    "s": r"time|zeit|dur|dwell|cycle|takt|tiempo|temps|cure|hold|delay|lag",
    "h": r"time|zeit|dur|dwell|cure|hold|age|tiempo|temps|life|shift|hours",
    "d": r"time|zeit|dur|age|cure|lead|hold",
    "min": r"time|zeit|dur|dwell|cycle|cure|hold|bake|wait|tiempo|temps|soak|mix",
    "g": r"weight|mass|gew|fill|peso|poids|wt|dose|net|gross|tare|masse",
    "t": r"weight|mass|gew|yield|load|peso|poids|tonn",
    "m": r"length|height|width|dist|depth|läng|höhe|breit|weg|laenge|hoehe|alt|long",
    "N": r"force|kraft|load|pull|peel|push|fuerza|bond|grip",
    "V": r"volt|spann|bias|potential|u_",
    "A": r"curr|strom|amp",
    "W": r"power|leist|watt",
    "J": r"energ|impact|arbeit|work",
    "L": r"vol|fill|inhalt",
    "l": r"vol|fill|inhalt",
    "T": r"field|flux",
    "S": r"conduct",
}
PER = re.compile(r"^(ha|min|h|s|l|L|ml|mL|dl|dL|m2|m3|cm2|cm3|mm2|kg|g|d|day|m|mm|K)$")
BRACKETED = re.compile(r"^(.*?)\s*(?:\(\s*([^()]*?)\s*\)|\[\s*([^\[\]]*?)\s*\])\s*$", re.DOTALL)
TOKEN = re.compile(r"[\s_.]+")
SPLIT = re.compile(r"\s*[/·*⋅×]\s*|\s+")
POWER = re.compile(r"(?:\^?-?\d|[²³¹⁻]+)$")


@lru_cache(maxsize=4096)
def is_unit(text: str) -> bool:
    """Say whether a text is a unit, alone or as products, quotients and powers of units.

    Args:
        text: such as `mm`, `kg/m³`, `°C`, `N·m`, `t/ha`.

    Returns:
        True when every factor is a known symbol.
    """
    if text in SYMBOLS:
        return True
    factors = SPLIT.split(text)
    return len(factors) <= 4 and all(_is_factor(factor) for factor in factors)


def _is_factor(factor: str) -> bool:
    bare = POWER.sub("", factor)
    return factor in SYMBOLS or (bare in SYMBOLS and bare != factor)


NUMBERED_UNIT = re.compile(r"[^\W\d_]+(?:[014-9]|\d\d+)")
"""`mm1`, `um10`: a reading's number, not a power."""


def split_unit(header: str) -> tuple[str, str | None]:
    """Split a header in what is measured and in which unit.

    Args:
        header: such as `Weight (g)`, `temp_C`, `flow [L/min]`, `t_ha`.

    Returns:
        The stem and the unit; the whole header and None when it names no unit.
    """
    bracket = BRACKETED.match(header)
    if bracket:
        inner = bracket[2] if bracket[2] is not None else bracket[3]
        if is_unit(inner) or inner in {"-", "1"}:
            return bracket[1], None if inner in {"-", "1"} else inner
        return header, None
    return _split_tail(header)


def _split_tail(header: str) -> tuple[str, str | None]:
    words = TOKEN.split(header)
    if len(words) >= 2 and words[-2] in SYMBOLS and PER.match(words[-1]):
        stem = header[: -len(words[-2]) - len(words[-1]) - 1].rstrip(" _.")
        if len(words) > 2 or words[-1] not in LONE:
            return stem or header, f"{words[-2]}/{words[-1]}"
    stem = header[: -len(words[-1])].rstrip(" _.,")
    if not stem or not _unit_after(stem, words[-1]):
        return header, None
    return stem, "%" if words[-1] in {"pct", "percent", "Prozent"} else words[-1]


def _unit_after(stem: str, tail: str) -> bool:
    wanted = QUANTITIES.get(tail)
    if wanted is not None:
        return re.search(wanted, stem, re.IGNORECASE) is not None
    if tail in LONE or tail in {"in", "OD", "HB", "h1", "St", "cal", "cells", "copies", "AU", "au"}:
        return False
    if NUMBERED_UNIT.fullmatch(tail):
        return False
    return len(tail) > 1 or tail in "%°€$£Ω" if is_unit(tail) else False
