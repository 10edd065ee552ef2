"""Summary of one column of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from scipy.special import stdtrit

from havoc_pipeline.tools.describe.category_summary import CategorySummary
from havoc_pipeline.tools.describe.moments import Moments, exact_moments, moments
from havoc_pipeline.tools.describe.quantiles import Quartiles, quantile
from havoc_pipeline.tools.samples import Floats

COLUMNS = (
    "column", "n", "missing", "mean", "sd", "se", "CI low", "CI high", "min", "Q1", "median", "Q3", "max", "skewness",
    "kurtosis", "CV %", "outliers",
)  # fmt: skip
FENCE = 1.5


@dataclass(frozen=True)
class NumericSummary:
    """What is said of a column of numbers; `values` are those present, float (n,), in row order.

    `levels` are the counts of few different whole numbers, which may be codes.
    """

    name: str
    unit: str | None
    values: Floats
    missing: int
    moments: Moments
    ci: tuple[float, float]
    quartiles: tuple[float, float, float]
    outliers: int
    levels: CategorySummary | None = None

    @property
    def n(self) -> int:
        """How many values there are."""
        return self.values.size

    @property
    def se(self) -> float:
        """Standard error of the mean."""
        return self.moments.sd / math.sqrt(self.n)

    @property
    def cv_percent(self) -> float:
        """Standard deviation in percent of the mean; NaN unless all values are above zero."""
        return 100 * self.moments.sd / self.moments.mean if float(self.values.min()) > 0 else math.nan

    @property
    def label(self) -> str:
        """Name with the unit, unless the name carries it."""
        return f"{self.name} [{self.unit}]" if self.unit and self.unit not in self.name else self.name

    @property
    def row(self) -> tuple[object, ...]:
        """Cells for `COLUMNS`."""
        m, (q1, median, q3) = self.moments, self.quartiles
        low, high = float(self.values.min()), float(self.values.max())
        return (self.label, self.n, self.missing, m.mean, m.sd, self.se, *self.ci, low, q1, median, q3, high,
                m.skewness, m.kurtosis, self.cv_percent, self.outliers)  # fmt: skip

    @property
    def numbers(self) -> dict[str, float]:
        """Every number by its name."""
        m, (q1, median, q3) = self.moments, self.quartiles
        low, high = float(self.values.min()), float(self.values.max())
        return {
            "n": self.n, "missing": self.missing, "mean": m.mean, "sd": m.sd, "variance": m.sd * m.sd, "se": self.se,
            "ci_low": self.ci[0], "ci_high": self.ci[1], "minimum": low, "q1": q1, "median": median, "q3": q3,
            "maximum": high, "range": high - low, "iqr": q3 - q1, "skewness": m.skewness, "kurtosis": m.kurtosis,
            "cv_percent": self.cv_percent, "outliers": self.outliers, "autocorrelation": m.autocorrelation,
        } | (self.levels.shares if self.levels else {})  # fmt: skip


def summarise(
    name: str,
    unit: str | None,
    numbers: Floats,
    decimals: Sequence[Decimal] | None,
    convention: Quartiles,
    alpha: float,
) -> NumericSummary:
    """Summarise a column of numbers.

    Parameters
    ----------
    name : str
    unit : str or None
    numbers : float array, shape (n,)
        NaN where missing; at least one is not.
    decimals : sequence of Decimal or None
        The values that are not missing as written, for exact sums; None to sum doubles.
    convention : {"inclusive", "exclusive"}
        Of the quartiles.
    alpha : float
        The interval of the mean has level 1 - alpha.
    """
    values = numbers[~np.isnan(numbers)]
    ordered = np.sort(values)
    found = (exact_moments(decimals) if decimals else None) or moments(values)
    q1, median, q3 = (quantile(ordered, p, convention) for p in (0.25, 0.5, 0.75))
    reach = FENCE * (q3 - q1)
    far = int(((values < q1 - reach) | (values > q3 + reach)).sum()) if reach > 0 else 0
    return NumericSummary(
        name, unit, values, numbers.size - values.size, found, mean_interval(found, alpha), (q1, median, q3), far
    )


def mean_interval(found: Moments, alpha: float) -> tuple[float, float]:
    """Student's interval of the mean; NaN for a single value."""
    if found.n < 2:
        return math.nan, math.nan
    reach = float(stdtrit(found.n - 1, 1 - alpha / 2)) * found.sd / math.sqrt(found.n)
    return found.mean - reach, found.mean + reach
