"""What bears on an analysis of variance: variances, residuals, balance, coding, related rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from scipy.special import fdtrc

from havoc_pipeline.tools.assumptions import (
    LEVEL,
    equal_variances,
    independence,
    normality,
    outliers,
    p_text,
)
from havoc_pipeline.tools.hypothesis.groups import Groups
from havoc_pipeline.tools.hypothesis.means import classic_f, means_of, welch_f
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Factor, Floats, Wide

FEW = 5
"""Values in a group below which its mean and spread are little known."""
UNBALANCED = 1.5
"""Largest over smallest group size beyond which unequal variances distort a pooled test."""


def residual_findings(residuals: Floats, *, in_order: bool = True) -> Iterator[Finding]:
    """Normality, outliers and, when rows have an order, independence of residuals (no NaN)."""
    yield normality(residuals, "residuals")
    yield outliers(residuals, "residuals")
    if in_order:
        yield independence(residuals, "residuals")


def variance_finding(groups: Groups, method: str, alpha: float) -> Finding:
    """Equal variances; where they differ, whether Welch's test comes to the same conclusion."""
    found = _spread_finding(groups, assumed=method == "classic")
    if found.status != "fail":
        return found
    means = means_of(groups)
    mend = "use method=welch posthoc=games_howell, which do not assume equal variances"
    if not ((means.sizes >= 2) & (means.variances > 0)).all():
        return replace(found, mend=mend)
    p_classic, p_welch = classic_f(means)[3], welch_f(means)[3]
    agree = (p_classic < alpha) == (p_welch < alpha)
    verdict = "comes to the same conclusion" if agree else "comes to the opposite conclusion"
    text = f"{found.statement}; Welch's test {verdict} (p {p_text(p_welch)})"
    return replace(found, status="warn" if agree else "fail", statement=text, mend=mend)


def cell_variance_finding(cells: Groups) -> Finding:
    """Equal variances of the cells of two factors; equal numbers in the cells soften a difference."""
    found = _spread_finding(cells, assumed=True)
    if found.status != "fail":
        return found
    balanced = float(cells.sizes.max()) <= UNBALANCED * float(cells.sizes.min())
    mend = "try transform=log or transform=box_cox, or one factor at a time with method=welch and by= the other"
    text = f"{found.statement}{', though cells of like size soften that' if balanced else ''}"
    return replace(found, status="warn" if balanced else "fail", statement=text, mend=mend)


def _spread_finding(groups: Groups, *, assumed: bool) -> Finding:
    parts = zip(groups.names, groups.parts, strict=True)
    large = {name: part for name, part in parts if part.size >= 2}
    if len(large) < 2:
        return Finding("equal variances", "note", "too few groups have two values to compare the spreads")
    return equal_variances(large, assumed=assumed)


def size_findings(sizes: Mapping[str, int], what: str = "group") -> Iterator[Finding]:
    """Balance of the groups or cells, and those with very few values."""
    least, most = min(sizes.values()), max(sizes.values())
    reference = "Montgomery (2019), Design and Analysis of Experiments, section 3.3"
    text = f"{what}s have {least} to {most} values" if most > least else f"each {what} has {least} values"
    if most > UNBALANCED * least:
        yield Finding("balance", "note", f"{text}; unbalanced, which makes unequal variances matter more",
                      most / least, None, UNBALANCED, reference)  # fmt: skip
    else:
        yield Finding("balance", "pass", f"{text}; balanced enough", most / least, None, UNBALANCED, reference)
    few = [name for name, size in sizes.items() if size < FEW]
    if few:
        names = "; ".join(few[:6]) + ("; …" if len(few) > 6 else "")
        yield Finding("sample size", "warn" if least == 1 else "note",
                      f"fewer than {FEW} values in {names}; only large differences can show", float(least), None,
                      float(FEW), reference, "take more values where the question matters")  # fmt: skip


def coding_finding(factor: Factor) -> Finding | None:
    """A note when the factor's levels are numbers, which are read as names here."""
    if len(factor.levels) < 3 or not factor.numbered:
        return None
    return Finding(
        "coding", "note",
        f"the levels of `{factor.name}` are numbers and are read as names, without order or distance",
        mend="where they are amounts, FIT_REGRESSION uses the distances too",
    )  # fmt: skip


def related_rows(response: Wide) -> Finding | None:
    """Whether the columns side by side share their rows' ups and downs (the same items?)."""
    matrix = response.matrix
    whole = matrix[~np.isnan(matrix).any(axis=1)]
    n, k = whole.shape
    reference = "Montgomery (2019), Design and Analysis of Experiments, section 4.1"
    if n < 3 or k < 2:
        return None
    centred = whole - whole.mean(axis=0)
    rows = k * float((centred.mean(axis=1) ** 2).sum())
    rest = float(((centred - centred.mean(axis=1, keepdims=True)) ** 2).sum())
    f = (rows / (n - 1)) / (rest / ((n - 1) * (k - 1))) if rest > 0 else math.inf
    p = float(fdtrc(n - 1, (n - 1) * (k - 1), f))
    text = f"readings of one row go together: F {f:.3g}, p {p_text(p)}"
    if p >= LEVEL:
        return Finding("independent columns", "pass", f"{text}; no sign that rows are the same items", f, p, LEVEL,
                       reference)  # fmt: skip
    return Finding(
        "independent columns", "warn",
        f"{text}; the columns are treated as independent groups, which hides differences if a row is one item", f, p,
        LEVEL, reference, "if each row is one item, put the values in one column and give factor=[column, item]",
    )  # fmt: skip
