"""Slips of the keyboard, now and then, in the author's own words."""

from __future__ import annotations

import random

_NEAR = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "t": "ry", "r": "et", "s": "ad"}


def mistype(text: str, random_: random.Random) -> str:
    """`text`, in which about one word in forty has a slip."""
    words = text.split(" ")
    return " ".join(_slip(w, random_) if len(w) > 4 and w.isalpha() and random_.random() < 0.025 else w for w in words)


def _slip(word: str, random_: random.Random) -> str:
    at = random_.randint(1, len(word) - 2)
    draw = random_.random()
    if draw < 0.35:
        return word[:at] + word[at + 1 :]
    if draw < 0.7:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    near = _NEAR.get(word[at])
    return word[:at] + random_.choice(near) + word[at + 1 :] if near else word[:at] + word[at] + word[at:]
