"""Numbers of a question with their units: plain, in ranges, with tolerances, as percentages.

A mention's span covers the number and the unit symbol or unit word behind it; words such as `min`,
`at least` or `USL` stay outside. Ordinals, numbers inside identifiers (`K17`, `p1`, `ISO 9001`) and
those in names of methods (`2-sample t`, `rule 1`, `6 sigma`) are none.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from havoc_pipeline.linking.measures import money_before, unit_after
from havoc_pipeline.linking.mentions import NumberMention
from havoc_pipeline.linking.number_words import NAME_OF_METHOD, find_number_words
from havoc_pipeline.linking.numerals import DIGITS, NUMERAL, SIGN, SOLID, Mark, decimal_mark, read_numeral
from havoc_pipeline.linking.taken import Taken

_NUMBER = re.compile(NUMERAL)
_SEQUENCE = re.compile(
    r"(?<=[(\[])\s?[-−]?[0-9]{1,9}(?:,[0-9]{1,9})+(?=\s?[)\]])"
    r"|(?<![\w.,])(?![0-9]{1,2}(?:,[0-9]{3})+(?![0-9,]))(?![0-9]{1,3}(?:,[0-9]{3})*,000(?![0-9,]))"
    r"[0-9]{1,9}(?:,[0-9]{1,9}){2,20}(?![\w])"
)
"""Whole numbers with commas between them: `(18,26)`, `1,2,3`, `150,180,200`."""
_SOLID = re.compile(SOLID)
_WHOLE = re.compile("[0-9]+")
_RANGE = re.compile(r"\s{0,2}(?:[-–—−]|\.\.\.?|…|/|\bto\b|\btill\b|\buntil\b)\s{0,2}")
_BY_WORDS = (
    r"\bplus(?:\s(?:or\s|and\s|/\s?)?|/)minus\b|\bgive\sor\stake\b"
    rf"|\btol(?:erance|\.)?(?:\sof)?\b(?!\s?{DIGITS}\s?(?:to\b|and\b|[-–—…]|\.\.))"
)
_PLUS_MINUS = re.compile(
    rf"[\s,]{{0,2}}\(?(?:±|\+\s?/\s?[-−–]|\+[-−–]|{_BY_WORDS})\s{{0,2}}(?P<reach>{DIGITS})", re.IGNORECASE
)
_UPPER_LOWER = re.compile(
    rf"\s{{0,2}}\(?(?:\+\s?(?P<up>{DIGITS})\s?[/,;]?\s?[-−–]\s?(?P<down>{DIGITS})"
    rf"|[-−–]\s?(?P<down2>{DIGITS})\s?[/,;]\s?\+\s?(?P<up2>{DIGITS}))\)?"
)
_IDENTIFIER_BEFORE = re.compile(r"(?:[\w^]|[A-Za-z_][\w]{0,12}[-./·]|[0-9][:.])$")
_NAME_BEFORE = re.compile(
    r"\b(?:ISO|IEC|EN|DIN|ASTM|IATF|ANSI|AIAG|VDI|VDA|QS|MIL|USP|CFR|SAE|JIS|BS|"
    r"rules?|type|nelson|western\selectric|version|ver|slides?|pages?|chapter|section|appendix|t-?test|excel|"
    r"windows|office|polynomial|minitab|jmp|spss|python)(?:\s(?:no\.?|number|#))?[\s-]?$",
    re.IGNORECASE,
)  # fmt: skip
_COUNTED_WITH_HYPHEN = re.compile(
    r"-(?:factors?|levels?|variables?|runs?|cent(?:er|re)|replicates?|pieces?|steps?|months?|weeks?|days?|hours?|"
    r"minutes?|seconds?|parameters?|knobs?|inputs?|blocks?)\b",
    re.IGNORECASE,
)  # fmt: skip
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_MINIMUM = re.compile(r"[0-9]\s?(?:max|maximum)\b|(?<![0-9])(?<![0-9]\s)\bmin\b[\s.=:]{1,2}[0-9]", re.IGNORECASE)
_ABOUT_LIMITS = re.compile(
    r"\b(?:cpk?|ppk?|capab\w*|capable|spec\w*|limits?|lsl|usl|toleran\w*|within)\b", re.IGNORECASE
)
_DIGIT_AND_GROUP = re.compile(r"[1-9] [0-9](?!00)[0-9]{2}")
"""In a question of limits `4 190` is two of them; elsewhere it is 4190."""
_GOES_ON_IN_DIGITS = re.compile(r"[:.][0-9]")
_HYPHENED = re.compile(r"-[A-Za-z]")
_LETTER = re.compile(r"\w")
_THOUSANDS = re.compile(r"k(?!\w)")
_TIMES = re.compile(r"\s?[x×]\s?(?=[0-9])")


class _Scan:
    """One pass over a question's digits, from left to right."""

    def __init__(self, question: str, taken: Taken) -> None:
        self.question = question
        self.taken = taken
        self.mark: Mark = decimal_mark(question)
        self.minutes = _MINIMUM.search(question) is None
        self.sequences = _inside(question)
        self.limits = _ABOUT_LIMITS.search(question) is not None
        self.last_end = -1

    def mentions(self) -> Iterator[NumberMention]:
        """Plain numbers and tolerances, in order."""
        at = 0
        while (found := _NUMBER.search(self.question, at)) is not None:
            start, end = self._bounds(*found.span())
            if not self.taken.free(start, end):
                end = _SOLID.match(self.question, start).end()  # type: ignore[union-attr]
            at = end
            if not self.taken.free(start, end):
                at = start + 1
                continue
            for mention in self._read(start, end):
                at = self.last_end = max(at, mention.end)
                yield mention

    def _bounds(self, start: int, end: int) -> tuple[int, int]:
        """The number's span without a mark that parts it from the number before it."""
        text = self.question
        before = text[max(0, start - 1) : start]
        if text[start] in ".," and (
            before.isdigit() or before in (".", ",") or (before.isalpha() and text[start] == ",")
        ):
            start += 1
            end = _NUMBER.match(text, start).end()  # type: ignore[union-attr]
        if self.limits and _DIGIT_AND_GROUP.fullmatch(text, start, end):
            end = start + 1
        if self.sequences[start]:
            end = _WHOLE.match(text, start).end()  # type: ignore[union-attr]
        return start, end

    def _read(self, start: int, end: int) -> Iterator[NumberMention]:
        start = self._signed(start)
        if self._is_name(start, end):
            return
        value = read_numeral(self.question[start:end], self.mark)
        tolerance = self._tolerance(start, end, value)
        if tolerance and self.taken.free(start, tolerance[0].end):
            yield from tolerance
            return
        yield self._plain(start, end, value)

    def _signed(self, start: int) -> int:
        """Where the number starts when a sign before it belongs to it and does not make a range."""
        text = self.question
        if start == 0 or not re.match(SIGN, text[start - 1]) or not self.taken.free(start - 1, start):
            return start
        before = text[max(0, start - 5) : start - 1]
        if before and not (before[-1].isspace() or before[-1] in "([=,:;<>≤≥~–-\"'@"):
            return start
        ranged = re.search(r"[0-9]\s?$", before) is not None
        return start if ranged and text[start - 1] != "+" else start - 1

    def _is_name(self, start: int, end: int) -> bool:
        text = self.question
        before = text[max(0, start - 40) : start]
        beside = self.last_end == start - 1 and text[start - 1] in "xX×"
        joint = text[self.last_end : start] if self.last_end >= 0 else ""
        parted = self.sequences[start] or _RANGE.fullmatch(joint) or joint == ","
        if not beside and not parted and _IDENTIFIER_BEFORE.search(before):
            return True
        whole = text[start:end].isdigit()
        if _NAME_BEFORE.search(before) or (whole and NAME_OF_METHOD.match(text, end)):
            return True
        return self._runs_on(end)

    def _runs_on(self, end: int) -> bool:
        """Whether letters or digits behind the number make it part of a longer name."""
        text = self.question
        if _GOES_ON_IN_DIGITS.match(text, end) or _ORDINAL.match(text, end):
            return True
        if _HYPHENED.match(text, end):
            return _COUNTED_WITH_HYPHEN.match(text, end) is None
        if not _LETTER.match(text, end) or _TIMES.match(text, end) or _THOUSANDS.match(text, end):
            return False
        return self._unit(end)[0] is None

    def _unit(self, end: int) -> tuple[str | None, int]:
        unit, stop = unit_after(self.question, end, minutes=self.minutes)
        return (unit, stop) if self.taken.free(end, stop) else (None, end)

    def _plain(self, start: int, end: int, value: Decimal) -> NumberMention:
        if _THOUSANDS.match(self.question, end):
            end, value = end + 1, value * 1000
        unit, stop = self._unit(end)
        money = money_before(self.question, start)
        part: Literal["percent", "plain"] = "percent" if unit == "%" else "plain"
        return self._mention(start, stop, float(value), unit or money, part)

    def _mention(
        self, start: int, end: int, value: float, unit: str | None,
        part: Literal["plain", "low", "high", "centre", "percent"],
    ) -> NumberMention:  # fmt: skip
        return NumberMention(start, end, self.question[start:end], value, unit, part)

    def _tolerance(self, start: int, end: int, value: Decimal) -> list[NumberMention]:
        """Centre, low and high of `10 ± 0.2`, `10 ± 2%`, `10 +0.3/-0.1`; empty when it is none."""
        unit, stop = self._unit(end)
        text = self.question
        both = _PLUS_MINUS.match(text, stop)
        if both:
            reach = read_numeral(both["reach"], self.mark)
            other, last = self._unit(both.end())
            if other == "%" and unit != "%":
                reach, other = abs(value) * reach / 100, None
            last += text.startswith(")", last) and "(" in both.group()
            return self._three(start, last, value, value - reach, value + reach, unit or other)
        sides = _UPPER_LOWER.match(text, stop)
        if sides is None:
            return []
        up, down = (read_numeral(sides[k] or sides[f"{k}2"], self.mark) for k in ("up", "down"))
        other, last = self._unit(sides.end())
        return self._three(start, last, value, value - down, value + up, unit or other)

    def _three(
        self, start: int, end: int, centre: Decimal, low: Decimal, high: Decimal, unit: str | None
    ) -> list[NumberMention]:
        return [
            self._mention(start, end, float(centre), unit, "centre"),
            self._mention(start, end, float(low), unit, "low"),
            self._mention(start, end, float(high), unit, "high"),
        ]


def _inside(question: str) -> bytearray:
    """A mark for every character inside a sequence of whole numbers."""
    marks = bytearray(len(question) + 1)
    for match in _SEQUENCE.finditer(question):
        marks[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    return marks


def find_numbers(question: str, taken: Taken) -> list[NumberMention]:
    """Numbers of a question outside the spans already taken.

    Parameters
    ----------
    question : str
    taken : Taken
        Characters of dates, formulas and designs.

    Returns
    -------
    list of NumberMention
        In order; the two ends of a range are two plain numbers that share their unit.
    """
    digits = _share_units(question, list(_Scan(question, taken).mentions()))
    for mention in digits:
        taken.take(mention.start, mention.end)
    words = [_worded(question, *found) for found in find_number_words(question)]
    spare = [mention for mention in words if taken.free(mention.start, mention.end)]
    return sorted([*digits, *spare], key=lambda mention: mention.start)


def _worded(question: str, start: int, end: int, value: float) -> NumberMention:
    unit, stop = unit_after(question, end)
    part: Literal["percent", "plain"] = "percent" if unit == "%" else "plain"
    return NumberMention(start, stop, question[start:stop], value, unit, part)


def _share_units(question: str, mentions: list[NumberMention]) -> list[NumberMention]:
    """Give both ends of a range the unit that one of them carries."""
    for i, (left, right) in enumerate(itertools.pairwise(mentions)):
        between = question[left.end : right.start]
        ranged = _RANGE.fullmatch(between) or (between in (" and ", " & ") and _is_between(question, left.start))
        if not ranged or (left.unit is None) == (right.unit is None):
            continue
        if left.unit is None:
            mentions[i] = replace(left, unit=right.unit, part=_shared(left, right))
        else:
            mentions[i + 1] = replace(right, unit=left.unit, part=_shared(right, left))
    return mentions


def _shared(mention: NumberMention, other: NumberMention) -> Literal["plain", "percent"]:
    return "percent" if other.part == "percent" else "plain"


def _is_between(question: str, start: int) -> bool:
    return re.search(r"\b(?:between|from|limits?|of)\W{1,2}$", question[max(0, start - 12) : start]) is not None
