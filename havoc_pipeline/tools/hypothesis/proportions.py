"""Proportions: score intervals of one share and of a difference of two, and which level is the event."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import ndtri

ADVERSE = frozenset([
    "fail", "failed", "failure", "defect", "defective", "bad", "reject", "rejected", "nok", "not ok", "ko", "ng",
    "no go", "scrap", "rework", "leak", "leaking", "crack", "broken", "lost", "churned", "defekt", "fehler", "nio",
    "n.i.o.", "ausschuss", "schlecht", "malo", "rechazo", "rechazado", "mauvais", "rebut",
])  # fmt: skip
AFFIRMED = frozenset([
    "1", "yes", "y", "true", "t", "x", "present", "positive", "success", "event", "ja", "j", "si", "sí", "oui", "sim",
])  # fmt: skip
REFERENCES = (
    "Wilson (1927), J. Am. Stat. Assoc. 22, 209-212 (interval of a share)",
    "Newcombe (1998), Stat. Med. 17, 873-890, method 10 (interval of a difference of shares)",
)


def wilson(count: float, n: float, alpha: float) -> tuple[float, float]:
    """Wilson's score interval of a proportion.

    Parameters
    ----------
    count, n : float
        Events, and items in all; n at least 1.
    alpha : float
        The interval has level 1 - alpha.

    Returns
    -------
    low, high : float
        Between 0 and 1.

    References
    ----------
    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212.
    """
    z2 = float(ndtri(1 - alpha / 2)) ** 2
    middle = (count + z2 / 2) / (n + z2)
    reach = math.sqrt(z2) * math.sqrt(count * (n - count) / n + z2 / 4) / (n + z2)
    low = 0.0 if count == 0 else max(0.0, middle - reach)
    return low, 1.0 if count == n else min(1.0, middle + reach)


def newcombe(first: tuple[float, float], second: tuple[float, float], alpha: float) -> tuple[float, float]:
    """Interval of the difference of two independent proportions, from their Wilson intervals.

    Parameters
    ----------
    first, second : (count, n)
        Events and items in each group.
    alpha : float
        The interval has level 1 - alpha.

    Returns
    -------
    low, high : float
        Of the first proportion minus the second.

    References
    ----------
    Newcombe (1998), Stat. Med. 17, 873-890, method 10.
    """
    (x, n), (y, m) = first, second
    p, q = x / n, y / m
    (p_low, p_high), (q_low, q_high) = wilson(x, n, alpha), wilson(y, m, alpha)
    low = p - q - math.hypot(p - p_low, q_high - q)
    return low, p - q + math.hypot(p_high - p, q - q_low)


def is_outcome(levels: Sequence[str]) -> bool:
    """Whether two levels read as an outcome (pass and fail, yes and no, 0 and 1), not as groups."""
    return len(levels) == 2 and any(_plain(level) in ADVERSE | AFFIRMED for level in levels)


def event_of(levels: Sequence[str]) -> str:
    """The level whose share is reported: the failure, else the yes or 1, else the last in order."""
    for words in (ADVERSE, AFFIRMED):
        found = [level for level in levels if _plain(level) in words]
        if found:
            return found[0]
    return levels[-1]


def _plain(level: str) -> str:
    return level.strip().casefold()
