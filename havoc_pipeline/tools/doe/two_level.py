"""Words of a two-level design as they are found in its runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from havoc_pipeline.tools.doe.defining_words import Words, generalized_resolution, shortest, word_sums
from havoc_pipeline.tools.samples import Floats


@dataclass(frozen=True)
class TwoLevelWords:
    """Which products of factors are constant over the runs.

    Attributes
    ----------
    found : bool
        Whether the design has two levels, so that words can be looked for.
    regular : bool
        Whether every product is either constant or evenly split, as in a full factorial or a fraction
        (each run equally often).
    words : mapping of int to int
        Constant products with their sign, for a regular design.
    generalized : float
        Generalised resolution; infinite for a full factorial, NaN for more than two levels.
    """

    found: bool
    regular: bool
    words: Words
    generalized: float

    @property
    def whole(self) -> int | None:
        """Resolution of a regular design; None for a full factorial."""
        return shortest(self.words)

    @property
    def resolution(self) -> float:
        """Resolution as a number; NaN when there is none."""
        return float(self.whole) if self.regular and self.whole is not None else math.nan


def find_words(signs: Floats | None) -> TwoLevelWords:
    """Search the runs for words.

    Parameters
    ----------
    signs : float array, shape (n, k), or None
        Runs at -1 and +1 without centre points; None for other designs. With more than 16 factors
        only words of up to four factors are looked for.

    Returns
    -------
    TwoLevelWords
    """
    if signs is None:
        return TwoLevelWords(False, False, {}, math.nan)
    runs = signs.shape[0]
    sums = word_sums(signs)
    regular = all(abs(total) == runs for total in sums.values())
    words = {mask: 1 if total > 0 else -1 for mask, total in sums.items()} if regular else {}
    return TwoLevelWords(True, regular, words, generalized_resolution(sums, runs))
