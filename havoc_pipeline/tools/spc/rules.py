"""Rules that say which points of a control chart signal, each over a whole series at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.samples import Floats

Flags = NDArray[np.bool_]
Pattern = Literal["beyond", "side", "trend", "alternating", "zone", "within", "outside"]
RuleSet = Literal["nelson_1_2", "nelson", "western_electric", "beyond_limits", "minitab", "jasp"]
TIE = 1e-9
"""Differences below this share of sigma count as ties: they are rounding, not process."""
_BLOCK = 65536


@dataclass(frozen=True)
class Rule:
    """One rule: `number` and `text` as its source gives them.

    Attributes
    ----------
    pattern : str
        `beyond` (one point past 3 sigma), `side` (`length` points on one side of the centre),
        `trend`, `alternating`, `zone` (`length` of `length` + 1 points past `reach` sigma on one
        side), `within` and `outside` (`length` points nearer or farther than 1 sigma).
    """

    number: int
    text: str
    pattern: Pattern
    length: int = 1
    reach: float = 3.0


_BEYOND = Rule(1, "one point beyond three sigma from the centre line", "beyond")
NELSON = (
    _BEYOND,
    Rule(2, "nine points in a row on the same side of the centre line", "side", 9),
    Rule(3, "six points in a row steadily increasing or decreasing", "trend", 6),
    Rule(4, "fourteen points in a row alternating up and down", "alternating", 14),
    Rule(5, "two of three points in a row beyond two sigma on the same side", "zone", 2, 2.0),
    Rule(6, "four of five points in a row beyond one sigma on the same side", "zone", 4, 1.0),
    Rule(7, "fifteen points in a row within one sigma of the centre line", "within", 15),
    Rule(8, "eight points in a row beyond one sigma on either side", "outside", 8),
)
WESTERN_ELECTRIC = (
    _BEYOND,
    Rule(2, "two of three points in a row beyond two sigma on the same side", "zone", 2, 2.0),
    Rule(3, "four of five points in a row beyond one sigma on the same side", "zone", 4, 1.0),
    Rule(4, "eight points in a row on the same side of the centre line", "side", 8),
)
MINITAB = (
    *NELSON[:2],
    Rule(3, "six steps in a row all up or all down", "trend", 7),
    Rule(4, "fourteen changes of direction in a row", "alternating", 15),
    *NELSON[4:],
)
JASP = (
    _BEYOND,
    Rule(2, "seven points in a row on the same side of the centre line", "side", 7),
    Rule(3, "seven steps in a row all up or all down", "trend", 8),
    Rule(5, "two of three points in a row beyond two sigma on the same side", "zone", 2, 2.0),
    Rule(7, "fifteen points in a row within one sigma of the centre line", "within", 15),
    Rule(8, "eight points in a row beyond one sigma on either side", "outside", 8),
)
RULE_SETS: dict[str, tuple[Rule, ...]] = {
    "nelson_1_2": NELSON[:2], "nelson": NELSON, "western_electric": WESTERN_ELECTRIC, "beyond_limits": NELSON[:1],
    "minitab": MINITAB, "jasp": JASP,
}  # fmt: skip
SOURCES = {
    "nelson_1_2": "tests 1 and 2 of Nelson (1984), J. Qual. Technol. 16, 237-239",
    "nelson": "tests 1 to 8 of Nelson (1984), J. Qual. Technol. 16, 237-239",
    "western_electric": "zone rules of the Western Electric Statistical Quality Control Handbook (1956)",
    "beyond_limits": "Shewhart's three-sigma limits alone (1931), Economic Control of Quality",
    "minitab": "Minitab's tests 1 to 8, which count steps for trends where Nelson counts points",
    "jasp": "the default tests of JASP's quality-control module, which count steps for trends",
}
_ZONES: tuple[Pattern, ...] = ("zone", "within", "outside")


def rules_for(name: str, title: str) -> tuple[Rule, ...]:
    """The rules of a set that suit a chart.

    Rules on zones suit individuals and means only (JASP: individuals only), since ranges, standard
    deviations and counts are skewed. Moving ranges share readings, so runs among them say nothing
    and only the limits apply to them (Nelson 1982); Minitab and JASP test their runs nevertheless.

    Parameters
    ----------
    name : str
        Name of the set.
    title : str
        What is plotted: `individuals`, `mean`, `moving range`, …

    References
    ----------
    Nelson (1982), J. Qual. Technol. 14, 172-173; Nelson (1984), J. Qual. Technol. 16, 237-239.
    """
    rules = RULE_SETS[name]
    if title == "moving range" and name not in ("minitab", "jasp"):
        return tuple(rule for rule in rules if rule.pattern == "beyond")
    if title == "individuals" or (title == "mean" and name != "jasp"):
        return rules
    return tuple(rule for rule in rules if rule.pattern not in _ZONES)


def signals(z: Floats, rules: Sequence[Rule], course: Floats | None = None) -> NDArray[np.uint16]:
    """Which rules each point breaks.

    Parameters
    ----------
    z : float array, shape (m,)
        Points in sigmas from the centre line; NaN where a point is missing, which ends a run.
    rules : sequence of Rule
        At most 16.
    course : float array, shape (m,), optional
        What rises and falls for the rules on trends, in sigmas; `z` when left out. It differs
        from `z` where the limits vary from point to point.

    Returns
    -------
    uint16 array, shape (m,)
        Bit i is set where the point completes the pattern of `rules[i]`.
    """
    broken = np.zeros(z.size, dtype=np.uint16)
    halo = max((rule.length for rule in rules), default=1) + 1
    for start in range(0, z.size, _BLOCK):
        lead = max(0, start - halo)
        part = slice(lead, start + _BLOCK)
        found = _block(z[part], rules, z[part] if course is None else course[part])
        broken[start : start + _BLOCK] = found[start - lead :]
    return broken


def _block(z: Floats, rules: Sequence[Rule], course: Floats) -> NDArray[np.uint16]:
    found = np.zeros(z.size, dtype=np.uint16)
    size = np.abs(z)
    for place, rule in enumerate(rules):
        matched = _matches(rule, z, size, course)
        if matched.any():
            found[matched] |= np.uint16(1 << place)
    return found


def _matches(rule: Rule, z: Floats, size: Floats, course: Floats) -> Flags:
    """Points at which the pattern of one rule is complete."""
    if rule.pattern == "beyond":
        return size > rule.reach + TIE
    if rule.pattern == "side":
        return _run(z > TIE, rule.length) | _run(z < -TIE, rule.length)
    if rule.pattern == "zone":
        past = rule.reach + TIE
        return _most(z > past, rule.length) | _most(z < -past, rule.length)
    if rule.pattern == "within":
        return _run(size < 1 - TIE, rule.length)
    if rule.pattern == "outside":
        return _run(size > 1 + TIE, rule.length)
    return _course(rule, course)


def _course(rule: Rule, course: Floats) -> Flags:
    rise, fall = np.zeros(course.size, dtype=bool), np.zeros(course.size, dtype=bool)
    step = np.diff(course)
    np.greater(step, TIE, out=rise[1:])
    np.less(step, -TIE, out=fall[1:])
    if rule.pattern == "trend":
        return _run(rise, rule.length - 1) | _run(fall, rule.length - 1)
    turn = np.zeros(course.size, dtype=bool)
    turn[1:] = (rise[1:] & fall[:-1]) | (fall[1:] & rise[:-1])
    return _run(turn, rule.length - 2)


def _run(flags: Flags, length: int) -> Flags:
    """Where the last `length` flags are all set; doubling, so log2(length) passes."""
    span, found = 1, flags
    while span < length:
        shift = min(span, length - span)
        later = np.zeros_like(found)
        np.logical_and(found[shift:], found[:-shift], out=later[shift:])
        span, found = span + shift, later
    return found


def _most(flags: Flags, length: int) -> Flags:
    """Where the flag is set and so are `length` - 1 of the `length` before it."""
    before = np.zeros(flags.size, dtype=np.uint8)
    for shift in range(1, length + 1):
        before[shift:] += flags[:-shift].view(np.uint8)
    return flags & (before >= length - 1)
