"""Numbers and dates that questions name: they fit the measurement and each other."""

from __future__ import annotations

import random

from training import wording
from training.tables import Made


class Amounts:
    """Numbers that fit a measurement and each other."""

    SLOTS = (
        "mu",
        "sigma",
        "lsl",
        "usl",
        "target",
        "k",
        "runs",
        "res",
        "cp",
        "rep",
        "lev",
        "at",
        "lo",
        "hi",
        "c",
        "date",
    )

    def __init__(self, random_: random.Random) -> None:
        self._random = random_

    def text(self, slot: str, made: Made | None) -> str:
        draw = self._random
        counts = {"k": (2, 9), "res": (3, 5), "cp": (1, 6), "rep": (2, 4), "lev": (2, 4)}
        if slot in counts:
            value = draw.randint(*counts[slot])
            return wording.WORDS[value] if slot == "k" and draw.random() < 0.4 else str(value)
        if slot == "runs":
            return str(draw.choice((8, 12, 16, 16, 20, 24, 32, 64)))
        if slot == "date":
            return f"{draw.randint(2022, 2025)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        if slot in ("lo", "hi"):
            return str(draw.randint(0, 3) if slot == "lo" else draw.randint(4, 10))
        return self._measured(slot, made)

    def _measured(self, slot: str, made: Made | None) -> str:
        spec = made.spec if made is not None else {}
        low, high = float(spec.get("low", 0)), float(spec.get("high", 10))
        span = (high - low) or 1.0
        shares = {"lsl": (-0.2, 0.1), "usl": (0.9, 1.2), "sigma": (0.05, 0.3)}
        share = self._random.uniform(*shares.get(slot, (0.3, 0.7)))
        value = share * span if slot == "sigma" else low + share * span
        step = float(spec.get("step", span / 100))
        digits = min(4, max(0, len(f"{step:.6f}".rstrip("0").split(".")[1])))
        if slot in ("lsl", "usl", "mu", "c") and span > 8 and self._random.random() < 0.5:
            digits = 0
        return wording.number_text(max(value, 10.0**-digits if low >= 0 else value), digits, self._random)
