"""A text as the terms that a full-text search compares: words without endings, accents and stop words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

LONGEST_TERM = 40
"""Longer tokens are no words, in bytes of UTF-8."""
STOP_WORDS = frozenset(
    "a about above after again against ain all am an and any are aren as at be because been before being below between "
    "both but by can couldn d did didn do does doesn doing don down during each few for from further had hadn has hasn "
    "have haven having he her here hers herself him himself his how i if in into is isn it its itself just ll m ma me "
    "mightn more most mustn my myself needn no nor not now o of off on once only or other our ours ourselves out over "
    "own re s same shan she should shouldn so some such t than that the their theirs them themselves then there these "
    "they this those through to too under until up ve very was wasn we were weren what when where which while who whom "
    "why will with won wouldn y you your yours yourself yourselves".split()
)
_STEMMER = snowballstemmer.stemmer("english")
_TOKEN = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "ẞ": "SS", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d"})


def terms(text: str) -> list[str]:
    """Return the terms of a text, in order and as often as they stand there."""
    tokens = (token for token in _TOKEN.findall(text.lower()) if len(token.encode("utf-8", "replace")) < LONGEST_TERM)
    return [_folded(term) for term in map(stem, tokens) if term not in STOP_WORDS]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return the English stem of a lower-case word, as LanceDB's full-text index takes it.

    References
    ----------
    Porter (2002), The English (Porter2) stemming algorithm, by Snowball.
    """
    return str(_STEMMER.stemWord(word))


def _folded(term: str) -> str:
    if term.isascii():
        return term
    bare = unicodedata.normalize("NFKD", term.translate(_LETTERS))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
