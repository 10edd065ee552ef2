"""The picture of a control chart: points, centre line, limits, zones, signalled points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.reports.canvas import BLUE, GREEN, GREY, MOST_POINTS, RED, canvas, key_below, plain
from havoc_pipeline.tools.spc.charts import Chart
from havoc_pipeline.tools.spc.subgroups import Subgroups

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ZONES = ((2.0, ":"), (1.0, ":"))
MOST_NUMBERS = 25
"""Signals up to which each is marked with the numbers of its rules."""


def control_figure(charts: tuple[Chart, ...], groups: Subgroups, label: str) -> Figure:
    """Draw one or two control charts over each other.

    Parameters
    ----------
    charts : tuple of Chart
    groups : Subgroups
        Gives the points their labels.
    label : str
        What was measured, with its unit.
    """
    figure, axes = canvas(len(charts), 1, width=8.0, height=1.2 + 2.7 * len(charts), share_x=True)
    for ax, chart in zip(axes, charts, strict=True):
        draw_chart(ax, chart)
        ax.set_ylabel(plain(chart.title, 30))
    axes[0].set_title(plain(label), loc="left", fontsize="medium")
    name_points(axes[-1], groups)
    key_below(figure, axes[0], columns=4)
    return figure


def draw_chart(ax: Any, chart: Chart) -> None:
    """One chart on `ax`; of a long series the last points, and every signal within them."""
    shown = slice(max(0, chart.points.size - MOST_POINTS), None)
    x = np.arange(chart.points.size)[shown] + 1
    low, high = chart.limits()
    for reach, style in _ZONES:
        for edge in chart.limits(reach):
            ax.step(x, edge[shown], where="mid", color=GREY, linestyle=style, linewidth=0.6)
    ax.step(x, chart.centre[shown], where="mid", color=GREEN, linewidth=1.2, label="centre line")
    ax.step(x, high[shown], where="mid", color=RED, linestyle="--", linewidth=1.2, label="control limits")
    ax.step(x, low[shown], where="mid", color=RED, linestyle="--", linewidth=1.2)
    ax.plot(x, chart.points[shown], color=BLUE, marker="o", markersize=3, linewidth=0.8, label="points")
    out = chart.signalled[chart.signalled >= x[0] - 1]
    ax.plot(out + 1, chart.points[out], "s", color=RED, markersize=7, fillstyle="none", label="signals (rule number)")
    for point in out if out.size <= MOST_NUMBERS else ():
        numbers = ",".join(str(rule.number) for rule in chart.rules_at(point))
        above = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center"}
        ax.annotate(numbers, (point + 1, chart.points[point]), color=RED, fontsize="x-small", **above)
    _write_limits(ax, float(x[-1]), chart)


def _write_limits(ax: Any, x: float, chart: Chart) -> None:
    low, high = chart.limits()
    for value in (low[-1], chart.centre[-1], high[-1]):
        if np.isfinite(value):
            place = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(f"{value:.4g}", (x, value), fontsize="small", **place)


def name_points(ax: Any, groups: Subgroups, most: int = 8) -> None:
    """Labels of at most `most` points under the axis, or their numbers."""
    first = max(0, groups.count - MOST_POINTS)
    places = np.unique(np.linspace(first, groups.count - 1, most).round().astype(int))
    ax.set_xticks(places + 1, [plain(groups.label(int(place)), 12) or str(place + 1) for place in places])
    ax.set_xlabel("individual" if groups.individual else "subgroup")
