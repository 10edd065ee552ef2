"""Shewhart charts: plotted points with centre lines, limits and the rules each point breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.samples import Floats
from havoc_pipeline.tools.spc.constants import by_size, c4, d2, d3
from havoc_pipeline.tools.spc.rules import Rule, rules_for, signals
from havoc_pipeline.tools.spc.sigma import Sigma
from havoc_pipeline.tools.spc.subgroups import Subgroups


@dataclass(frozen=True)
class Chart:
    """One chart; every array has shape (m,), in the unit of what is plotted.

    Attributes
    ----------
    title : str
        Name of the chart: `individuals`, `mean`, `range`, `proportion defective`, …
    points : float array
        NaN where nothing is plotted.
    centre, sigma : float array
        Centre line and standard error of each point.
    floor, ceiling : float
        Values that the plotted statistic cannot pass; limits stop there.
    rules : tuple of Rule
    """

    title: str
    points: Floats
    centre: Floats
    sigma: Floats
    rules: tuple[Rule, ...]
    floor: float = -np.inf
    ceiling: float = np.inf

    def limits(self, reach: float = 3.0) -> tuple[Floats, Floats]:
        """Lower and upper lines at `reach` sigma from the centre, shape (m,) each."""
        low, high = self.centre - reach * self.sigma, self.centre + reach * self.sigma
        return np.maximum(low, self.floor), np.minimum(high, self.ceiling)

    @cached_property
    def z(self) -> Floats:
        """Points in sigmas from the centre line, shape (m,)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self.points - self.centre) / self.sigma

    @cached_property
    def broken(self) -> NDArray[np.uint16]:
        """Rules that each point breaks: bit i stands for `rules[i]`."""
        typical = float(np.nanmean(self.sigma))
        return signals(self.z, self.rules, self.points / typical if self.varies else None)

    @property
    def signalled(self) -> NDArray[np.intp]:
        """Positions, counted from 0, of the points that break a rule."""
        return np.flatnonzero(self.broken)

    @property
    def plotted(self) -> int:
        """Number of points drawn."""
        return int(np.count_nonzero(~np.isnan(self.points)))

    @cached_property
    def varies(self) -> bool:
        """Whether the limits differ from point to point."""
        least, most = float(np.nanmin(self.sigma)), float(np.nanmax(self.sigma))
        return most - least > 1e-12 * most

    def signals_by_rule(self) -> dict[Rule, NDArray[np.intp]]:
        """Positions of the points that break each rule, of the rules that any point breaks."""
        found = {rule: np.flatnonzero(self.broken >> place & 1) for place, rule in enumerate(self.rules)}
        return {rule: points for rule, points in found.items() if points.size}

    @property
    def beyond(self) -> int:
        """Number of points beyond the limits."""
        return sum(points.size for rule, points in self.signals_by_rule().items() if rule.pattern == "beyond")

    def rules_at(self, point: int) -> Iterator[Rule]:
        """Rules that one point breaks."""
        return (rule for place, rule in enumerate(self.rules) if self.broken[point] >> place & 1)


def location_chart(groups: Subgroups, sigma: Sigma, rules: str, mu: float | None = None) -> Chart:
    """Chart of individuals or of subgroup means.

    Parameters
    ----------
    groups : Subgroups
    sigma : Sigma
        Within-subgroup standard deviation.
    rules : str
        Name of a rule set.
    mu : float, optional
        Known mean; the mean of all readings when left out.

    References
    ----------
    ISO 7870-2:2013; Montgomery (2020), sections 6.2 to 6.4.
    """
    centre = _level(groups.readings) if mu is None else mu
    error = sigma.value / np.sqrt(groups.sizes)
    title = "individuals" if groups.individual else "mean"
    return Chart(title, groups.means, np.full(groups.count, centre), error, rules_for(rules, title))


def spread_chart(groups: Subgroups, sigma: Sigma, rules: str, statistic: str) -> Chart:
    """Chart of moving ranges, subgroup ranges or subgroup standard deviations.

    Parameters
    ----------
    statistic : {"moving range", "range", "standard deviation"}
    """
    if statistic == "moving range":
        sizes, points = np.full(groups.count, 2.0), groups.moving_ranges
    else:
        sizes = groups.sizes.astype(np.float64)
        points = groups.deviations if statistic == "standard deviation" else groups.ranges
    if statistic == "standard deviation":
        mean, error = by_size(c4, sizes), np.sqrt(1 - by_size(c4, sizes) ** 2)
    else:
        mean, error = by_size(d2, sizes), by_size(d3, sizes)
    return Chart(statistic, points, mean * sigma.value, error * sigma.value, rules_for(rules, statistic), floor=0.0)


def proportion_chart(counts: Floats, sizes: Floats, rules: str, mu: float | None = None, *, total: bool) -> Chart:
    """Chart of the proportion (p) or, with `total`, the number (np) of defectives.

    Parameters
    ----------
    counts, sizes : float array, shape (m,)
        Defectives, and items inspected.
    mu : float, optional
        Known proportion; the pooled one when left out.

    Raises
    ------
    DataError
        When no item, or every item, is defective.

    References
    ----------
    ISO 7870-2:2013; Montgomery (2020), section 7.2.
    """
    p = float(counts.sum() / sizes.sum()) if mu is None else mu
    if not 0 < p < 1:
        what = "no item is defective" if p <= 0 else "every item is defective"
        raise DataError(
            f"the proportion defective is {p:g} ({what}), which gives no limits; check the column of counts"
        )
    scale = sizes if total else np.ones_like(sizes)
    error = scale * np.sqrt(p * (1 - p) / sizes)
    title = "number defective" if total else "proportion defective"
    ceiling = np.inf if total else 1.0
    return Chart(title, counts * scale / sizes, p * scale, error, rules_for(rules, title), 0.0, ceiling)


def rate_chart(counts: Floats, sizes: Floats, rules: str, mu: float | None = None, *, per_unit: bool) -> Chart:
    """Chart of the number of defects (c) or, with `per_unit`, of defects per unit (u).

    Parameters
    ----------
    counts, sizes : float array, shape (m,)
        Defects, and the units, area or time they were counted over.
    mu : float, optional
        Known rate a unit; the pooled one when left out.

    Raises
    ------
    DataError
        When there is no defect at all.

    References
    ----------
    ISO 7870-2:2013; Montgomery (2020), section 7.3.
    """
    rate = float(counts.sum() / sizes.sum()) if mu is None else mu
    if not rate > 0:
        raise DataError(f"the mean number of defects is {rate:g}, which gives no limits; check the column of counts")
    title = "defects per unit" if per_unit else "number of defects"
    centre, error = np.full(counts.size, rate), np.sqrt(rate / sizes)
    return Chart(title, counts / sizes, centre, error, rules_for(rules, title), 0.0)


def _level(readings: Floats) -> float:
    """Mean without the rounding of a large common level."""
    first = float(readings[0])
    return first + float((readings - first).mean())
