"""Checks that many methods share: normality, equal variances, independence, outliers, size."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import fdtrc, ndtr

from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Floats

LEVEL = 0.05
"""Level at which an assumption is called in doubt."""


def anderson_darling(values: Floats) -> tuple[float, float]:
    """Anderson-Darling test of normality with estimated mean and standard deviation.

    Parameters
    ----------
    values : float array, shape (n,)
        At least 3 finite values that are not all equal.

    Returns
    -------
    statistic : float
        A-squared, without the small-sample factor.
    p_value : float

    References
    ----------
    D'Agostino and Stephens (1986), Goodness-of-Fit Techniques, section 4.8 and table 4.9.
    """
    ordered = np.sort(values)
    n = ordered.size
    z = (ordered - ordered.mean()) / ordered.std(ddof=1)
    lower = np.clip(ndtr(z), 1e-300, 1.0)
    upper = np.clip(ndtr(-z[::-1]), 1e-300, 1.0)
    weights = 2 * np.arange(1, n + 1) - 1
    statistic = float(-n - np.sum(weights * (np.log(lower) + np.log(upper))) / n)
    return statistic, _anderson_p(statistic * (1 + 0.75 / n + 2.25 / n**2))


def _anderson_p(a: float) -> float:
    if a >= 0.6:
        return float(min(1.0, math.exp(1.2937 - 5.709 * a + 0.0186 * a * a))) if a < 153 else 0.0
    if a >= 0.34:
        return math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
    if a >= 0.2:
        return 1 - math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
    return 1 - math.exp(-13.436 + 101.14 * a - 223.73 * a * a)


def brown_forsythe(groups: Mapping[str, Floats]) -> tuple[float, float]:
    """Levene's test on deviations from the group medians.

    Parameters
    ----------
    groups : mapping of str to float array
        At least two groups of at least two values.

    Returns
    -------
    statistic : float
        F on (k - 1, N - k) degrees of freedom; NaN when every deviation is zero.
    p_value : float

    References
    ----------
    Brown and Forsythe (1974), J. Am. Stat. Assoc. 69, 364-367.
    """
    return one_way_f([np.abs(v - np.median(v)) for v in groups.values()])


def one_way_f(groups: list[Floats]) -> tuple[float, float]:
    """Classic one-way F and its p-value for groups of values."""
    total = np.concatenate(groups)
    between = sum(g.size * (g.mean() - total.mean()) ** 2 for g in groups)
    within = sum(float(((g - g.mean()) ** 2).sum()) for g in groups)
    k, n = len(groups), total.size
    if n <= k or within <= 0:
        return math.nan, math.nan
    statistic = float((between / (k - 1)) / (within / (n - k)))
    return statistic, float(fdtrc(k - 1, n - k, statistic))


def normality(values: Floats, name: str) -> Finding:
    """Whether `values` (float, shape (n,), no NaN) look normal enough for methods on the mean."""
    reference = "D'Agostino and Stephens (1986), section 4.8"
    if values.size < 8 or float(np.ptp(values)) == 0:
        return Finding("normality", "note", f"{name}: {values.size} values are too few or too equal to judge normality",
                       reference=reference)  # fmt: skip
    statistic, p = anderson_darling(values)
    skew = float(((values - values.mean()) ** 3).mean() / values.std() ** 3)
    shape = "right-skewed" if skew > 0.5 else "left-skewed" if skew < -0.5 else "not clearly skewed"
    text = f"{name}: Anderson-Darling A² = {statistic:z.3f}, p {p_text(p)}"
    if p >= LEVEL:
        return Finding(
            "normality",
            "pass",
            f"{text}; no evidence against a normal distribution",
            statistic,
            p,
            LEVEL,
            reference,
        )
    robust = values.size >= 30 and abs(skew) < 1
    ending = "; with this many values the mean is still safe to test" if robust else ""
    return Finding(
        "normality", "note" if robust else "warn", f"{text}; not normal ({shape}){ending}", statistic, p, LEVEL, reference,
        "" if robust else "try transform=box_cox, or a method that does not assume normality",
    )  # fmt: skip


def equal_variances(groups: Mapping[str, Floats], *, assumed: bool) -> Finding:
    """Whether the groups' spreads agree; `assumed` says if the method in force relies on it."""
    reference = "Brown and Forsythe (1974), J. Am. Stat. Assoc. 69, 364-367"
    statistic, p = brown_forsythe(groups)
    if math.isnan(p):
        return Finding("equal variances", "note", "too few values to compare the spreads", reference=reference)
    sds = _spreads({name: float(v.std(ddof=1)) for name, v in groups.items()})
    text = f"standard deviations {sds}; Brown-Forsythe p {p_text(p)}"
    if p >= LEVEL:
        return Finding(
            "equal variances",
            "pass",
            f"{text}; no evidence that they differ",
            statistic,
            p,
            LEVEL,
            reference,
        )
    if assumed:
        return Finding("equal variances", "fail", f"{text}; they differ, and this method assumes them equal",
                       statistic, p, LEVEL, reference, "use Welch's version, which does not assume it")  # fmt: skip
    return Finding(
        "equal variances",
        "note",
        f"{text}; they differ, which this method allows for",
        statistic,
        p,
        LEVEL,
        reference,
    )


def _spreads(sds: Mapping[str, float]) -> str:
    """Standard deviations by group; of more than six only the smallest and the largest."""
    if len(sds) <= 6:
        return ", ".join(f"{name} {sd:.4g}" for name, sd in sds.items())
    low, high = min(sds, key=sds.__getitem__), max(sds, key=sds.__getitem__)
    return f"from {sds[low]:.4g} ({low}) to {sds[high]:.4g} ({high})"


def independence(values: Floats, name: str) -> Finding:
    """Whether successive values (float, shape (n,), in order of the rows) are correlated at lag 1."""
    reference = "Box, Jenkins, Reinsel and Ljung (2015), Time Series Analysis, section 2.1.6"
    n = values.size
    if n < 10 or float(np.ptp(values)) == 0:
        return Finding(
            "independence",
            "note",
            f"{name}: too few values to judge independence from their order",
            reference=reference,
        )
    r1, limit = autocorrelation(values), 2.576 / math.sqrt(n)
    text = f"{name}: correlation of successive rows {r1:z.2f} (limit ±{limit:z.2f})"
    if abs(r1) <= limit:
        return Finding(
            "independence",
            "pass",
            f"{text}; no sign of dependence in row order",
            r1,
            None,
            limit,
            reference,
        )
    return Finding(
        "independence", "warn", f"{text}; successive rows depend on each other, so p-values and intervals are too sharp",
        r1, None, limit, reference, "check the order of the rows; sample further apart or model the dependence",
    )  # fmt: skip


def autocorrelation(values: Floats, lag: int = 1) -> float:
    """Correlation of values (shape (n,)) with themselves `lag` rows later; 0 when all are equal."""
    centred = values - values.mean()
    total = float(centred @ centred)
    return float(centred[:-lag] @ centred[lag:]) / total if total > 0 else 0.0


def outliers(values: Floats, name: str) -> Finding:
    """Values beyond Tukey's outer fences (three interquartile ranges)."""
    reference = "Tukey (1977), Exploratory Data Analysis, ch. 2"
    low, high = np.percentile(values, [25, 75])
    reach = 3 * (high - low)
    far = values[(values < low - reach) | (values > high + reach)] if reach > 0 else values[:0]
    if far.size == 0:
        return Finding(
            "outliers",
            "pass",
            f"{name}: no value beyond three interquartile ranges",
            0.0,
            reference=reference,
        )
    shown = ", ".join(f"{v:g}" for v in far[:4])
    return Finding(
        "outliers", "warn", f"{name}: {far.size} of {values.size} values lie far out ({shown}{', …' if far.size > 4 else ''})",
        float(far.size), reference=reference, mend="check them at the source; see whether the conclusion holds without them",
    )  # fmt: skip


def p_text(p: float) -> str:
    """A p-value after the letter p: `= 0.031` or `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"= {p:z.3f}"
