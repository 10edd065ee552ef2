"""The levels of a column in the order a reader expects."""

from __future__ import annotations

import re
from collections.abc import Iterable

SCALES = tuple(
    tuple(scale.split("<"))
    for scale in (
        "very low<low<medium low<medium<middle<mid<moderate<normal<medium high<high<very high",
        "lo<med<hi",
        "l<m<h",
        "none<trace<slight<minor<mild<moderate<major<severe<critical",
        "extra small<small<medium<large<extra large",
        "xxs<xs<s<m<l<xl<xxl<xxxl",
        "very bad<bad<poor<fair<average<ok<good<very good<excellent<outstanding",
        "never<rarely<seldom<sometimes<often<usually<always",
        "strongly disagree<disagree<somewhat disagree<neutral<neither<undecided<somewhat agree<agree<strongly agree",
        "very dissatisfied<dissatisfied<neutral<satisfied<very satisfied",
        "very unlikely<unlikely<neutral<likely<very likely",
        "dry<moist<wet",
        "cold<cool<warm<hot",
        "slow<medium<fast",
        "soft<medium<hard",
        "thin<medium<thick",
        "light<medium<dark",
        "before<after",
        "pre<post",
        "no<yes",
        "off<on",
        "false<true",
        "bottom<middle<center<centre<top",
        "early<mid<late",
        "first<second<third<fourth<fifth<last",
        "sehr niedrig<niedrig<mittel<hoch<sehr hoch",
        "klein<mittel<groß",
        "gering<mittel<hoch",
        "bajo<medio<alto",
        "baja<media<alta",
        "pequeño<mediano<grande",
        "faible<moyen<élevé<fort",
        "basso<medio<alto",
        "vorher<nachher",
        "vor<nach",
        "antes<después",
        "avant<après",
        "ungenügend<mangelhaft<ausreichend<befriedigend<gut<sehr gut",
        "mon<tue<wed<thu<fri<sat<sun",
        "monday<tuesday<wednesday<thursday<friday<saturday<sunday",
        "montag<dienstag<mittwoch<donnerstag<freitag<samstag<sonntag",
        "mo<di<mi<do<fr<sa<so",
        "jan<feb<mar<apr<may<jun<jul<aug<sep<oct<nov<dec",
        "january<february<march<april<may<june<july<august<september<october<november<december",
        "januar<februar<märz<april<mai<juni<juli<august<september<oktober<november<dezember",
    )
)
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
RUN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


def scale_of(levels: Iterable[str]) -> tuple[str, ...] | None:
    """Return the known ordered scale that holds all the levels.

    Args:
        levels: distinct labels.

    Returns:
        The scale from low to high, in lower case, or None when no scale knows them all.
    """
    words = {_word(level) for level in levels}
    if len(words) < 2:
        return None
    return next((scale for scale in SCALES if words <= set(scale)), None)


def in_order(levels: Iterable[str]) -> tuple[str, ...]:
    """Sort levels: ordered words by their scale, numbers by value, the rest alphabetically.

    Args:
        levels: distinct labels; `Line 2` comes before `Line 10`.

    Returns:
        The labels in order.
    """
    known = list(levels)
    scale = scale_of(known)
    if scale is not None:
        return tuple(sorted(known, key=lambda level: scale.index(_word(level))))
    return tuple(sorted(known, key=_natural))


def _word(level: str) -> str:
    return re.sub(r"[\s_-]+", " ", level).strip().casefold()


def _natural(level: str) -> tuple[tuple[int, float, str], ...]:
    number = _as_number(level)
    if number is not None:
        return ((0, number, level),)
    flat = [piece for piece in re.split(f"({RUN.pattern})", level) if piece]
    return (*map(_piece, flat), (2, 0.0, level))


def _piece(piece: str) -> tuple[int, float, str]:
    return (0, float(piece), "") if RUN.fullmatch(piece) else (1, 0.0, piece.casefold())


def _as_number(level: str) -> float | None:
    number = NUMBER.fullmatch(level)
    return float(level.replace(",", ".")) if number else None
