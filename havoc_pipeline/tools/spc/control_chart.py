"""The result of a control chart: verdict, sentence, numbers, tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.tools.result import Decision, Finding, Result, ResultTable, literal
from havoc_pipeline.tools.spc.chance import Chance
from havoc_pipeline.tools.spc.charts import Chart
from havoc_pipeline.tools.spc.checks import false_alarms, signal_findings
from havoc_pipeline.tools.spc.rules import SOURCES, RuleSet
from havoc_pipeline.tools.spc.subgroups import Subgroups

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FALSE_POINT = 0.0027
"""Probability of a point beyond three sigma while nothing has changed."""
TOLERATED = 0.10
"""Probability of such a point in a stable series up to which one is taken for a change."""
MOST_ROWS = 200
REFERENCES = (
    "Shewhart (1931), Economic Control of Quality of Manufactured Product",
    "ISO 7870-2:2013, Control charts - Shewhart control charts",
    "Montgomery (2020), Introduction to Statistical Quality Control, 8th ed., ch. 6 and 7",
    "Nelson (1984), J. Qual. Technol. 16, 237-239",
)
NAMES = {
    "imr": "individuals and moving range", "xbar_r": "mean and range", "xbar_s": "mean and standard deviation",
    "p": "proportion defective", "np": "number defective", "c": "number of defects", "u": "defects per unit",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ControlChart(Result):
    """A control chart: limits, and how many points signal.

    Where limits vary from point to point, `center`, `lcl` and `ucl` are their means; `charts` holds
    every point with its limits. `p_value` is the probability that a stable process signals as much.
    """

    chart: str
    points: int
    readings: int
    signals: int
    signals_location: int
    signals_spread: int
    beyond_limits: int
    center: float
    lcl: float
    ucl: float
    sigma_within: float
    center_spread: float
    lcl_spread: float
    ucl_spread: float
    subgroup_size: float
    sigma_z: float
    false_alarm_percent: float
    p_value: float
    alpha: float
    label: str
    charts: tuple[Chart, ...]
    groups: Subgroups

    def signalled(self) -> list[tuple[str, int, str, int, str]]:
        """Every signal: chart, point counted from 1, its label, rule number, rule text."""
        return [
            (chart.title, point + 1, self.groups.label(point), rule.number, rule.text)
            for chart in self.charts
            for point in chart.signalled.tolist()
            for rule in chart.rules_at(point)
        ]

    def figure(self) -> Figure:
        """The chart, or both charts, with limits, zones and signalled points."""
        from havoc_pipeline.tools.spc.control_figure import control_figure

        return control_figure(self.charts, self.groups, self.label)


@dataclass(frozen=True)
class Charted:
    """What a control chart's result is made of.

    Attributes
    ----------
    kind : str
        `imr`, `xbar_r`, `xbar_s`, `p`, `np`, `c` or `u`.
    sigma, sigma_z : float
        Within-subgroup standard deviation, and Laney's ratio; NaN where there is none.
    """

    kind: str
    groups: Subgroups
    charts: tuple[Chart, ...]
    chance: Chance
    rules: RuleSet
    alpha: float
    findings: tuple[Finding, ...]
    conventions: dict[str, str]
    sigma: float = math.nan
    sigma_z: float = math.nan


def control_chart(made: Charted) -> ControlChart:
    """Judge the charts and put the result together."""
    groups, charts, chance, location = made.groups, made.charts, made.chance, made.charts[0]
    decision = verdict(charts, chance, made.alpha)
    here = [len(chart.signalled) for chart in charts]
    signals = signal_findings(charts, groups, by_chance=decision != "not supported")
    alarm = false_alarms(chance, location.plotted, SOURCES[made.rules], sum(here))
    lines, beside = _lines(location), _lines(charts[1]) if len(charts) > 1 else (math.nan,) * 3
    return ControlChart(
        decision=decision, statement=_sentence(made, decision), findings=(*signals, *made.findings, alarm),
        tables=(_limits_table(charts), *_signals_table(charts, groups)), references=REFERENCES,
        conventions=_conventions(made), extra=_places(charts),
        series=_series(groups, location), chart=made.kind, points=location.plotted, readings=groups.readings.size,
        signals=sum(here), signals_location=here[0], signals_spread=sum(here[1:]),
        beyond_limits=sum(chart.beyond for chart in charts), lcl=lines[0], center=lines[1], ucl=lines[2],
        lcl_spread=beside[0], center_spread=beside[1], ucl_spread=beside[2], sigma_within=made.sigma,
        sigma_z=made.sigma_z, subgroup_size=float(groups.sizes.mean()), p_value=chance.p_value, alpha=made.alpha,
        false_alarm_percent=100 * chance.false_alarm, label=groups.with_unit, charts=charts, groups=groups,
    )  # fmt: skip


def verdict(charts: tuple[Chart, ...], chance: Chance, alpha: float) -> Decision:
    """Whether the process is stable, as `supported`, `not supported` or `inconclusive`.

    No signal, or moving ranges alone that chance explains: supported. Signals that chance explains
    badly (p < alpha), or a point beyond the limits of the first chart in a series so short that a
    stable process seldom has one: not supported. Else inconclusive.
    """
    signalled = [bool(len(chart.signalled)) for chart in charts]
    if not any(signalled):
        return "supported"
    seldom = 1 - (1 - FALSE_POINT) ** charts[0].plotted < TOLERATED
    if chance.p_value < alpha or (charts[0].beyond and seldom):
        return "not supported"
    return "supported" if not signalled[0] and charts[1].title == "moving range" else "inconclusive"


def _sentence(made: Charted, decision: Decision) -> str:
    name, unit = literal(made.groups.name), f" {literal(made.groups.unit)}" if made.groups.unit else ""
    unit = "" if made.kind in ("p", "np", "c", "u") else unit
    points = {"imr": "values", "xbar_r": "subgroups", "xbar_s": "subgroups"}.get(made.kind, "samples")
    around = f"centre line {{center}}{unit}, limits {{lcl}} to {{ucl}}{unit}"
    places = _places(made.charts)
    if not places:
        return f"{name} is stable: none of the {{points}} {points} signals ({around})."
    lead = "farthest_point" if "farthest_point" in places else "first_signal"
    label = literal(made.groups.label(int(places[lead]) - 1))
    where = (
        f"{'farthest out' if lead == 'farthest_point' else 'first'} at point {{{lead}}}{f' ({label})' if label else ''}"
    )
    lone = sum(len(chart.signalled) for chart in made.charts) == 1
    few = f"{{signals}} signal{'' if lone else 's'} among {{points}} {points}, {where}"
    if decision == "not supported":
        return f"{name} is not stable: {few} ({around})."
    what = "looks stable" if decision == "supported" else "may or may not be stable"
    return f"{name} {what}: {few}, no more than chance gives (p {{p_value}}; {around})."


def _places(charts: tuple[Chart, ...]) -> dict[str, float]:
    """Number of the first point that signals and, where one lies beyond limits, of the farthest."""
    first = [int(chart.signalled[0]) + 1 for chart in charts if len(chart.signalled)]
    beyond = next((chart for chart in charts if chart.beyond), None)
    farthest = {} if beyond is None else {"farthest_point": int(np.nanargmax(np.abs(beyond.z))) + 1}
    return {"first_signal": min(first), **farthest} if first else {}


def _lines(chart: Chart) -> tuple[float, float, float]:
    """Lower limit, centre and upper limit, each the mean over the points."""
    low, high = chart.limits()
    return float(np.nanmean(low)), float(np.nanmean(chart.centre)), float(np.nanmean(high))


def _conventions(made: Charted) -> dict[str, str]:
    return {
        "chart": NAMES[made.kind], "rules": SOURCES[made.rules],
        "stable": "no signal, or moving ranges alone that chance explains",
        "not stable": "p < alpha, or a point beyond the limits where a stable series of this length has one with a "
                      "probability below 10%",
    } | made.conventions  # fmt: skip


def _limits_table(charts: tuple[Chart, ...]) -> ResultTable:
    rows = tuple(
        (chart.title, *_lines(chart), len(chart.signalled), "means of varying limits" if chart.varies else "")
        for chart in charts
    )
    columns = ("chart", "lower limit", "centre line", "upper limit", "points that signal", "note")
    return ResultTable("Control limits", columns, rows)


def _signals_table(charts: tuple[Chart, ...], groups: Subgroups) -> tuple[ResultTable, ...]:
    rows: list[tuple[Any, ...]] = []
    for chart in charts:
        for point in chart.signalled[:MOST_ROWS].tolist():
            head = (chart.title, point + 1, groups.label(point), float(chart.points[point]))
            rows += [(*head, rule.number, rule.text) for rule in chart.rules_at(point)]
    cut = any(len(chart.signalled) > MOST_ROWS for chart in charts)
    title = f"Signals (the first {MOST_ROWS} points)" if cut else "Signals"
    return (ResultTable(title, ("chart", "point", "label", "value", "rule", "what"), tuple(rows)),) if rows else ()


def _series(groups: Subgroups, location: Chart) -> dict[str, np.ndarray[Any, Any]]:
    return {
        "z": groups.by_row(location.z),
        "signal": groups.by_row((location.broken > 0).astype(np.float64)),
        "subgroup_mean": groups.by_row(location.points),
    }
