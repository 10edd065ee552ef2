"""What bears on a correlation: straightness, outliers, normality, ties, shared columns, row order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from scipy.special import chdtri, fdtrc

from havoc_pipeline.tools.assumptions import LEVEL, autocorrelation, normality, p_text
from havoc_pipeline.tools.hypothesis.coefficients import pearson
from havoc_pipeline.tools.hypothesis.ranks import tie_sizes
from havoc_pipeline.tools.result import Finding, Status
from havoc_pipeline.tools.samples import Floats, Numeric

FEW = 10
"""Rows below which a coefficient says little."""
FAR = 1e-3
"""Tail of the bivariate normal distribution beyond which a row lies far out."""
TIED = 0.2
"""Share of tied rows from which ranks lose much."""


def pair_findings(x: Numeric, y: Numeric, method: str) -> Iterator[Finding]:
    """Findings on one pair of samples without missing values (less their controls, where there are any)."""
    if method == "pearson":
        yield from _straightness(x, y)
        yield _far_points(x, y)
        yield from map(_normal, (x, y))
    else:
        yield from _ties(x, y)
    yield from _row_order(x, y)
    yield from _shared(x, y)
    yield from _few(x)


def condensed(findings: Mapping[str, list[Finding]]) -> Iterator[Finding]:
    """Findings of several pairs: what gives concern one by one, what passes everywhere once a check."""
    every = [finding for found in findings.values() for finding in found]
    seen = set[str]()
    for finding in every:
        if finding.status != "pass" and finding.statement not in seen:
            seen.add(finding.statement)
            yield finding
    for check in dict.fromkeys(finding.check for finding in every):
        same = [finding for finding in every if finding.check == check]
        if all(finding.status == "pass" for finding in same):
            text = f"no cause for concern in any of the {len(findings)} pairs"
            yield replace(same[0], statement=text, statistic=None, p_value=None)


def _normal(sample: Numeric) -> Finding:
    found = normality(sample.values, sample.name)
    text = found.statement.removesuffix("; with this many values the mean is still safe to test")
    return replace(
        found, statement=text, mend="use method=spearman, which needs no normal distribution" if found.mend else ""
    )


def _straightness(x: Numeric, y: Numeric) -> Iterator[Finding]:
    """Whether a parabola fits better than a line."""
    n = x.values.size
    reference = "Montgomery, Peck and Vining (2021), Introduction to Linear Regression Analysis, section 7.2"
    a, b = _standard(x.values), _standard(y.values)
    square = a * a - 1 - a * float((a**3).mean())
    size = float(square @ square)
    if n < 5 or size <= 1e-12 * n:
        return
    gain = float(square @ b) ** 2 / size
    rest = float(((b - a * float((a * b).mean())) ** 2).sum()) - gain
    f = gain / (rest / (n - 3)) if rest > 1e-20 * n else math.inf
    p = float(fdtrc(1, n - 3, f))
    text = f"`{y.name}` against `{x.name}`: adding the square gives F {f:.3g}, p {p_text(p)}"
    if p >= LEVEL:
        yield Finding("linearity", "pass", f"{text}; no sign of curvature", f, p, LEVEL, reference)
        return
    text += "; the relation bends, so the correlation understates it"
    mend = "look at the scatter plot; use method=spearman, or FIT_REGRESSION with model=quadratic"
    yield Finding("linearity", "warn", text, f, p, LEVEL, reference, mend)


def _standard(values: Floats) -> Floats:
    centred = values - values.mean()
    return np.asarray(centred / centred.std(), dtype=np.float64)


def _far_points(x: Numeric, y: Numeric) -> Finding:
    """Rows far from the cloud, and what the correlation would be without them."""
    reference = (
        "Rousseeuw and Leroy (1987), Robust Regression and Outlier Detection, section 7.1 (Mahalanobis distance)"
    )
    points = np.column_stack([_standard(x.values), _standard(y.values)])
    r = float((points[:, 0] * points[:, 1]).mean())
    cross = points[:, 0] * points[:, 1]
    distance = ((points**2).sum(axis=1) - 2 * r * cross) / max(1e-12, (1 - r) * (1 + r))
    limit = float(chdtri(2, FAR / max(1.0, x.values.size / 50)))
    far, largest = np.flatnonzero(distance > limit), float(distance.max())
    if far.size == 0 or abs(r) >= 1 - 1e-12 or x.values.size - far.size < 4:
        text = f"`{x.name}` and `{y.name}`: no row lies far from the rest"
        return Finding("outliers", "pass", text, largest, None, limit, reference)
    keep = distance <= limit
    rows = ", ".join(str(int(i) + 1) for i in far[:5]) + (", …" if far.size > 5 else "")
    if min(np.ptp(x.values[keep]), np.ptp(y.values[keep])) == 0:
        without = "nothing would vary"
    else:
        without = f"r would be {pearson(x.values[keep], y.values[keep]).coefficient:z.3f} instead of {r:z.3f}"
    text = (
        f"`{x.name}` and `{y.name}`: row{'s' * (far.size > 1)} {rows} of the complete rows lie{'s' * (far.size == 1)} "
    )
    text += f"far from the rest; without, {without}"
    mend = "check at the source; method=spearman is less moved by them"
    return Finding("outliers", "warn", text, largest, None, limit, reference, mend)


def _ties(x: Numeric, y: Numeric) -> Iterator[Finding]:
    n = x.values.size
    shares = {sample.name: float(tie_sizes(sample.values).sum()) / n for sample in (x, y)}
    worst = max(shares, key=shares.__getitem__)
    if shares[worst] == 0:
        return
    many = shares[worst] > TIED
    text = f"{100 * shares[worst]:.3g}% of the rows share their value of `{worst}` with another; "
    text += "ties are allowed for, and the p-value is approximate"
    yield Finding("ties", "note" if many else "pass", text, shares[worst], None, TIED,
                  "Kendall (1970), Rank Correlation Methods, ch. 3")  # fmt: skip


def _row_order(x: Numeric, y: Numeric) -> Iterator[Finding]:
    """Whether both variables drift with the order of the rows, which makes any two go together."""
    n = x.values.size
    if n < 10:
        return
    r1, r2, limit = autocorrelation(x.values), autocorrelation(y.values), 2.576 / math.sqrt(n)
    reference = "Box, Jenkins, Reinsel and Ljung (2015), Time Series Analysis, section 12.1"
    text = f"correlation of successive rows: `{x.name}` {r1:z.2f}, `{y.name}` {r2:z.2f} (limit ±{limit:z.2f})"
    if min(r1, r2) <= limit:
        text += "; no sign that both drift with the order of the rows"
        yield Finding("independence", "pass", text, min(r1, r2), None, limit, reference)
        return
    text += "; both drift with the order of the rows, which makes unrelated variables look related"
    mend = "take control= the order, or correlate the changes from row to row"
    yield Finding("independence", "warn", text, min(r1, r2), None, limit, reference, mend)


def _shared(x: Numeric, y: Numeric) -> Iterator[Finding]:
    """Whether both are computed from the same column."""
    both = [header for header in x.sources if header in y.sources]
    if both:
        text = f"`{x.name}` and `{y.name}` are both made from `{both[0]}`, so they go together by construction"
        reference, mend = "Pearson (1897), Proc. R. Soc. Lond. 60, 489-498", "correlate the columns themselves"
        yield Finding("shared column", "warn", text, float(len(both)), None, 0.0, reference, mend)


def _few(x: Numeric) -> Iterator[Finding]:
    n = x.values.size
    if n < FEW:
        text = f"{n} rows: the coefficient is very uncertain, see its interval"
        yield Finding("sample size", "warn", text, float(n), None, float(FEW),
                      "Bonett and Wright (2000), Psychometrika 65, 23-28", "take more rows")  # fmt: skip


def multiplicity(names: list[str], p_values: list[float], adjusted: list[float], alpha: float) -> Finding:
    """How many of several tests stand after Holm's correction."""
    raw = sum(p < alpha for p in p_values)
    stand = [name for name, p in zip(names, adjusted, strict=True) if p < alpha]
    shown = f" ({', '.join(stand[:6])}{', …' if len(stand) > 6 else ''})" if stand else ""
    text = (
        f"{len(names)} tests: {raw} with p < {alpha:g}, of which {len(stand)} stand{shown} when the number of tests is "
    )
    text += "allowed for (Holm)"
    status: Status = "warn" if raw > len(stand) else "note"
    mend = "rest conclusions on the adjusted p-values" if raw > len(stand) else ""
    reference = "Holm (1979), Scand. J. Stat. 6, 65-70"
    return Finding("multiplicity", status, text, float(len(stand)), min(adjusted), alpha, reference, mend)


def holm(p_values: list[float]) -> list[float]:
    """P-values adjusted for their number, in the order given.

    References
    ----------
    Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    order = np.argsort(p_values)
    scaled = np.array(p_values)[order] * (len(p_values) - np.arange(len(p_values)))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(scaled))
    return [float(p) for p in adjusted]
