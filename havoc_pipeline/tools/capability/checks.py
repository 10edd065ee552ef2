"""Findings on a capability study: what has to hold before its indices mean anything."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import fdtrc

from havoc_pipeline.tools.assumptions import LEVEL, anderson_darling, autocorrelation, p_text
from havoc_pipeline.tools.capability.indices import Indices, Specification
from havoc_pipeline.tools.result import Decision, Finding, Status
from havoc_pipeline.tools.samples import Floats
from havoc_pipeline.tools.spc.control_chart import verdict
from havoc_pipeline.tools.spc.subgroups import Subgroups
from havoc_pipeline.tools.spc.variables import VariableCharts

FEW, ENOUGH = 50, 100
"""Readings below which an index is a rough guess, and that a study should have (AIAG PPAP 2.2.11)."""
DEPENDENT = 0.2
"""Correlation of neighbours from which sigma from moving ranges is 10% too small."""
SKEWED = 1.0
STATUS: dict[Decision, Status] = {"supported": "pass", "inconclusive": "warn", "not supported": "fail"}
STABILITY_REFERENCE = "ISO 22514-2:2017; Montgomery (2020), ch. 8"


def stability(groups: Subgroups, made: VariableCharts | None) -> Finding:
    """Whether the process is in control; the indices of an unstable one describe no process."""
    if made is None:
        text = "one subgroup says nothing about stability over time"
        return Finding("stability", "warn", text, reference=STABILITY_REFERENCE, mend="give subgroup= or order=")
    decision = verdict(made.charts, made.chance, LEVEL)
    signals = sum(len(chart.signalled) for chart in made.charts)
    what = "values" if groups.individual else "subgroups"
    text = f"{signals} signal{'s' * (signals != 1)} on the control charts of {groups.count} {what}"
    if signals:
        text += f"; a stable process shows as much with p {p_text(made.chance.p_value)}"
    status = STATUS[decision]
    ending = {"fail": ": not stable, so the indices cannot be vouched for", "warn": ", which may be chance"}
    mend = "" if status == "pass" else "run CHECK_SPC, find and remove the causes, and study capability anew"
    return Finding("stability", status, text + ending.get(status, ""), float(signals), made.chance.p_value, LEVEL,
                   STABILITY_REFERENCE, mend)  # fmt: skip


def dependence(groups: Subgroups) -> Finding:
    """Whether neighbours in time are alike, which makes sigma within too small and Cpk too large."""
    reference = "Shore (1997), Quality Engineering 9, 615-626; Montgomery (2020), section 10.4"
    wide = groups.layout == "wide"
    series, what = (groups.means, "subgroup means") if wide else (groups.readings, "readings")
    if series.size < 10 or float(np.ptp(series)) == 0:
        text = f"{series.size} {what} are too few to judge whether they depend on each other"
        return Finding("autocorrelation", "note", text, reference=reference)
    r1, limit = autocorrelation(series), 1.96 / math.sqrt(series.size)
    text = f"correlation of successive {what} {r1:z.2f} (limit ±{limit:z.2f})"
    if abs(r1) <= limit:
        return Finding("autocorrelation", "pass", f"{text}; no sign of dependence", r1, None, limit, reference)
    mend = "sample further apart, remove the drift, or model the dependence before judging capability"
    if r1 >= max(limit, DEPENDENT):
        text += ": sigma within is too small and Cpk too large, so the indices cannot be vouched for"
        return Finding("autocorrelation", "fail", text, r1, None, limit, reference, mend)
    text += (
        "; weak, but intervals are a little too narrow" if r1 > 0 else "; they alternate, as over-adjustment makes them"
    )
    return Finding("autocorrelation", "warn", text, r1, None, limit, reference, mend)


def normality(values: Floats, name: str) -> Finding:
    """Whether the readings are normal, on which Cpk as a measure of the share outside rests."""
    reference = "Somerville and Montgomery (1996), Quality Engineering 9, 305-316"
    if values.size < 8:
        text = f"{name}: {values.size} values are too few to judge normality"
        return Finding("normality", "note", text, reference=reference)
    a, p = anderson_darling(values)
    skew = float(((values - values.mean()) ** 3).mean() / values.std() ** 3)
    text = f"{name}: Anderson-Darling A² = {a:z.3f}, p {p_text(p)}, skewness {skew:z.2f}"
    if p >= LEVEL:
        return Finding(
            "normality", "pass", f"{text}; no evidence against a normal distribution", a, p, LEVEL, reference
        )
    mend = (
        "see whether the process is stable or mixed; else study it with transform=box_cox, or count the share outside"
    )
    if p < 0.005 and abs(skew) > SKEWED:
        text += ": far from normal, so the indices say little about the share outside the limits"
        return Finding("normality", "fail", text, a, p, LEVEL, reference, mend)
    return Finding("normality", "warn", f"{text}: not normal, so expected ppm and intervals are rough", a, p, LEVEL,
                   reference, mend)  # fmt: skip


def sample_size(n: int) -> Finding:
    """Whether there are enough readings."""
    reference = "AIAG PPAP, 4th ed., 2.2.11 (at least 25 subgroups and 100 readings); Bissell (1990)"
    status: Status = "pass" if n >= ENOUGH else "note" if n >= FEW else "warn"
    text = {"pass": "enough", "note": "few", "warn": "too few for an index of any precision"}[status]
    mend = (
        ""
        if status == "pass"
        else f"take at least {ENOUGH} readings over the time in which the process varies as usual"
    )
    return Finding("sample size", status, f"{n} readings, {text}", float(n), None, float(ENOUGH), reference, mend)


def limits_make_sense(values: Floats, limits: Specification) -> Finding:
    """Whether the specification fits the readings at all."""
    reference = "ISO 22514-2:2017"
    outside = sum(limits.outside(values))
    if outside == values.size:
        text = f"all {values.size} readings lie outside the limits, from {values.min():g} to {values.max():g}"
        return Finding("specification", "warn", text, 1.0, None, 1.0, reference, "check the limits and their unit")
    target = limits.target
    beyond = target is not None and (
        (limits.lsl is not None and target < limits.lsl) or (limits.usl is not None and target > limits.usl)
    )
    if beyond:
        text = f"the target {target:g} lies outside the limits, so Cpm means nothing"
        return Finding("specification", "warn", text, target, None, None, reference, "check target=, lsl= and usl=")
    text = f"{outside} of {values.size} readings lie outside the limits"
    return Finding("specification", "pass", text, outside / values.size, None, None, reference)


def between(within: Indices, overall: Indices, ratio: float) -> Finding:
    """Whether variation over time exceeds the variation within subgroups (`ratio` of the two sigmas)."""
    p = float(fdtrc(overall.degrees, within.degrees, ratio**2))
    text = f"the overall standard deviation is {ratio:z.2f} times the one within subgroups"
    reference = "Montgomery (2020), section 8.3"
    if p >= 0.01 or ratio < 1.05:
        return Finding("within and overall variation", "pass", f"{text}; the two agree", ratio, p, 0.01, reference)
    text += ": the level moves over time; Cpk shows what would be possible without that, Ppk what there is"
    mend = "find what moves the level between subgroups"
    return Finding("within and overall variation", "warn", text, ratio, p, 0.01, reference, mend)
