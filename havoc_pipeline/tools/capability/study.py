"""The result of a capability study: its numbers, decision, sentence and tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.capability.indices import (
    Indices,
    Specification,
    spread_interval,
    taguchi_degrees,
    worst_interval,
)
from havoc_pipeline.tools.result import Decision, Finding, Result, ResultTable, literal
from havoc_pipeline.tools.spc.charts import Chart
from havoc_pipeline.tools.spc.subgroups import Subgroups

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REFERENCES = (
    "ISO 22514-2:2017, Statistical methods in process management - Capability and performance",
    "Kane (1986), J. Qual. Technol. 18, 41-52",
    "Bissell (1990), Applied Statistics 39, 331-340 (interval of Cpk)",
    "Boyles (1991), J. Qual. Technol. 23, 17-26 (Cpm)",
)
REASONS = {
    "stability": "the process is not stable",
    "autocorrelation": "successive readings depend on each other",
    "normality": "the readings are far from normal",
}
MISSING = (math.nan, math.nan)


@dataclass(frozen=True, kw_only=True)
class Capability(Result):
    """A capability study; each index has an interval `<index>_low` to `<index>_high`.

    An index whose limit or target is not given is NaN. `worst` is the smaller of Cpk and Ppk, on
    which the decision rests.
    """

    mean: float
    sd_within: float
    sd_overall: float
    readings: int
    subgroups: int
    cp: float
    cp_low: float
    cp_high: float
    cpl: float
    cpu: float
    cpk: float
    cpk_low: float
    cpk_high: float
    pp: float
    pp_low: float
    pp_high: float
    ppl: float
    ppu: float
    ppk: float
    ppk_low: float
    ppk_high: float
    cpm: float
    cpm_low: float
    cpm_high: float
    worst: float
    worst_low: float
    worst_high: float
    required: float
    ppm_observed: float
    ppm_within: float
    ppm_overall: float
    observed_percent: float
    z_bench_within: float
    z_bench_overall: float
    lsl: float
    usl: float
    target: float
    alpha: float
    within: Indices
    overall: Indices
    limits: Specification
    groups: Subgroups
    chart: Chart | None

    def confidence_interval(
        self, index: str = "cpk", level: float = 0.95, degrees: float | None = None
    ) -> tuple[float, float]:
        """Interval of one index at another level.

        Parameters
        ----------
        index : str
            `cp`, `cpk`, `cpl`, `cpu`, `pp`, `ppk`, `ppl`, `ppu` or `cpm`.
        level : float
            Confidence level, 0 < level < 1.
        degrees : float, optional
            Degrees of freedom of sigma, where another convention is wanted.

        Returns
        -------
        low, high : float

        Raises
        ------
        CommandError
            When there is no such index.
        """
        if index not in ("cp", "cpk", "cpl", "cpu", "pp", "ppk", "ppl", "ppu", "cpm"):
            raise CommandError(f"there is no index `{index}`; choose cp, cpk, cpl, cpu, pp, ppk, ppl, ppu or cpm")
        value = self.values[index]
        if index == "cpm":
            degrees = degrees or taguchi_degrees(self.mean, self.sd_overall, self.readings, self.target)
            return spread_interval(value, degrees, level)
        degrees = degrees or (self.within if index.startswith("c") else self.overall).degrees
        if index in ("cp", "pp"):
            return spread_interval(value, degrees, level)
        return worst_interval(value, self.readings, degrees, level)

    def figure(self) -> Figure:
        """Readings against the limits, control chart, probability plot, and spans of six sigma."""
        from havoc_pipeline.tools.capability.capability_figure import capability_figure

        return capability_figure(self.groups, self.limits, (self.sd_within, self.sd_overall), self.chart)


@dataclass(frozen=True)
class Study:
    """What a capability study's result is made of."""

    groups: Subgroups
    limits: Specification
    mean: float
    sigmas: tuple[float, float]
    within: Indices
    overall: Indices
    cpm: float
    required: float
    alpha: float
    findings: tuple[Finding, ...]
    conventions: dict[str, str]
    chart: Chart | None


def capability_result(study: Study) -> Capability:
    """Judge the study and put the result together."""
    within, overall, limits, n = study.within, study.overall, study.limits, study.groups.readings.size
    level = 1 - study.alpha
    cpk, ppk = (worst_interval(i.worst, n, i.degrees, level) for i in (within, overall))
    cp, pp = (spread_interval(i.spread, i.degrees, level) for i in (within, overall))
    cpm = MISSING
    if limits.target is not None:
        freedom = taguchi_degrees(study.mean, study.sigmas[1], n, limits.target)
        cpm = spread_interval(study.cpm, freedom, level)
    lead, interval = (within, cpk) if within.worst < overall.worst else (overall, ppk)
    outside = limits.outside(study.groups.readings)
    share = sum(outside) / n
    decision = _decide(study, interval)
    return Capability(
        decision=decision, statement=_sentence(study, decision), findings=study.findings,
        tables=_tables(study, (cp, cpk, pp, ppk, cpm), outside), conventions=study.conventions, references=REFERENCES,
        mean=study.mean, sd_within=study.sigmas[0], sd_overall=study.sigmas[1], readings=n,
        subgroups=study.groups.count, cp=within.spread, cp_low=cp[0], cp_high=cp[1], cpl=within.lower,
        cpu=within.upper, cpk=within.worst,
        cpk_low=cpk[0], cpk_high=cpk[1], pp=overall.spread, pp_low=pp[0], pp_high=pp[1], ppl=overall.lower,
        ppu=overall.upper, ppk=overall.worst, ppk_low=ppk[0], ppk_high=ppk[1], cpm=study.cpm, cpm_low=cpm[0],
        cpm_high=cpm[1], worst=lead.worst, worst_low=interval[0], worst_high=interval[1], required=study.required,
        ppm_observed=1e6 * share, ppm_within=within.ppm, ppm_overall=overall.ppm, observed_percent=100 * share,
        z_bench_within=within.z_bench, z_bench_overall=overall.z_bench, lsl=_number(limits.lsl),
        usl=_number(limits.usl), target=_number(limits.target), alpha=study.alpha, within=within, overall=overall,
        limits=limits, groups=study.groups, chart=study.chart,
    )  # fmt: skip


def _decide(study: Study, interval: tuple[float, float]) -> Decision:
    if any(finding.status == "fail" for finding in study.findings):
        return "inconclusive"
    if interval[0] >= study.required:
        return "supported"
    return "not supported" if interval[1] < study.required else "inconclusive"


def _sentence(study: Study, decision: Decision) -> str:
    name = literal(study.groups.name)
    reasons = [REASONS.get(f.check, f.check) for f in study.findings if f.status == "fail"]
    if reasons:
        return (
            f"The capability of {name} cannot be vouched for, since {' and '.join(reasons)}: Cpk {{cpk}} and "
            "Ppk {ppk} only describe these {readings} readings, of which {observed_percent} lie outside the limits."
        )
    index = "Cpk" if study.within.worst < study.overall.worst else "Ppk"
    shown = f"{index} is {{worst}} (confidence interval {{worst_low}} to {{worst_high}})"
    outside = "about {ppm_overall} parts per million are expected outside the limits"
    if decision == "supported":
        return f"{name} is capable: {shown}, surely above the required {{required}}; {outside}."
    if decision == "not supported":
        return f"{name} is not capable: {shown}, below the required {{required}}; {outside}."
    return f"The data do not settle whether {name} is capable: {shown}, and {{required}} is required; {outside}."


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _tables(
    study: Study, intervals: tuple[tuple[float, float], ...], outside: tuple[int, int]
) -> tuple[ResultTable, ...]:
    within, overall, n = study.within, study.overall, study.groups.readings.size
    cp, cpk, pp, ppk, cpm = intervals
    rows = (
        ("Cp", within.spread, *cp), ("CPL", within.lower, *MISSING), ("CPU", within.upper, *MISSING),
        ("Cpk", within.worst, *cpk), ("Pp", overall.spread, *pp), ("PPL", overall.lower, *MISSING),
        ("PPU", overall.upper, *MISSING), ("Ppk", overall.worst, *ppk), ("Cpm", study.cpm, *cpm),
    )  # fmt: skip
    known = tuple(row for row in rows if not math.isnan(row[1]))
    parts = (
        ("below LSL", 1e6 * outside[0] / n, within.low_ppm, overall.low_ppm),
        ("above USL", 1e6 * outside[1] / n, within.high_ppm, overall.high_ppm),
        ("total", 1e6 * sum(outside) / n, within.ppm, overall.ppm),
    )
    return (
        ResultTable("Indices", ("index", "value", "interval from", "to"), known),
        ResultTable("Parts per million outside", ("where", "observed", "expected within", "expected overall"), parts),
    )
