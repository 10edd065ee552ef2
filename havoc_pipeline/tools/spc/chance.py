"""How much a stable process of the same layout would signal by chance alone.

A chart of many points signals now and then although nothing has changed, the more rules it tests
the oftener. Stable processes are therefore simulated with the same subgroups, the same estimates
and the same rules, and the chart is held against them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from havoc_pipeline.tools.samples import Floats
from havoc_pipeline.tools.spc.charts import Chart
from havoc_pipeline.tools.spc.constants import by_size, c4, d2, d3
from havoc_pipeline.tools.spc.rules import Rule, signals
from havoc_pipeline.tools.spc.sigma import Method, combine
from havoc_pipeline.tools.spc.subgroups import Subgroups

REFERENCE = "Jones-Farmer, Woodall, Steiner and Champ (2014), J. Qual. Technol. 46, 265-280 (retrospective charts)"
_SEED, _MOST, _FEWEST, _DRAWS, _LONGEST = 1924, 999, 99, 400_000, 10_000
_LARGEST, _READINGS = 500, 30_000
Draw = Callable[[np.random.Generator, int], tuple[Floats, ...]]


@dataclass(frozen=True)
class Chance:
    """What chance alone does on these charts.

    Attributes
    ----------
    false_alarm : float
        Probability that a stable process of this length shows at least one signal.
    p_value : float
        Probability that it shows as many signals, or a point as far out, on one of the charts; 1
        when there is no signal.
    runs : int
        Stable processes simulated.
    """

    false_alarm: float
    p_value: float
    runs: int


def chance_of(charts: Sequence[Chart], draw: Draw, length: int) -> Chance:
    """Hold charts against simulated stable processes.

    Each run's most unusual feature (how many points signal, how far out the farthest lies, on each
    chart) is compared with the chart's most unusual one.

    Parameters
    ----------
    charts : sequence of Chart
    draw : callable
        From a generator and a number of runs B, the standardised points of each chart, each of
        shape (B, at most 10000).
    length : int
        Readings, or points, that one run takes.

    Returns
    -------
    Chance

    References
    ----------
    Jones-Farmer, Woodall, Steiner and Champ (2014), J. Qual. Technol. 46, 265-280; Westfall and Young
    (1993), Resampling-Based Multiple Testing, section 2.3 (smallest p-value of several).
    """
    runs = int(np.clip(_DRAWS // max(1, min(length, _LONGEST)), _FEWEST, _MOST))
    simulated = draw(np.random.default_rng(_SEED), runs)
    any_signal, usual, observed = np.zeros(runs, dtype=bool), np.ones(runs), 1.0
    for chart, z in zip(charts, simulated, strict=True):
        if not chart.plotted:
            continue
        counts, far = _counts(z, chart.rules), np.nanmax(np.abs(z), axis=1)
        any_signal |= counts > 0
        usual = np.minimum(usual, np.minimum(_shares(counts, counts), _shares(far, far)))
        many = np.array([len(chart.signalled) * z.shape[1] / chart.z.size])
        observed = min(observed, float(_shares(counts, many)[0]), _far(chart, far, whole=z.shape[1] == chart.z.size))
    signalled = any(len(chart.signalled) for chart in charts)
    p = (1 + np.count_nonzero(usual <= observed)) / (1 + runs) if signalled else 1.0
    return Chance(float(any_signal.mean()), float(p), runs)


def variable_draw(groups: Subgroups, method: Method, statistic: str, known: tuple[bool, bool] = (False, False)) -> Draw:
    """Draws of a stable normal process in the given subgroups.

    Parameters
    ----------
    groups : Subgroups
        Its first subgroups set the layout: as many as hold 30000 readings, with 500 taken for any
        larger subgroup, whose standardised mean and spread behave alike.
    method : str
        How sigma is estimated.
    statistic : {"moving range", "range", "standard deviation"}
        What the second chart plots.
    known : pair of bool
        Whether the mean, and sigma, are given and not estimated.
    """
    sizes = np.minimum(groups.sizes[:_LONGEST], _LARGEST)
    sizes = sizes[: max(2, int(np.searchsorted(np.cumsum(sizes), _READINGS, side="right")))]

    def draw(random: np.random.Generator, runs: int) -> tuple[Floats, ...]:
        readings = random.standard_normal((runs, int(sizes.sum())))
        if groups.individual:
            means, spread, sigma = _individuals(readings)
        else:
            means, spread, sigma = _subgroups(readings, sizes, method, statistic)
        sigma = np.ones(runs) if known[1] else sigma
        centre = np.zeros(runs) if known[0] else readings.mean(axis=1)
        location = (means - centre[:, None]) * np.sqrt(sizes) / sigma[:, None]
        mean, error = _expected(sizes, statistic)
        return location, (spread / sigma[:, None] - mean) / error

    return draw


def count_draw(sizes: Floats, level: float, *, defectives: bool, known: bool) -> Draw:
    """Draws of counts at a constant proportion (`defectives`) or rate a unit."""
    sizes = sizes[:_LONGEST]

    def draw(random: np.random.Generator, runs: int) -> tuple[Floats, ...]:
        shape = (runs, sizes.size)
        items = np.rint(sizes).astype(int)
        counts = random.binomial(items, level, shape) if defectives else random.poisson(level * sizes, shape)
        found = np.full(runs, level) if known else counts.sum(axis=1) / sizes.sum()
        rate = np.clip(found, 1e-12, 1 - 1e-12 if defectives else np.inf)[:, None]
        error = np.sqrt(rate * (1 - rate) / sizes if defectives else rate / sizes)
        return ((counts / sizes - rate) / error,)

    return draw


def _individuals(readings: Floats) -> tuple[Floats, Floats, Floats]:
    ranges = np.full(readings.shape, np.nan)
    ranges[:, 1:] = np.abs(np.diff(readings, axis=1))
    return readings, ranges, ranges[:, 1:].mean(axis=1) / d2(2)


def _subgroups(
    readings: Floats, sizes: NDArray[np.intp], method: Method, statistic: str
) -> tuple[Floats, Floats, Floats]:
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    means = np.add.reduceat(readings, starts, axis=1) / sizes
    several = sizes > 1
    ranges = np.maximum.reduceat(readings, starts, axis=1) - np.minimum.reduceat(readings, starts, axis=1)
    squares = np.add.reduceat(readings**2, starts, axis=1) - sizes * means**2
    deviations = np.sqrt(np.maximum(squares, 0) / np.maximum(sizes - 1, 1))
    sigma = combine((ranges if method == "r_bar" else deviations)[:, several], sizes[several], method)
    return means, np.where(several, ranges if statistic == "range" else deviations, np.nan), sigma


def _expected(sizes: NDArray[np.intp], statistic: str) -> tuple[Floats, Floats]:
    if statistic == "moving range":
        return np.array(d2(2)), np.array(d3(2))
    if statistic == "range":
        return by_size(d2, sizes), by_size(d3, sizes)
    return by_size(c4, sizes), np.sqrt(1 - by_size(c4, sizes) ** 2)


def _counts(z: Floats, rules: tuple[Rule, ...]) -> NDArray[np.intp]:
    """Signalled points of each run; a NaN after each run keeps patterns from crossing."""
    apart = np.column_stack([z, np.full(z.shape[0], np.nan)])
    return np.asarray(np.count_nonzero(signals(apart.ravel(), rules).reshape(apart.shape), axis=1))


def _shares(simulated: NDArray[Any], values: NDArray[Any]) -> Floats:
    """Share of the simulated values that are at least as large as each of `values`."""
    below = np.searchsorted(np.sort(simulated), values - 1e-9)
    return np.asarray(1 - below / simulated.size, dtype=np.float64)


def _far(chart: Chart, simulated: Floats, *, whole: bool) -> float:
    """Share of runs with a point as far out as the chart's farthest; by the normal law beyond them."""
    far = float(np.nanmax(np.abs(chart.z)))
    if whole:
        return float(_shares(simulated, np.array([far]))[0])
    return min(1.0, chart.z.size * 2 * float(ndtr(-far))) if chart.title in ("individuals", "mean") else 1.0
