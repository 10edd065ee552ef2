"""Sizes of experimental designs in the notation of designs: `2^(5-1)`, `3^2`, `half fraction`.

`2^(5-1)` gives the number of factors (5) and of runs (16); `3^2` also the plain number 3, the levels,
since two is the default there and three is not. A bare power such as `2^4` or `2**3` is a design only
where the question speaks of one (`2^4 factorial`); elsewhere it is arithmetic.
"""

from __future__ import annotations

import re

from havoc_pipeline.linking.mentions import NumberMention

ABOUT_DESIGNS = re.compile(
    r"\b(?:designs?|factorials?|fractional?s?|fractions?|doe|experiments?|experimental|screening|runs?|trials?|"
    r"resolution|factors?|box|bbd|ccd|central[- ]composite|knobs|settings|combinations?|combos|run ?sheet|plans?|"
    r"variables|parameters|interactions|taguchi|plackett)\b",
    re.IGNORECASE,
)  # fmt: skip
"""Words that show that a question may ask for a design of experiments."""

_FRACTION = re.compile(
    r"(?<![\w.^])(?P<base>[235])\s?(?:\^|\*\*)\s?\(\s?(?P<k>[0-9]{1,2})\s?[-−–]\s?(?P<p>[0-9]{1,2})\s?\)"
    r"|(?<![\w.^])(?P<base2>[235])\s?(?:\^|\*\*)\s?(?P<k2>[0-9]{1,2})[-−–](?P<p2>[0-9]{1,2})(?![\w.])"
    r"|(?<![\w.^])(?P<base3>[235])(?P<k3>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})⁻(?P<p3>[¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
)
_SPACED = re.compile(
    r"(?<![\w.^\-–])(?P<base>2)\s(?P<k>[3-9]|1[0-9])[-−–](?P<p>[1-9])(?=\s(?:\w+\s)?(?:design|fraction|factorial|plan|doe))",
    re.IGNORECASE,
)  # fmt: skip
_POWER = re.compile(
    r"(?<![\w.^*/+\-(])(?P<base>[2345])\s?(?:(?:\^|\*\*)\s?(?P<k>[0-9]{1,2})|(?P<k2>[²³⁴⁵⁶⁷⁸⁹]))"
    r"(?![\w.]|\s?[-+*/^(=−·×][\w\s(])"
)
_SHARE = re.compile(
    r"(?<![\w/])(?P<share>1/(?P<below>2|4|8|16|32)|half|quarter|one[ -]half|one[ -]quarter|eighth)"
    r"[- ](?:fractions?|fractional|factorial|replicate of)\b",
    re.IGNORECASE,
)
_SHARES = {"half": 0.5, "one half": 0.5, "quarter": 0.25, "one quarter": 0.25, "eighth": 0.125}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
MOST_RUNS = 10_000_000


def find_design_sizes(question: str) -> list[NumberMention]:
    """Factors, runs and levels that the notation of designs gives.

    Parameters
    ----------
    question : str

    Returns
    -------
    list of NumberMention
        Several with the same span for one written form.
    """
    found = list[NumberMention]()
    for form in (_FRACTION, _SPACED):
        for match in form.finditer(question):
            base, k, p = (_group(match, name) for name in ("base", "k", "p"))
            found += _sizes(match, base, k, p) if p < k else []
    about = ABOUT_DESIGNS.search(question) is not None
    for match in _POWER.finditer(question) if about else ():
        found += _sizes(match, _group(match, "base"), _group(match, "k"), 0)
    return found + [_share(match) for match in _SHARE.finditer(question)]


def _group(match: re.Match[str], name: str) -> int:
    parts = match.groupdict()
    text = next(t for key, t in parts.items() if t and re.fullmatch(rf"{name}[23]?", key))
    return int(text.translate(_RAISED))


def _sizes(match: re.Match[str], base: int, k: int, p: int) -> list[NumberMention]:
    runs = base ** (k - p)
    if k < 1 or runs > MOST_RUNS:
        return []
    start, end, text = match.start(), match.end(), match.group()
    made = [
        NumberMention(start, end, text, float(k), part="factors"),
        NumberMention(start, end, text, float(runs), part="runs"),
    ]
    return made if base == 2 else [*made, NumberMention(start, end, text, float(base))]


def _share(match: re.Match[str]) -> NumberMention:
    below = match["below"]
    word = match["share"].lower().replace("-", " ")
    value = 1 / int(below) if below else _SHARES[word]
    return NumberMention(match.start("share"), match.end("share"), match["share"], value, part="runs")
