"""Means of groups, and the F tests of whether they are equal: the classic one and Welch's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

from havoc_pipeline.tools.hypothesis.groups import Groups
from havoc_pipeline.tools.samples import Floats


@dataclass(frozen=True)
class Means:
    """What the test is made of: `centred` means and sums of squares of k groups, `sizes` float."""

    centred: Floats
    sizes: Floats
    variances: Floats
    between: float
    within: float

    @property
    def df_within(self) -> int:
        """N - k."""
        return int(self.sizes.sum()) - self.sizes.size

    @property
    def pooled(self) -> float:
        """Pooled variance."""
        return self.within / self.df_within


def means_of(groups: Groups) -> Means:
    """Means, variances and sums of squares, in two passes over centred values."""
    centred, sizes = groups.centred_means, groups.sizes
    squares = np.array([float(((v - v.mean()) ** 2).sum()) if np.ptp(v) > 0 else 0.0 for v in groups.parts])
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = squares / (sizes - 1)
    grand = float(sizes @ centred) / float(sizes.sum())
    between = float(sizes @ (centred - grand) ** 2)
    return Means(centred, sizes, variances, between, float(squares.sum()))


def classic_f(means: Means) -> tuple[float, float, float, float]:
    """Fisher's F, its degrees of freedom and p-value.

    References
    ----------
    Fisher (1925), Statistical Methods for Research Workers, ch. VII.
    """
    df = means.sizes.size - 1.0
    f = (means.between / df) / means.pooled
    return f, df, float(means.df_within), float(fdtrc(df, means.df_within, f))


def welch_f(means: Means) -> tuple[float, float, float, float]:
    """Welch's F, its degrees of freedom and p-value; it allows unequal variances.

    References
    ----------
    Welch (1951), Biometrika 38, 330-336.
    """
    k = means.sizes.size
    weights = means.sizes / means.variances
    share = weights / weights.sum()
    grand = float(share @ means.centred)
    unease = float(((1 - share) ** 2 / (means.sizes - 1)).sum())
    top = float(weights @ (means.centred - grand) ** 2) / (k - 1)
    f = top / (1 + 2 * (k - 2) / (k**2 - 1) * unease)
    df_within = (k**2 - 1) / (3 * unease)
    return f, k - 1.0, df_within, float(fdtrc(k - 1, df_within, f))
