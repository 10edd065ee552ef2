"""Words of a question that name something measurable which no column was found for."""

from __future__ import annotations

import re

from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.mentions import ColumnMention, Links
from havoc_pipeline.linking.words import STOP, phrase_key

WORD = re.compile(r"[^\W\d_]{3,}")
LONGEST = 3
SAID = 95
"""Weight in the lexicon from which a phrase is a thing's own name, not a vague word for it."""
AGREEING = 2
"""How many entries must be called so: one alone may be somebody's figure of speech."""
MOST_ORDINARY = 1
"""How often questions may use a word without meaning a column."""
FAINTEST = 0.12


def unplaced(links: Links, lexicon: Lexicon) -> tuple[tuple[int, int], ...]:
    """Places of phrases that the lexicon knows as quantities or groups and that no mention covers, in order.

    Parameters
    ----------
    links : Links
    lexicon : Lexicon

    Returns
    -------
    tuple of (int, int)
        Where each begins and ends in the question.
    """
    covered = [(m.start, m.end) for m in links.mentions if not isinstance(m, ColumnMention) or m.best.score >= FAINTEST]
    words = [m for m in WORD.finditer(links.question) if not any(a < m.end() and m.start() < b for a, b in covered)]
    found, at = list[tuple[int, int]](), 0
    while at < len(words):
        length = next(
            (n for n in range(LONGEST, 0, -1) if _is_named(links.question, words[at : at + n], n, lexicon)), 0
        )
        if length:
            found.append((words[at].start(), words[at + length - 1].end()))
        at += max(1, length)
    return tuple(found)


def _is_named(question: str, words: list[re.Match[str]], length: int, lexicon: Lexicon) -> bool:
    ends = {words[0].group().lower(), words[-1].group().lower()}
    if len(words) < length or ends & STOP or words[-1].end() - words[0].start() > 40:
        return False
    key = phrase_key(question[words[0].start() : words[-1].end()])
    postings = lexicon.postings.get(key, [])
    if sum(weight >= SAID for weight in postings[1::2]) < AGREEING:
        return False
    telling = [w.group().lower() for w in words if w.group().lower() not in STOP]
    return bool(telling) and all(lexicon.ordinary.get(w, 0) <= MOST_ORDINARY for w in telling)
