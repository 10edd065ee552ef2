"""Whether a question is written in another language than English, which is all that HAVOC was trained on."""

from __future__ import annotations

import unicodedata

from havoc_pipeline.linking.words import STOP, TOKEN

FOREIGN = frozenset(
    "der das dem den des ist sind ein eine einen einer eines wie viele welche welcher und oder nicht mit für über unter "
    "zwischen gibt hat haben liegt bei von zu auf wird werden sich größer kleiner höher unterschied mittelwert "
    "le la les une est sont du et ou pas avec pour sur entre dans quel quelle quelles y-a-t-il supérieure moyenne "
    "el los las una es son del y o con para por sobre entre cuál qué hay mayor menor que "
    "il lo gli è sono della delle dei e con per tra fra quale maggiore "
    "het een zijn van voor tussen niet groter os uma são não mais czy jest są nie oraz między".split()
) - STOP  # fmt: skip
"""Words that hold sentences together in German, French, Spanish, Italian, Dutch, Portuguese and Polish."""
LEAST_FOREIGN = 2
NOT_ENGLISH = "The question does not look like English, which is all that HAVOC reads."
ASK_IN_ENGLISH = "ask in English"


def is_english(question: str) -> bool:
    """Whether a question may be English; short or mixed ones get the benefit of the doubt.

    Parameters
    ----------
    question : str

    Returns
    -------
    bool
        False when most letters are not Latin, or words of another language outnumber the English ones.
    """
    letters = [character for character in question if character.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith(("LATIN", "GREEK", "MICRO")) for letter in letters)
    if 2 * latin < len(letters):
        return False
    words = [match.group(0).lower() for match in TOKEN.finditer(question)]
    foreign = sum(word in FOREIGN or (not word.isascii() and word[:1].isalpha()) for word in words)
    return foreign < LEAST_FOREIGN or foreign <= sum(word in STOP for word in words)
