"""From the settings in a table to coded factors: what varies, how far, and which runs are centre points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.doe.model_terms import CodedFactor, contrasts
from havoc_pipeline.tools.samples import Factor, Floats, Numeric

SAME = 0.02
"""Distance in coded units within which two settings are the same (settings are rounded when written)."""


@dataclass(frozen=True)
class CodedRuns:
    """The factors of a table over its runs.

    Attributes
    ----------
    factors : tuple of CodedFactor
    settings : tuple of dict
        For each factor, how many runs have each setting, in order of the settings.
    centre : bool array, shape (n,)
        Runs in which every continuous factor of three or more settings stands half-way.
    """

    factors: tuple[CodedFactor, ...]
    settings: tuple[dict[str, int], ...]
    centre: NDArray[np.bool_]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.centre.size)

    @property
    def matrix(self) -> Floats:
        """Coded columns of all factors, shape (n, c)."""
        return np.hstack([factor.columns for factor in self.factors])

    @cached_property
    def signs(self) -> Floats | None:
        """Runs of a two-level design without centre points as -1 and +1; None for other designs."""
        rows = ~self.centre
        if any(factor.columns.shape[1] > 1 or factor.curved for factor in self.factors) or not rows.any():
            return None
        return np.sign(self.matrix[rows])

    @property
    def imbalance(self) -> dict[str, float]:
        """How unevenly each factor's settings occur, by name; 0 is even."""
        return {factor.name: imbalance_of(factor, self.centre) for factor in self.factors}


def imbalance_of(factor: CodedFactor, centre: NDArray[np.bool_]) -> float:
    """How unevenly a factor's settings occur.

    Parameters
    ----------
    factor : CodedFactor
    centre : bool array, shape (n,)
        Centre points, which do not count for a factor of two settings.

    Returns
    -------
    float
        0 is even: one minus the ratio of the rarest setting to the commonest, or, for a continuous
        factor of three or more settings, how far its mean lies from the middle of the range.
    """
    if factor.curved:
        return abs(float(factor.columns.mean()))
    rows = ~centre if factor.contrasts is None else np.ones(centre.size, dtype=bool)
    _, counts = np.unique(np.round(factor.columns[rows], 9), axis=0, return_counts=True)
    return 1 - float(counts.min()) / float(counts.max())


def code_runs(samples: Sequence[Numeric | Factor]) -> CodedRuns:
    """Code the settings: the range of a continuous factor to -1 … +1, categories to contrasts.

    Parameters
    ----------
    samples : sequence of Numeric or Factor
        Without missing values, all over the same n runs.

    Returns
    -------
    CodedRuns

    Raises
    ------
    DataError
        When a factor has the same setting in every run.
    """
    for sample in samples:
        if len(_settings(sample)[0]) < 2:
            runs = len(sample.missing)
            raise DataError(
                f"`{sample.name}` has 1 setting in {runs} runs; a factor needs 2 or more: leave it out of factors="
            )
    factors = [_coded(sample) for sample in samples]
    centre = _centre(factors)
    counts = tuple(_counts(sample) for sample in samples)
    return CodedRuns(tuple(_with_curvature(factor, centre) for factor in factors), counts, centre)


def _centre(factors: Sequence[CodedFactor]) -> NDArray[np.bool_]:
    """Runs in which every continuous factor with three or more settings stands half-way.

    A single such factor has no centre points: its middle setting is a level like the others.
    """
    continuous = [factor.columns[:, 0] for factor in factors if factor.contrasts is None]
    half_way = [np.abs(column) <= SAME for column in continuous if np.unique(np.round(column, 9)).size > 2]
    if len(half_way) < 2:
        return np.zeros(factors[0].columns.shape[0], dtype=bool)
    return np.asarray(np.logical_and.reduce(half_way), dtype=bool)


def _counts(sample: Numeric | Factor) -> dict[str, int]:
    names, _, counts = _settings(sample)
    return dict(zip(names, counts, strict=True))


def _settings(sample: Numeric | Factor) -> tuple[list[str], Floats, list[int]]:
    """Names, places and counts of the settings that occur."""
    if isinstance(sample, Factor):
        counted = [(level, int(sample.where(level).sum())) for level in sample.levels]
        occurring = [(level, count) for level, count in counted if count]
        return [o[0] for o in occurring], np.arange(float(len(occurring))), [o[1] for o in occurring]
    levels, counts = np.unique(sample.values, return_counts=True)
    return [f"{level:g}" for level in levels], levels, [int(count) for count in counts]


def _coded(sample: Numeric | Factor) -> CodedFactor:
    names, levels, counts = _settings(sample)
    if isinstance(sample, Factor):
        table = contrasts(len(names))
        place = {name: row for row, name in enumerate(names)}
        rows = np.array([place[label] for label in sample.labels])
        return CodedFactor(sample.name, table[rows], table)
    middle = (levels[0] + levels[-1]) / 2
    return CodedFactor(sample.name, ((sample.values - middle) / _half_range(levels - middle, counts))[:, None])


def _half_range(levels: Floats, counts: list[int]) -> float:
    """Distance of the high setting from the middle.

    With five settings symmetric about the middle, of which the inner two are commoner than the outer
    two, the outer ones are the axial points of a central composite design.
    """
    reach = float(levels[-1])
    symmetric = np.abs(levels + levels[::-1]).max() <= SAME * reach
    if levels.size == 5 and symmetric and counts[1] + counts[3] > counts[0] + counts[4]:
        return float(levels[3] - levels[1]) / 2
    return reach


def _with_curvature(factor: CodedFactor, centre: NDArray[np.bool_]) -> CodedFactor:
    different = np.unique(np.round(factor.columns[~centre], 9), axis=0).shape[0]
    return replace(factor, curved=factor.contrasts is None and different > 2)
