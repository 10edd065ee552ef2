"""Words of two-level designs: defining relation, word lengths, resolution, alias chains.

A word is a set of factors whose columns multiply to the same sign in every run. It is held as a bit
mask (bit i is factor i) with that sign, so that products of words are exclusive ors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

from havoc_pipeline.tools.samples import Floats

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
"""Names of factors in words; I is left out, since it stands for the mean."""
_ROMAN = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")

Words = Mapping[int, int]
"""Sign (+1 or -1) by mask."""
Chain = tuple[tuple[int, int], ...]
"""Effects (mask, sign) that one contrast estimates together; the first has sign +1."""


@dataclass(frozen=True)
class Generator:
    """Factor number `added` is set to `sign` times the product of the factors in `mask`."""

    added: int
    mask: int
    sign: int = 1

    @property
    def word(self) -> int:
        """Mask of the word that the generator puts into the defining relation."""
        return self.mask | 1 << self.added

    def __str__(self) -> str:
        return f"{LETTERS[self.added]}={'-' if self.sign < 0 else ''}{letters(self.mask)}"


@dataclass(frozen=True)
class Fraction:
    """A regular two-level fraction of `factors` factors; without generators, the full factorial."""

    factors: int
    generators: tuple[Generator, ...] = ()

    @property
    def runs(self) -> int:
        """Number of runs, 2 to the number of factors that no generator sets."""
        return 1 << (self.factors - len(self.generators))

    @cached_property
    def words(self) -> dict[int, int]:
        """Defining relation: every product of generator words, without the identity."""
        found = {0: 1}
        for generator in self.generators:
            found |= {mask ^ generator.word: sign * generator.sign for mask, sign in found.items()}
        del found[0]
        return found

    @property
    def resolution(self) -> int | None:
        """Length of the shortest word; None for the full factorial, which has none."""
        return shortest(self.words)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Word-length pattern (A1, A2, … , Ak): how many words there are of each length."""
        return word_lengths(self.words, self.factors)

    def matrix(self) -> Floats:
        """Coded runs in standard order (first basic factor fastest), shape (runs, factors)."""
        added = {generator.added: generator for generator in self.generators}
        basic = [factor for factor in range(self.factors) if factor not in added]
        number = np.arange(self.runs)
        coded = np.ones((self.runs, self.factors))
        for place, factor in enumerate(basic):
            coded[:, factor] = 2.0 * (number >> place & 1) - 1
        for factor, generator in added.items():
            coded[:, factor] = generator.sign * coded[:, members(generator.mask)].prod(axis=1)
        return coded


def members(mask: int) -> list[int]:
    """Factors in a mask, in order."""
    return [factor for factor in range(mask.bit_length()) if mask >> factor & 1]


def letters(mask: int) -> str:
    """A mask as letters: 0b1011 is `ABD`."""
    return "".join(LETTERS[factor] for factor in members(mask))


def roman(resolution: int) -> str:
    """A resolution as it is written: III, IV, V, …"""
    return _ROMAN[resolution] if resolution < len(_ROMAN) else str(resolution)


def mask_of(factors: tuple[int, ...]) -> int:
    """The mask of some factors."""
    return reduce(lambda mask, factor: mask | 1 << factor, factors, 0)


def shortest(words: Words) -> int | None:
    """Length of the shortest word, which is the resolution; None without words.

    References
    ----------
    Box and Hunter (1961), Technometrics 3, 311-351.
    """
    return min((mask.bit_count() for mask in words), default=None)


def word_lengths(words: Words, factors: int) -> tuple[int, ...]:
    """Number of words of length 1 to `factors`.

    References
    ----------
    Fries and Hunter (1980), Technometrics 22, 601-608.
    """
    counts = np.bincount([mask.bit_count() for mask in words], minlength=factors + 1)
    return tuple(int(count) for count in counts[1 : factors + 1])


def alias_chains(words: Words, factors: int) -> tuple[Chain, ...]:
    """Main effects and two-factor interactions, grouped by what one contrast estimates.

    Parameters
    ----------
    words : mapping of int to int
        Defining relation.
    factors : int

    Returns
    -------
    tuple of chains
        Every effect of one or two factors stands in exactly one chain; longer effects are left out.
    """
    short = {mask: sign for mask, sign in words.items() if mask.bit_count() <= 4}
    single = [1 << factor for factor in range(factors)]
    effects = single + [a | b for place, a in enumerate(single) for b in single[place + 1 :]]
    order = {effect: place for place, effect in enumerate(effects)}
    done, chains = set[int](), list[Chain]()
    for effect in effects:
        if effect not in done:
            others = [(effect ^ word, sign) for word, sign in short.items() if effect ^ word in order]
            chains.append(((effect, 1), *sorted(others, key=lambda entry: order[entry[0]])))
            done |= {mask for mask, _ in chains[-1]}
    return tuple(chains)


def word_sums(signs: Floats, most: int = 16) -> dict[int, int]:
    """Sum over the runs of the product of each set of factors; zero sums are left out.

    A set whose sum is plus or minus the number of runs is a word of the design.

    Parameters
    ----------
    signs : float array, shape (n, k)
        Coded runs, -1 or +1.
    most : int
        Number of factors up to which all sets are tried (by a fast Walsh-Hadamard transform of the
        counts of runs at each corner); beyond, sets of at most four factors.

    Returns
    -------
    dict of int to int
        Sum by mask, for non-empty sets.

    References
    ----------
    Deng and Tang (1999), Statistica Sinica 9, 1071-1082 (J-characteristics).
    """
    factors = signs.shape[1]
    if factors > most:
        return _short_sums(signs)
    corner = (signs < 0).astype(np.int64) @ (1 << np.arange(factors))
    sums = np.bincount(corner, minlength=1 << factors)
    for factor in range(factors):
        pairs = sums.reshape(-1, 2, 1 << factor)
        sums = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).ravel()
    return {int(mask): int(sums[mask]) for mask in np.flatnonzero(sums) if mask}


def _short_sums(signs: Floats) -> dict[int, int]:
    from itertools import combinations

    found = dict[int, int]()
    for size in range(1, 5):
        sets = np.array(list(combinations(range(signs.shape[1]), size)))
        sums = [int(signs[:, chosen].prod(axis=1).sum()) for chosen in sets]
        found |= {mask_of(tuple(map(int, s))): total for s, total in zip(sets, sums, strict=True) if total}
    return found


def generalized_resolution(sums: Mapping[int, int], runs: int) -> float:
    """Resolution that also grades partly aliased designs: r + 1 - max|J_r| / n; infinite without words.

    References
    ----------
    Deng and Tang (1999), Statistica Sinica 9, 1071-1082.
    """
    if not sums:
        return math.inf
    length = min(mask.bit_count() for mask in sums)
    largest = max(abs(total) for mask, total in sums.items() if mask.bit_count() == length)
    return length + 1 - largest / runs
