"""English stems, so that `drying` finds `dries`: the same that LanceDB's full-text index takes."""

from __future__ import annotations

import re
from functools import lru_cache

IRREGULAR = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl",
} | {word: word for word in "sky news howe atlas cosmos bias andes".split()}  # fmt: skip
LEFT_AFTER_PLURALS = frozenset("inning outing canning herring earring evening proceed exceed succeed".split())
LONGER = {
    "ization": "ize", "ational": "ate", "fulness": "ful", "ousness": "ous", "iveness": "ive", "tional": "tion",
    "biliti": "ble", "lessli": "less", "entli": "ent", "ation": "ate", "alism": "al", "aliti": "al", "ousli": "ous",
    "iviti": "ive", "fulli": "ful", "ogist": "og", "enci": "ence", "anci": "ance", "abli": "able", "izer": "ize", "ator": "ate",
    "alli": "al", "bli": "ble", "ogi": "og", "li": "",
}  # fmt: skip
SHORTER = {"ational": "ate", "tional": "tion", "alize": "al", "icate": "ic", "iciti": "ic", "ative": "", "ical": "ic",
           "ness": "", "ful": ""}  # fmt: skip
DROPPED = ("ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize",
           "ion", "al", "er", "ic")  # fmt: skip
VOWEL = "aeiouy"
_FIRST_REGION = re.compile(rf"(?:gener|commun|arsen|past|univers|later|emerg|organ|inter)|.*?[{VOWEL}][^{VOWEL}]")
_SHORT_END = re.compile(rf".*(?:[^{VOWEL}][{VOWEL}][^{VOWEL}wxY]|^[{VOWEL}][^{VOWEL}]|past)$", re.DOTALL)
_DOUBLED = re.compile(r"(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return the stem of a lower-case word; one of two letters or fewer stays.

    References
    ----------
    Porter (2002), The English (Porter2) stemming algorithm, as of Snowball 3.0 (2025).
    """
    if len(word) < 3:
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    word = re.sub(rf"^y|(?<=[{VOWEL}])y", "Y", word.removeprefix("'"))
    first = _region(word, 0)
    second = _region(word, first)
    word = _without_plural(re.sub(r"'(?:s'?)?$", "", word))
    if word not in LEFT_AFTER_PLURALS:
        word = _without_past(word, first)
        word = re.sub(rf"(?<=.[^{VOWEL}])[yY]$", "i", word)
        word = _replaced(word, first)
        word = _shortened(word, first, second)
        word = _without_ending(word, second)
        word = _without_last(word, first, second)
    return word.replace("Y", "y")


def _region(word: str, start: int) -> int:
    """Where the region begins that follows the first consonant after a vowel."""
    pattern = _FIRST_REGION if start == 0 else re.compile(rf".*?[{VOWEL}][^{VOWEL}]")
    found = pattern.match(word, start)
    return found.end() if found else len(word)


def _without_plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and re.search(rf"[{VOWEL}]", word[:-2]):
        return word[:-1]
    return word


def _without_past(word: str, first: int) -> str:
    for ending in ("eedly", "ingly", "edly", "eed", "ing", "ed"):
        if not word.endswith(ending):
            continue
        rest = word[: -len(ending)]
        if ending in ("eed", "eedly"):
            return rest + "ee" if len(rest) >= first else word
        return _completed(rest, first) if re.search(rf"[{VOWEL}]", rest) else word
    return word


def _completed(rest: str, first: int) -> str:
    """What is left after -ed or -ing, with its silent e again or without its doubled consonant."""
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if _DOUBLED.search(rest):
        return rest[:-1]
    return rest + "e" if len(rest) <= first and _SHORT_END.match(rest) else rest


def _replaced(word: str, first: int) -> str:
    for ending, instead in LONGER.items():
        if not word.endswith(ending):
            continue
        rest = word[: -len(ending)]
        fits = {"ogi": rest.endswith("l"), "li": rest[-1:] in tuple("cdeghkmnrt")}.get(ending, True)
        return rest + instead if len(rest) >= first and fits else word
    return word


def _shortened(word: str, first: int, second: int) -> str:
    for ending, instead in SHORTER.items():
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest + instead if len(rest) >= (second if ending == "ative" else first) else word
    return word


def _without_ending(word: str, second: int) -> str:
    for ending in DROPPED:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest if len(rest) >= second and (ending != "ion" or rest.endswith(("s", "t"))) else word
    return word


def _without_last(word: str, first: int, second: int) -> str:
    rest = word[:-1]
    if word.endswith("e") and (len(rest) >= second or (len(rest) >= first and not _SHORT_END.match(rest))):
        return rest
    if word.endswith("ll") and len(rest) >= second:
        return rest
    return word
