"""Findings on a control chart: what its limits and its signals rest on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from havoc_pipeline.tools.assumptions import LEVEL, anderson_darling, autocorrelation, p_text
from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Floats
from havoc_pipeline.tools.spc.chance import REFERENCE, Chance
from havoc_pipeline.tools.spc.charts import Chart
from havoc_pipeline.tools.spc.constants import d2
from havoc_pipeline.tools.spc.subgroups import Subgroups

FEW, ENOUGH = 20, 25
"""Points below which limits are rough, and from which they are dependable (ISO 7870-2:2013)."""
FEW_EXPECTED = 5.0
CHUNKY = 1.0
LISTED = 12
SUBGROUP_REFERENCE = "ISO 7870-2:2013 (rational subgroups)"


def signal_findings(charts: tuple[Chart, ...], groups: Subgroups, *, by_chance: bool) -> Iterator[Finding]:
    """One finding for each rule that points of a chart break, with the points by number and label."""
    for chart in charts:
        for rule, points in chart.signals_by_rule().items():
            text = f"{chart.title} chart, rule {rule.number} ({rule.text}): {_listed(points, groups)}"
            yield Finding(
                "out-of-control signal", "note" if by_chance else "warn", text,
                statistic=float(points.size), threshold=0.0, reference="Nelson (1984), J. Qual. Technol. 16, 237-239",
                mend="look for what was different then; compute the limits anew once its cause is removed",
            )  # fmt: skip


def _listed(points: NDArray[np.intp], groups: Subgroups) -> str:
    words = []
    for point in points[:LISTED].tolist():
        label = groups.label(point)
        words.append(f"{point + 1} ({label})" if label and label != str(point + 1) else str(point + 1))
    rest = f" and {points.size - LISTED} more" if points.size > LISTED else ""
    return f"point{'s' * (points.size > 1)} {', '.join(words)}{rest}"


def false_alarms(chance: Chance, points: int, rules: str, signals: int) -> Finding:
    """How often a stable process would signal on this chart."""
    share = chance.false_alarm
    text = (
        f"a stable process of these {points} points shows at least one signal with a probability of {100 * share:z.0f}%"
    )
    if signals:
        text += f", and as much as here with p {p_text(chance.p_value)}"
    mend = "confirm a lone signal before acting on it" if share > 0.25 else ""
    return Finding("false alarms", "note", f"{text} ({rules})", share, chance.p_value, LEVEL, REFERENCE, mend)


def number_of_points(groups: Subgroups, kind: str) -> Finding:
    """Whether there are enough points for dependable limits."""
    m, reference = groups.count, "ISO 7870-2:2013; Quesenberry (1993), J. Qual. Technol. 25, 237-247"
    if m >= ENOUGH:
        text = f"{m} {kind}, enough for dependable limits"
        return Finding("number of points", "pass", text, float(m), None, ENOUGH, reference)
    few = m < FEW
    return Finding(
        "number of points", "warn" if few else "note",
        f"{m} {kind}, {'few' if few else 'a little few'}: limits settle with {ENOUGH} or more",
        float(m), None, ENOUGH, reference, "treat the limits as provisional and compute them anew as data come in",
    )  # fmt: skip


def dependence(points: Floats, name: str) -> Finding:
    """Whether successive points are correlated, which three-sigma limits do not allow for."""
    reference = "Alwan and Roberts (1988), J. Bus. Econ. Stat. 6, 87-95; Montgomery (2020), section 10.4"
    known = points[~np.isnan(points)]
    if known.size < 10 or float(np.ptp(known)) == 0:
        text = f"{known.size} points are too few, or too equal, to judge whether they depend on each other"
        return Finding("autocorrelation", "note", text, reference=reference)
    r1, limit = autocorrelation(known), 2.576 / math.sqrt(known.size)
    text = f"correlation of successive points of {name} {r1:z.2f} (limit ±{limit:z.2f})"
    if abs(r1) <= limit:
        return Finding("autocorrelation", "pass", f"{text}; no sign of dependence", r1, None, limit, reference)
    effect = "the limits are too narrow for such data" if r1 > 0 else "points alternate, as over-adjustment makes them"
    return Finding(
        "autocorrelation", "warn", f"{text}; {effect}", r1, None, limit, reference,
        "find the drift or adjustment behind it, sample further apart, or chart the residuals of a time-series model",
    )  # fmt: skip


def normal_individuals(readings: Floats, name: str) -> Finding:
    """Whether individuals look normal; a chart of them leans on that more than a chart of means."""
    reference = "Borror, Montgomery and Runger (1999), J. Qual. Technol. 31, 309-316"
    if readings.size < 8 or float(np.ptp(readings)) == 0:
        text = f"{name}: {readings.size} values are too few to judge normality"
        return Finding("normality", "note", text, reference=reference)
    a, p = anderson_darling(readings)
    text = f"{name}: Anderson-Darling A² = {a:z.3f}, p {p_text(p)}"
    if p >= LEVEL:
        text += "; no evidence against a normal distribution"
        return Finding("normality", "pass", text, a, p, LEVEL, reference)
    return Finding(
        "normality", "warn", f"{text}; not normal, so the longer tail gives more false signals",
        a, p, LEVEL, reference, "see first whether signalled points cause it; else try transform=box_cox, or subgroups",
    )  # fmt: skip


def resolution(readings: Floats, sigma: float, name: str) -> Finding:
    """Whether the step of the readings is small against the variation."""
    reference = "Wheeler and Lyday (1989), Evaluating the Measurement Process (chunky data)"
    distinct = np.unique(np.round(readings[:100_000] / sigma, 9))
    step = float(np.diff(distinct).min()) if distinct.size > 1 else math.inf
    text = (
        f"{name} has {distinct.size} distinct values, the smallest step {step:.2g} within-subgroup standard deviations"
    )
    if step < CHUNKY:
        return Finding("measurement resolution", "pass", f"{text}, fine enough", step, None, CHUNKY, reference)
    return Finding(
        "measurement resolution", "warn", f"{text}: the readings are too coarse for limits to be trusted",
        step, None, CHUNKY, reference, "read to one more digit, or use a finer gauge",
    )  # fmt: skip


def dispersion(chart: Chart, *, known: bool) -> tuple[Finding, float]:
    """Whether counts vary as the binomial or Poisson law says, and sigma of the z-scores.

    Returns
    -------
    finding : Finding
    sigma_z : float
        Laney's ratio: average moving range of the z-scores / d2.

    References
    ----------
    Laney (2002), Quality Engineering 14, 531-537; Cochran (1954), Biometrics 10, 417-451.
    """
    z, m = chart.z, chart.z.size
    statistic = float(z @ z)
    p = float(chdtrc(m if known else m - 1, statistic))
    ratio = float(np.abs(np.diff(z)).mean()) / d2(2)
    text = f"dispersion χ² = {statistic:z.1f} over {m} points (p {p_text(p)}), sigma of the z-scores {ratio:z.2f}"
    status, more, mend = _spread_of_counts(chart, p, ratio)
    reference = "Laney (2002), Quality Engineering 14, 531-537"
    return Finding("overdispersion", status, f"{text}{more}", ratio, p, 1.0, reference, mend), ratio


def _spread_of_counts(chart: Chart, p: float, ratio: float) -> tuple[Any, str, str]:
    law = "binomial" if "defective" in chart.title else "Poisson"
    if p < 0.01 and ratio > 1:
        beyond = int(np.count_nonzero(np.abs(chart.z) > 3 * ratio))
        more = (
            f": counts vary more than the {law} law allows, so these limits are too narrow; "
            f"{beyond} point{'s' * (beyond != 1)} would lie beyond Laney's limits"
        )
        mend = (
            "use Laney's p′ or u′ chart (limits wider by sigma of the z-scores), or find what changes between samples"
        )
        return "warn", more, mend
    if p > 0.99 and ratio < 1:
        more = f": counts vary less than the {law} law makes them, so the limits are too wide"
        return "warn", more, "check how they were counted, rounded or mixed"
    return "pass", "; as expected", ""


def expected_counts(expected: Floats) -> Finding:
    """Whether expected counts are large enough for symmetric three-sigma limits."""
    least, reference = float(expected.min()), "Montgomery (2020), sections 7.2 and 7.3"
    text = f"the smallest expected count is {least:.3g}"
    if least >= FEW_EXPECTED:
        text += ", large enough for three-sigma limits"
        return Finding("expected counts", "pass", text, least, None, FEW_EXPECTED, reference)
    return Finding(
        "expected counts", "warn", f"{text}; below {FEW_EXPECTED:g} the limits are rough and a lower one is lacking",
        least, None, FEW_EXPECTED, reference, "take larger samples, or chart the time between defects",
    )  # fmt: skip


def whole_counts(counts: Floats, name: str) -> Iterator[Finding]:
    """A warning where counts are not whole numbers."""
    off = int(np.count_nonzero(np.abs(counts - np.rint(counts)) > 1e-6))
    if off:
        text = f"{off} of {counts.size} values of {name} are not whole numbers, and counts are"
        mend = "check the column; measurements belong on chart=imr, xbar_r or xbar_s"
        yield Finding("kind of data", "warn", text, float(off), None, 0.0, SUBGROUP_REFERENCE, mend)


def time_order(table: Any, order: Any) -> Finding:
    """Whether the rows stand in the order of production."""
    reference = "ISO 7870-2:2013 (subgroups in order of production)"
    if order is not None:
        return Finding("time order", "pass", f"rows were sorted by `{order.name}`", reference=reference)
    for column in getattr(table, "columns", ()):
        if column.kind == "date" and _unsorted(column.dates):
            text = f"rows do not stand in the order of `{column.header}`, which can hide or invent patterns"
            name = column.header if column.header.isidentifier() else f'"{column.header}"'
            return Finding("time order", "warn", text, reference=reference, mend=f"add order={name}")
    return Finding("time order", "note", "rows were taken in the order in which they stand", reference=reference)


def _unsorted(dates: Any) -> bool:
    """Whether dates go back; times of day alone do not count, since they pass midnight."""
    known = dates[~np.isnat(dates)]
    several_days = np.unique(known.astype("datetime64[D]")).size > 1
    return bool(several_days and (np.diff(known).astype(np.int64) < 0).any())


def subgrouping(groups: Subgroups) -> Iterator[Finding]:
    """Circumstances of the subgroups: unequal sizes, single readings, rows apart in time."""
    least, most = int(groups.sizes.min()), int(groups.sizes.max())
    if least != most:
        single = int(np.count_nonzero(groups.sizes == 1))
        extra = f"; {single} with one reading show no spread" if single else ""
        text = f"subgroups have {least} to {most} readings, so limits vary from point to point{extra}"
        yield Finding("subgroup sizes", "note", text, float(least), None, float(most), SUBGROUP_REFERENCE)
    if groups.repeated:
        yield Finding(
            "rational subgroups", "warn", "rows of the same subgroup stand apart, with others between them; a subgroup "
            "should be made at one time under the same conditions", reference=SUBGROUP_REFERENCE,
            mend="sort with order=, or subgroup by something that stands together in time",
        )  # fmt: skip
