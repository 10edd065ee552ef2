"""What bears on a test of normality: size, ties, outliers, order, mixtures, and what would mend it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from havoc_pipeline.tools.assumptions import LEVEL, anderson_darling, independence, one_way_f, outliers, p_text
from havoc_pipeline.tools.describe.moments import Moments, moments
from havoc_pipeline.tools.hypothesis.normality_tests import (
    METHODS,
    MOST_DRAWN,
    jarque_bera_drawn_p,
    largest_gap,
    plot_correlation,
)
from havoc_pipeline.tools.hypothesis.resolution import resolution
from havoc_pipeline.tools.result import Finding, Status
from havoc_pipeline.tools.samples import Floats

FEW, MANY = 20, 500
"""Sizes below which only gross departures show, and above which trivial ones do."""
SLIGHT_GAP, STRAIGHT = 0.03, 0.99
"""Gap to the normal distribution, and correlation in the probability plot, of a slight departure."""
COARSE = 0.5
"""Step in standard deviations from which rounding alone makes tests reject."""
SURE = 1.96
"""Standard errors beyond which skewness or kurtosis is taken for real."""
BIMODAL = 5 / 9
"""Bimodality coefficient of the uniform distribution."""
RAZALI = "Razali and Wah (2011), J. Stat. Model. Anal. 2, 21-33 (power of tests of normality)"


def normality_findings(
    values: Floats, name: str, method: str, p: float, alpha: float, *, in_order: Floats | None = None
) -> Iterator[Finding]:
    """All findings on one sample tested by `method` with p-value `p`.

    `in_order` are the values whose order tells of dependence, where they are not `values`.
    """
    yield size_finding(values, name, p, alpha)
    yield resolution(values, name, limit=COARSE)
    yield outliers(values, name)
    yield independence(values if in_order is None else in_order, name)
    yield shape_finding(values, name, p < alpha)
    for found in (agreement_finding(values, name, method, p, alpha), drawn_finding(values, name, method, p, alpha)):
        yield from [found] if found else []
    if p < alpha:
        yield from mend_findings(values, name)


def size_finding(values: Floats, name: str, p: float, alpha: float) -> Finding:
    """Whether so few values can show a departure, or so many show one that does not matter."""
    n, gap = values.size, largest_gap(values)
    if n < FEW:
        text = f"{name}: {n} values show only gross departures; a test that does not reject says little"
        return Finding("sample size", "warn", text, float(n), None, float(FEW), RAZALI,
                       "take 50 values or more, or judge by earlier data of the same process")  # fmt: skip
    text = f"{name}: {n} values; the largest gap to the normal curve is {100 * gap:z.1f} percentage points"
    slight = gap < SLIGHT_GAP and plot_correlation(values) > STRAIGHT
    if p < alpha and slight and n >= MANY:
        return Finding(
            "practical departure", "note", f"{text}: with so many values the test finds a departure that is slight",
            gap, None, SLIGHT_GAP, RAZALI,
            "tests of means bear it; capability indices and tail probabilities may not: look at the ends of the plot",
        )  # fmt: skip
    return Finding("sample size", "pass", text, float(n), None, float(FEW), RAZALI)


def shape_finding(values: Floats, name: str, clear: bool) -> Finding:
    """Skewness and kurtosis in words, and what they suggest."""
    found = moments(values)
    skew = f"skewness {found.skewness:z.2f} (standard error {found.skewness_se:z.2f})"
    tails = f"excess kurtosis {found.kurtosis:z.2f} (standard error {found.kurtosis_se:z.2f})"
    text = f"{name}: {skew}{f', {tails}' if found.n > 3 else ''}; {shape_words(found)}"
    reference = "Joanes and Gill (1998), The Statistician 47, 183-189; Pearson et al. (1977), Biometrika 64, 231-246"
    return Finding("shape", "note", text, found.skewness, None, None, reference, _suggestion(found) if clear else "")


def shape_words(found: Moments) -> str:
    """The shape's name: skewed, heavy-tailed, two-peaked or flat, or none of these.

    Long tails on both sides make the skewness of a sample wild; they are told by a kurtosis that no
    one-sided distribution of such skewness has (gamma: 1.5, lognormal: about 2 times its square).
    """
    skew = found.skewness / found.skewness_se
    tails = found.kurtosis / found.kurtosis_se if found.n > 3 else 0.0
    if tails > SURE and found.kurtosis > 3 * found.skewness**2:
        return "heavy-tailed"
    if abs(skew) > SURE and abs(found.skewness) > 0.3:
        return "right-skewed" if skew > 0 else "left-skewed"
    if tails < -SURE:
        return "two-peaked or flat" if bimodality(found) > BIMODAL else "light-tailed"
    return "no marked skewness or tails"


def bimodality(found: Moments) -> float:
    """Bimodality coefficient (SAS Institute 1990): above 5/9 suggests two peaks or a flat top."""
    n = found.n
    return (found.skewness**2 + 1) / (found.kurtosis + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))


def _suggestion(found: Moments) -> str:
    return {
        "right-skewed": "a limit at zero, or waiting times? try transform=log or box_cox, or a lognormal model",
        "left-skewed": "an upper limit, or sorting at the top? look for it; mirrored values may take a logarithm",
        "heavy-tailed": "look for outliers and for changes of the process over time: CHECK_SPC",
        "two-peaked or flat": "probably two or more sources mixed: test each with group= (machine, shift, lot)",
        "light-tailed": "sorted, cut off, or mixed from several sources? ask what happened before the measurement",
    }.get(shape_words(found), "look at the probability plot: neither skewness nor tails stand out")  # fmt: skip


def agreement_finding(values: Floats, name: str, method: str, p: float, alpha: float) -> Finding | None:
    """Whether another test comes to the same verdict."""
    other = METHODS["lilliefors" if method == "anderson_darling" else "anderson_darling"]
    if values.size < other.least:
        return None
    statistic, q = other.compute(values)
    text = f"{name}: {other.name} {other.letter} = {statistic:z.3f}, p {p_text(q)}"
    if (q < alpha) == (p < alpha):
        return Finding("sensitivity", "pass", f"{text}, the same verdict", statistic, q, alpha, other.reference)
    return Finding("sensitivity", "note", f"{text}, the opposite verdict; the case is a close one", statistic, q, alpha,
                   other.reference, "judge by the probability plot")  # fmt: skip


def drawn_finding(values: Floats, name: str, method: str, p: float, alpha: float) -> Finding | None:
    """How far the chi-square p-value of Jarque and Bera's test is off at this size."""
    if method != "jarque_bera" or values.size > MOST_DRAWN:
        return None
    drawn = jarque_bera_drawn_p(values)
    text = f"{name}: p is that of very large samples; against normal samples of this size it is {drawn:z.3f}"
    off = (drawn < alpha) != (p < alpha)
    return Finding("approximation", "warn" if off else "note", text, drawn, drawn, alpha, METHODS[method].reference,
                   "use method=anderson_darling or shapiro_wilk" if off else "")  # fmt: skip


def mend_findings(values: Floats, name: str) -> Iterator[Finding]:
    """Whether a logarithm or a square root makes right-skewed values normal."""
    found = moments(values)
    if found.skewness <= 0 or float(values.min()) <= 0:
        return
    for word, function in (("log", np.log), ("sqrt", np.sqrt)):
        p = anderson_darling(function(values))[1]
        text = f"{name}: on the {word} scale Anderson-Darling gives p {p_text(p)}: normal enough"
        if p >= LEVEL:
            yield Finding(
                "transformation", "note", text, p, p, LEVEL, "Box and Cox (1964), J. R. Stat. Soc. B 26, 211-252",
                f"use transform={word}",
            )  # fmt: skip
            return


def group_findings(samples: Mapping[str, Floats], left_out: Mapping[str, str], alpha: float) -> Iterator[Finding]:
    """Findings on several samples tested one by one."""
    yield Finding(
        "multiplicity", "note", f"{len(samples)} tests are made; adjusted p-values keep the level for all together",
        float(len(samples)), None, alpha, "Holm (1979), Scand. J. Stat. 6, 65-70",
    )  # fmt: skip
    for name, why in left_out.items():
        yield Finding("sample size", "warn", f"{name}: {why}, so it is not tested", mend="take more values of it")
    few = [name for name, values in samples.items() if values.size < FEW]
    if few:
        listed = ", ".join(few[:6]) + (", …" if len(few) > 6 else "")
        text, least = f"fewer than {FEW} values in {listed}", min(values.size for values in samples.values())
        yield Finding(
            "sample size", "warn", f"{text}; only gross departures show", float(least), None, float(FEW), RAZALI
        )
    for check in (outliers, independence):
        doubtful = [check(values, name) for name, values in samples.items()]
        yield from (entry for entry in doubtful if entry.status == "warn")
    yield within_finding({name: values - values.mean() for name, values in samples.items()}, "the groups")


def within_finding(centred: Mapping[str, Floats], what: str) -> Finding:
    """Whether values about the means of their group or column look normal, all taken together."""
    pooled = np.concatenate(list(centred.values()))
    reference = METHODS["anderson_darling"].reference
    if pooled.size < METHODS["anderson_darling"].least or float(np.ptp(pooled)) == 0:
        return Finding(
            "within " + what, "note", f"too few values to judge the spread within {what}", reference=reference
        )
    statistic, p = anderson_darling(pooled)
    text = f"values about the means of {what}: Anderson-Darling A² = {statistic:z.3f}, p {p_text(p)}"
    if p >= LEVEL:
        text = f"{text}; no evidence against normal"
        return Finding("within " + what, "pass", text, statistic, p, LEVEL, reference)
    return Finding("within " + what, "note", f"{text}; not normal", statistic, p, LEVEL, reference)


def columns_finding(columns: Mapping[str, Floats], p: float, alpha: float) -> Finding:
    """Whether columns pooled into one sample have a common mean; different means are a mixture."""
    f, q = one_way_f(list(columns.values()))
    found = within_finding({name: values - values.mean() for name, values in columns.items()}, "the columns")
    text = (
        f"the columns' means differ (F {f:.3g}, p {p_text(q)}), so the pooled values are a mixture; {found.statement}"
    )
    if math.isnan(q) or q >= LEVEL:
        return found
    status: Status = "warn" if p < alpha else "note"
    mend = "test each column by itself, or the differences from the columns' means"
    return Finding("mixture", status, text, f, q, LEVEL, found.reference, mend)
