"""Estimates of the variation within subgroups, each with the precision it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.samples import Floats
from havoc_pipeline.tools.spc.constants import by_size, c4, d2, d3
from havoc_pipeline.tools.spc.subgroups import Subgroups

Method = Literal["moving_range", "r_bar", "s_bar", "pooled"]
METHODS: dict[str, str] = {
    "moving_range": "average moving range of two / d2",
    "r_bar": "R-bar: ranges / d2, weighted by d2²/d3²",
    "s_bar": "S-bar: standard deviations / c4, weighted by c4²/(1 - c4²)",
    "pooled": "pooled standard deviation / c4(df + 1)",
}


@dataclass(frozen=True)
class Sigma:
    """Within-subgroup standard deviation, the degrees of freedom it is worth, and its method."""

    value: float
    degrees: float
    method: Method

    @property
    def text(self) -> str:
        """The method in words."""
        return METHODS[self.method]


def within_sigma(groups: Subgroups, method: Method) -> Sigma:
    """Estimate the within-subgroup standard deviation.

    Parameters
    ----------
    groups : Subgroups
    method : {"moving_range", "r_bar", "s_bar", "pooled"}

    Returns
    -------
    Sigma
        Its degrees of freedom are those of a chi-square estimate of the same precision.

    Raises
    ------
    CommandError
        When the method does not fit the layout.
    DataError
        When there are too few readings, or they do not vary within subgroups.

    References
    ----------
    Burr (1969), J. Qual. Technol. 1, 163-167 (weights for unequal subgroups); Cryer and Ryan
    (1990), J. Qual. Technol. 22, 187-192 (variance of the average moving range).
    """
    if (method == "moving_range") != groups.individual:
        kind = "single readings" if groups.individual else "subgroups of several readings"
        fit = "moving_range" if groups.individual else "pooled, r_bar or s_bar"
        raise CommandError(f"within={method} does not fit {kind}; use within={fit}")
    estimate = _moving_range(groups) if method == "moving_range" else _of_subgroups(groups, method)
    if not estimate.value > 1e-12 * float(np.abs(groups.readings).max()):
        raise DataError(
            f"`{groups.name}` does not vary within subgroups ({groups.readings.size} readings), so no limits can be "
            "computed; check the resolution of the measurement and the subgrouping"
        )
    return estimate


def combine(spread: Floats, sizes: NDArray[np.intp], method: Method) -> Floats:
    """Estimate sigma from the spread of each subgroup.

    Parameters
    ----------
    spread : float array, shape (..., m)
        Ranges for `r_bar`, standard deviations for `s_bar` and `pooled`.
    sizes : int array, shape (m,)
        At least 2 each.
    method : {"r_bar", "s_bar", "pooled"}

    Returns
    -------
    float array, shape (...)
    """
    if method == "pooled":
        degrees = int((sizes - 1).sum())
        return np.asarray(np.sqrt((spread**2 * (sizes - 1)).sum(axis=-1) / degrees) / c4(degrees + 1))
    unbiased, weight = _weights(sizes, method)
    return np.asarray((weight / unbiased * spread).sum(axis=-1) / weight.sum())


def _weights(sizes: NDArray[np.intp], method: Method) -> tuple[Floats, Floats]:
    """Unbiasing constant of each subgroup, and the inverse of its estimate's squared variation."""
    if method == "r_bar":
        unbiased = by_size(d2, sizes)
        return unbiased, (unbiased / by_size(d3, sizes)) ** 2
    unbiased = by_size(c4, sizes)
    return unbiased, unbiased**2 / (1 - unbiased**2)


def _moving_range(groups: Subgroups) -> Sigma:
    ranges = groups.moving_ranges[~np.isnan(groups.moving_ranges)]
    n = ranges.size
    if n < 1:
        raise DataError(
            f"`{groups.name}` has {groups.count} value{'s' * (groups.count != 1)} and no two successive ones; "
            "a moving range needs at least 2"
        )
    degrees = n**2 / (2 * (0.8264 * (n + 1) - 1.082)) if n > 1 else 1.0
    return Sigma(float(ranges.mean()) / d2(2), degrees, "moving_range")


def _of_subgroups(groups: Subgroups, method: Method) -> Sigma:
    several = groups.sizes > 1
    sizes = groups.sizes[several]
    if sizes.size == 0:
        raise DataError(f"no subgroup of `{groups.name}` has two readings; leave subgroup= out to take them singly")
    spread = (groups.ranges if method == "r_bar" else groups.deviations)[several]
    degrees = (sizes - 1).sum() if method == "pooled" else _weights(sizes, method)[1].sum() / 2
    return Sigma(float(combine(spread, sizes, method)), float(degrees), method)
