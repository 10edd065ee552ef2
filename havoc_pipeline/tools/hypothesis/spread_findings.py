"""What bears on a comparison of spreads: shape, outliers, other tests' verdicts, size, resolution."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from havoc_pipeline.tools.assumptions import LEVEL, anderson_darling, independence, outliers, p_text
from havoc_pipeline.tools.hypothesis.resolution import resolution
from havoc_pipeline.tools.hypothesis.spreads import Samples, bartlett, detectable_ratio, spread_f
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Floats

NORMAL_THEORY = ("f", "bartlett", "chi-square")
"""Methods whose p-values stand only on normal data."""
OF_EACH = (outliers, independence, resolution)
"""Checks of one sample by itself."""
LEAST_TO_JUDGE, FEW = 8, 10
LARGE_RATIO = 2.0
BOX = "Box (1953), Biometrika 40, 318-335 (tests of variances and non-normality)"


def spread_findings(samples: Samples, method: str, p: float, alpha: float) -> tuple[Finding, ...]:
    """All findings on two or more samples compared by `method` with p-value `p`."""
    found = [shape_finding(samples, method), *_each(samples)]
    agreement = agreement_finding(samples, method, p, alpha)
    level = level_finding(samples, p, alpha)
    return (*found, *([agreement] if agreement else []), *([level] if level else []), size_finding(samples, alpha))


def _each(samples: Samples) -> Iterator[Finding]:
    """Outliers, order and resolution: of both samples, or of those in doubt when there are more."""
    for check in OF_EACH:
        found = [check(values, name) for name, values in samples.items()]
        doubtful = [entry for entry in found if entry.status in ("warn", "fail")]
        none = Finding(
            found[0].check, "pass", f"none of the {len(found)} samples is in doubt", reference=found[0].reference
        )
        yield from found if len(found) <= 2 else doubtful or [none]


def shape_finding(samples: Samples, method: str) -> Finding:
    """Whether the values, each sample on its own mean and spread, look normal, and what that means here."""
    reference = "D'Agostino and Stephens (1986), section 4.8; " + BOX
    large = {name: values for name, values in samples.items() if values.size >= 4}
    scores = [(v - v.mean()) / v.std(ddof=1) for v in large.values()]
    pooled = np.concatenate(scores) if scores else np.zeros(0)
    if pooled.size < LEAST_TO_JUDGE:
        return Finding("normality", "note", f"{pooled.size} values are too few to judge normality", reference=reference)
    statistic, p = anderson_darling(pooled)
    tails = float((pooled**4).mean() / (pooled**2).mean() ** 2)
    text = f"values about their means: Anderson-Darling A² = {statistic:z.3f}, p {p_text(p)}, kurtosis {tails:z.2f}"
    if p >= LEVEL:
        text = f"{text}; no evidence against a normal distribution"
        return Finding("normality", "pass", text, statistic, p, LEVEL, reference)
    if method not in NORMAL_THEORY:
        text = f"{text}; not normal, which this method allows for"
        return Finding("normality", "note", text, statistic, p, LEVEL, reference)
    way = "too small" if tails > 3 else "too large"
    return Finding(
        "normality", "fail", f"{text}; not normal, and the p-value of this method is then {way}", statistic, p, LEVEL,
        reference, "use the robust interval" if method == "chi-square" else "use method=brown_forsythe",
    )  # fmt: skip


def agreement_finding(samples: Samples, method: str, p: float, alpha: float) -> Finding | None:
    """Whether the test for normal data and the robust one come to the same verdict."""
    if min(values.size for values in samples.values()) < 2:
        return None
    other = spread_f(samples, "brown_forsythe") if method in NORMAL_THEORY else bartlett(samples)
    name = "Brown-Forsythe" if method in NORMAL_THEORY else "Bartlett's test, which assumes normality,"
    text = f"{name} gives p {p_text(other[1])}"
    if math.isnan(other[1]) or (other[1] < alpha) == (p < alpha):
        return Finding("sensitivity", "pass", f"{text} and the same verdict", other[0], other[1], alpha, BOX)
    return Finding(
        "sensitivity", "warn", f"{text} and the opposite verdict; the answer hangs on the shape of the distribution",
        other[0], other[1], alpha, BOX, "trust Brown-Forsythe unless normality is well supported",
    )  # fmt: skip


def level_finding(samples: Samples, p: float, alpha: float) -> Finding | None:
    """Whether different spreads are only the same relative spread at different levels."""
    if p >= alpha or any(float(values.min()) <= 0 for values in samples.values()):
        return None
    p_log = spread_f({name: np.log(values) for name, values in samples.items()}, "brown_forsythe")[1]
    means = [float(values.mean()) for values in samples.values()]
    if math.isnan(p_log) or p_log < LEVEL or max(means) < 1.2 * min(means):
        return None
    return Finding(
        "spread follows level", "note",
        f"on the log scale the spreads do not differ (p {p_text(p_log)}): the relative spread is much the same",
        p_log, p_log, LEVEL, "Box, Hunter and Hunter (2005), Statistics for Experimenters, section 8.1",
        "compare relative spreads with transform=log if percentages are what matters",
    )  # fmt: skip


def size_finding(samples: Samples, alpha: float) -> Finding:
    """Which ratio of standard deviations samples of this size are likely to show."""
    least, second = sorted(values.size for values in samples.values())[:2]
    ratio = detectable_ratio(second, least, alpha)
    text = (f"samples of {least} and {second} values show a ratio of standard deviations of {ratio:z.2f} or more in "
            "four of five studies")  # fmt: skip
    reference = "NIST/SEMATECH e-Handbook, 7.2.3.2 (power through the F distribution)"
    few = least < FEW or ratio > LARGE_RATIO
    return Finding(
        "sample size", "warn" if few else "pass", f"{text}; smaller ones may be missed", ratio, None, LARGE_RATIO,
        reference, "take more values before calling the spreads equal" if few else "",
    )  # fmt: skip


def single_findings(values: Floats, name: str) -> tuple[Finding, ...]:
    """Findings on one sample whose standard deviation is held against a value."""
    found = (check(values, name) for check in OF_EACH)
    return (shape_finding({name: values}, "chi-square"), *found)
