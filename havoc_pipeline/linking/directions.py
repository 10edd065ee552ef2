"""Which way a comparing word points: "tighter" means less of a gap and more of a grip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.sketch import FAINT, Target
from havoc_pipeline.linking.words import Token, phrase_key

Direction = Literal["more", "less"]
NAMING = "ness"
"""Ending of words that name what they come from and compare nothing: thickness, hardness."""
LEAST_KNOWN = 0.2
"""Sum of the weights of entries that know a word from which they are believed."""
AGREED = 0.5
"""Lead of one direction, as a share of that sum, from which it is taken."""


def direction(words: Sequence[Token], target: Target, lexicon: Lexicon) -> Direction | None:
    """Return whether a mention's words ask for more or for less of a column.

    Args:
        words: of the mention.
        target: the column or block that it names.
        lexicon: its entries' `more` and `less`.

    Returns:
        None when the words compare nothing, or the entries that fit the column do not agree.
    """
    said = [word for word in words if not word.is_stop and not word.lower.endswith(NAMING)]
    forms = {word.stem for word in said} | {phrase_key(" ".join(word.lower for word in said))}
    lead = known = 0.0
    for form in sorted(forms):
        numbers = lexicon.directions.get(form, [])
        for entry, sign in zip(numbers[::2], numbers[1::2], strict=True):
            weight = float(target.weights[entry])
            if weight >= FAINT:
                lead, known = lead + sign * weight, known + weight
    if known < LEAST_KNOWN or abs(lead) < AGREED * known:
        return None
    return "more" if lead > 0 else "less"
