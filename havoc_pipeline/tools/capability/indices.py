"""Capability indices, their confidence intervals, and the nonconforming share they imply."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import chdtri, ndtr, ndtri

from havoc_pipeline.tools.samples import Floats

MILLION = 1e6


@dataclass(frozen=True)
class Specification:
    """Specification limits and target, in the unit of the readings; at least one limit is given."""

    lsl: float | None
    usl: float | None
    target: float | None = None

    @property
    def width(self) -> float:
        """Distance of the limits; NaN with only one."""
        return self.usl - self.lsl if self.usl is not None and self.lsl is not None else math.nan

    def outside(self, values: Floats) -> tuple[int, int]:
        """How many of the values (shape (n,)) lie below the lower and above the upper limit."""
        low = 0 if self.lsl is None else int((values < self.lsl).sum())
        return low, 0 if self.usl is None else int((values > self.usl).sum())


@dataclass(frozen=True)
class Indices:
    """Indices for one estimate of sigma: Cp and its kin within, Pp and its kin overall.

    Attributes
    ----------
    spread : float
        Cp or Pp; NaN with one limit.
    lower, upper : float
        CPL and CPU, or PPL and PPU; NaN where there is no such limit.
    low_ppm, high_ppm : float
        Expected below and above the limits, in parts per million.
    degrees : float
        Degrees of freedom of sigma.
    n : int
        Number of readings.
    """

    spread: float
    lower: float
    upper: float
    low_ppm: float
    high_ppm: float
    degrees: float
    n: int

    @property
    def worst(self) -> float:
        """Cpk or Ppk: the smaller of the two sides."""
        return min(side for side in (self.lower, self.upper) if not math.isnan(side))

    @property
    def ppm(self) -> float:
        """Expected outside both limits, in parts per million."""
        return self.low_ppm + self.high_ppm

    @property
    def z_bench(self) -> float:
        """Standard normal quantile beyond which the expected share outside lies."""
        return -float(ndtri(min(1.0, self.ppm / MILLION)))


def indices(mean: float, sigma: float, degrees: float, n: int, limits: Specification) -> Indices:
    """Capability indices of a normal process.

    Parameters
    ----------
    mean, sigma : float
        In the unit of the limits.
    degrees : float
        Degrees of freedom of sigma.
    n : int
        Number of readings.
    limits : Specification

    References
    ----------
    Kane (1986), J. Qual. Technol. 18, 41-52; ISO 22514-2:2017.
    """
    below = math.nan if limits.lsl is None else (mean - limits.lsl) / sigma
    above = math.nan if limits.usl is None else (limits.usl - mean) / sigma
    ppm = [0.0 if math.isnan(side) else MILLION * float(ndtr(-side)) for side in (below, above)]
    return Indices(limits.width / (6 * sigma), below / 3, above / 3, ppm[0], ppm[1], degrees, n)


def taguchi_index(values: Floats, limits: Specification) -> float:
    """Cpm: the nearer limit's distance from the target over three root mean squares about the target.

    Parameters
    ----------
    values : float array, shape (n,)
    limits : Specification
        NaN is returned when it has no target.

    References
    ----------
    Chan, Cheng and Spiring (1988), J. Qual. Technol. 20, 162-175; Boyles (1991), J. Qual. Technol. 23,
    17-26 (divisor n).
    """
    target = limits.target
    if target is None:
        return math.nan
    sides = [sign * (limit - target) for sign, limit in ((-1, limits.lsl), (1, limits.usl)) if limit is not None]
    spread = math.sqrt(float(((values - target) ** 2).mean()))
    return min(sides) / (3 * spread) if spread > 0 else math.inf


def spread_interval(index: float, degrees: float, level: float) -> tuple[float, float]:
    """Confidence interval of Cp, Pp or Cpm from the chi-square distribution of sigma.

    References
    ----------
    Kane (1986), J. Qual. Technol. 18, 41-52; Kushler and Hurley (1992), J. Qual. Technol. 24, 188-195.
    """
    tail = (1 - level) / 2
    low, high = chdtri(degrees, 1 - tail), chdtri(degrees, tail)
    return index * math.sqrt(low / degrees), index * math.sqrt(high / degrees)


def worst_interval(index: float, n: int, degrees: float, level: float) -> tuple[float, float]:
    """Confidence interval of Cpk, Ppk or a one-sided index.

    References
    ----------
    Bissell (1990), Applied Statistics 39, 331-340.
    """
    reach = float(ndtri((1 + level) / 2)) * math.sqrt(1 / (9 * n) + index**2 / (2 * degrees))
    return index - reach, index + reach


def taguchi_degrees(mean: float, sigma: float, n: int, target: float) -> float:
    """Degrees of freedom of Cpm, n (1 + a²)² / (1 + 2 a²) with a = (mean - target) / sigma.

    References
    ----------
    Boyles (1991), J. Qual. Technol. 23, 17-26.
    """
    a = ((mean - target) / sigma) ** 2
    return n * (1 + a) ** 2 / (1 + 2 * a)
