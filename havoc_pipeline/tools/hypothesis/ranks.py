"""Ranks, ties, concordant pairs, and exact permutation distributions of rank correlations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.tools.samples import Floats


def midranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean rank, shape (n,)."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[which.ravel()], dtype=np.float64)


def tie_sizes(values: Floats) -> Floats:
    """Sizes of the groups of equal values with more than one member, as float."""
    counts = np.unique(values, return_counts=True)[1]
    return counts[counts > 1].astype(np.float64)


@dataclass(frozen=True)
class PairCounts:
    """Pairs of rows: `score` is concordant less discordant; `ties_*` pairs tied in a variable."""

    score: int
    pairs: int
    ties_x: float
    ties_y: float
    variance: float

    @property
    def tau_b(self) -> float:
        """Kendall's tau-b."""
        return self.score / math.sqrt((self.pairs - self.ties_x) * (self.pairs - self.ties_y))


def kendall_counts(x: Floats, y: Floats) -> PairCounts:
    """Count concordant pairs in O(n log n); the score's variance under independence allows for ties.

    References
    ----------
    Kendall (1970), Rank Correlation Methods, section 5.4 (variance); Knight (1966), J. Am. Stat.
    Assoc. 61, 436-439 (counting by sorting).
    """
    n = x.size
    order = np.lexsort((y, x))
    codes = np.unique(y, return_inverse=True)[1].ravel()[order]
    pairs = n * (n - 1) // 2
    t, u = tie_sizes(x), tie_sizes(y)
    both = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)[1].astype(np.float64)
    tied_x, tied_y = float((t * (t - 1)).sum() / 2), float((u * (u - 1)).sum() / 2)
    tied = tied_x + tied_y - float((both * (both - 1)).sum() / 2)
    score = pairs - int(tied) - 2 * inversions(codes)
    return PairCounts(score, pairs, tied_x, tied_y, _score_variance(n, t, u))


def inversions(codes: NDArray[np.intp]) -> int:
    """Pairs i < j with codes[i] > codes[j] of non-negative integers, bit by bit from the highest.

    Two codes compare as their highest differing bit does, so each pair is counted once, at that bit.
    """
    found = 0
    current = codes.copy()
    for bit in reversed(range(int(codes.max(initial=0)).bit_length())):
        current = current[np.argsort(current >> (bit + 1), kind="stable")]
        upper, ones = current >> (bit + 1), (current >> bit) & 1
        ones_before = np.cumsum(ones) - ones
        starts = np.flatnonzero(np.concatenate([[True], upper[1:] != upper[:-1]]))
        sizes = np.diff(np.append(starts, upper.size))
        found += int(((ones_before - np.repeat(ones_before[starts], sizes)) * (1 - ones)).sum())
    return found


def _score_variance(n: int, t: Floats, u: Floats) -> float:
    first = (n * (n - 1) * (2 * n + 5) - _sum5(t) - _sum5(u)) / 18
    third = float((t * (t - 1)).sum()) * float((u * (u - 1)).sum()) / (2 * n * (n - 1))
    second = float((t * (t - 1) * (t - 2)).sum()) * float((u * (u - 1) * (u - 2)).sum())
    return first + third + (second / (9 * n * (n - 1) * (n - 2)) if n > 2 else 0.0)


def _sum5(sizes: Floats) -> float:
    return float((sizes * (sizes - 1) * (2 * sizes + 5)).sum())


def kendall_exact_p(score: int, n: int) -> float:
    """Two-sided p-value of Kendall's score over all n! orders, without ties."""
    counts = _inversion_counts(n)
    scores = n * (n - 1) // 2 - 2 * np.arange(counts.size)
    return float(min(1.0, counts[np.abs(scores) >= abs(score)].sum()))


@cache
def _inversion_counts(n: int) -> Floats:
    """Probability of each number of inversions in a random order of n, shape (n(n-1)/2 + 1,).

    References
    ----------
    Kendall (1970), Rank Correlation Methods, section 5.2.
    """
    found = np.ones(1)
    for size in range(2, n + 1):
        found = np.convolve(found, np.full(size, 1 / size))
    return found


def spearman_exact_p(u: Floats, v: Floats) -> float:
    """Two-sided p-value of the rank correlation of ranks u and v over all n! orders, without ties."""
    n = u.size
    observed = round(float(u @ v))
    counts = _product_sums(n)
    sums = np.arange(counts.size)
    centre = n * (n + 1) ** 2 / 4
    extreme = np.abs(sums - centre) >= abs(observed - centre) - 1e-9
    return float(min(1.0, counts[extreme].sum() / math.factorial(n)))


@cache
def _product_sums(n: int) -> Floats:
    """Number of permutations p with sum of i p(i) equal to each whole number, by subsets of places."""
    width = n * (n + 1) * (2 * n + 1) // 6 + 1
    found: dict[int, Floats] = {0: np.eye(1, width)[0]}
    for place in range(1, n + 1):
        after: dict[int, Floats] = {}
        for used, counts in found.items():
            for value in (v for v in range(n) if not used >> v & 1):
                step = place * (value + 1)
                moved = after.setdefault(used | 1 << value, np.zeros(width))
                moved[step:] += counts[: width - step]
        found = after
    return found[(1 << n) - 1]
