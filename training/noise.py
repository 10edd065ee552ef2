"""Noise on a reading's words, so that the model leans on pointers and not on a domain's vocabulary."""

from __future__ import annotations

import random
import re

_MENTION = re.compile(r"(<s\d>)((?: (?!<)[^<]*?)?) <e>")
DROPPED, SWAPPED = 0.3, 0.1


def drop_mentions(prompt: str, random_: random.Random) -> str:
    """The prompt with some mentions' words left out, or replaced by words of another mention in it."""
    words = [m.group(2) for m in _MENTION.finditer(prompt)]

    def noisy(match: re.Match[str]) -> str:
        draw = random_.random()
        if draw < DROPPED:
            return f"{match.group(1)} <e>"
        if draw < DROPPED + SWAPPED:
            return f"{match.group(1)}{random_.choice(words)} <e>"
        return match.group(0)

    return _MENTION.sub(noisy, prompt)
