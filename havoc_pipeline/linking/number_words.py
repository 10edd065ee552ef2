"""Numbers written as words: `five`, `twenty-five`, `two dozen`, `a hundred and twenty`.

A number word behind an article or a pronoun (`the two vendors`, `these three lines`) points at things
that the table has and is left to the column linker, unless what is counted are factors, levels, runs
and the like. `one` counts only before such a thing (`one replicate`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_UNIT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: number for number, word in enumerate(_UNIT_WORDS.split())}
_TENS = {word: 10 * number for number, word in enumerate(_TEN_WORDS.split(), 2)}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_VALUES = _UNITS | _TENS
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(list(_UNITS)[1:10])})\b)?|{'|'.join(_UNITS)})"
_WORDS = re.compile(
    rf"(?<![\w-])(?:half\sa\sdozen|(?:an?\s(?={'|'.join(_SCALES)})|{_SMALL}\s)?(?:{'|'.join(_SCALES)})\b(?!s)"
    rf"(?:\s(?:and\s)?{_SMALL}\b)?|{_SMALL}\b)(?!\w)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"[\s-](?:\w+[\s-])?(?:factors?|levels?|runs?|replicat\w*|cent(?:er|re)\b|centerpoints?|blocks?|variables?|knobs?|"
    r"parameters?|settings?|trials?|experiments?|inputs?|ingredients?|adjustments?|switches)",
    re.IGNORECASE,
)  # fmt: skip
_POINTING = re.compile(
    r"\b(?:the|these|those|both|our|my|your|his|her|their|its|which|other|last|first|all|any|no|this|that|each|every|per)"
    r"\s$",
    re.IGNORECASE,
)
NAME_OF_METHOD = re.compile(
    r"[- ]?(?:samples?[- ]?(?:t\b|tests?|student|welch|proportions?|z\b)|samples?\b(?=\s*$)|sample\b|way\b|sided\b|"
    r"tailed\b|tails?\b|proportions?\b|variances?\b|sigma\b|prop\b|factor(?:ial)?\s(?:anova|with)|-?point\slikert)",
    re.IGNORECASE,
)  # fmt: skip
"""What follows a number in the name of a method: `2-sample t`, `two way`, `6 sigma`."""


def find_number_words(question: str) -> Iterator[tuple[int, int, float]]:
    """Spans of number words that count something, with their values.

    Parameters
    ----------
    question : str

    Yields
    ------
    start, end : int
    value : float
    """
    for match in _WORDS.finditer(question):
        before, after = question[max(0, match.start() - 12) : match.start()], match.end()
        counted = _COUNTED.match(question, after)
        if NAME_OF_METHOD.match(question, after) or question[after : after + 2] in ("'s", "’s"):
            continue
        if not counted and (_POINTING.search(before) or match.group().lower() in ("one", "zero")):
            continue
        yield match.start(), after, float(_value(match.group().lower()))


def _value(text: str) -> int:
    if text.startswith("half"):
        return 6
    total, current = 0, 0
    for word in re.split(r"[\s-]+", text):
        if word in _VALUES:
            current += _VALUES[word]
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
    return total + current
