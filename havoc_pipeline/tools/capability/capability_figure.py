"""The picture of a capability study: readings against limits, control chart, probability plot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from havoc_pipeline.reports.canvas import BLUE, GREEN, RED, SKY, canvas, key_below, plain
from havoc_pipeline.reports.figures import PERCENTS, bin_edges, draw_normal_band, normal_scores
from havoc_pipeline.tools.capability.indices import Specification
from havoc_pipeline.tools.samples import Floats
from havoc_pipeline.tools.spc.charts import Chart
from havoc_pipeline.tools.spc.control_figure import draw_chart, name_points
from havoc_pipeline.tools.spc.subgroups import Subgroups

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def capability_figure(
    groups: Subgroups, limits: Specification, sigmas: tuple[float, float], chart: Chart | None
) -> Figure:
    """Draw a capability study.

    Parameters
    ----------
    groups : Subgroups
    limits : Specification
    sigmas : pair of float
        Standard deviations within subgroups and overall.
    chart : Chart or None
        Control chart of location.
    """
    figure, axes = canvas(2, 2, width=10.0, height=7.0)
    top, plot, control, spare = axes
    draw_readings(top, groups.readings, limits, sigmas)
    top.set_xlabel(plain(groups.with_unit))
    key_below(figure, top, columns=6)
    _draw_probability(plot, groups.readings, groups.with_unit)
    if chart is not None:
        draw_chart(control, chart)
        control.set_ylabel(plain(chart.title))
        name_points(control, groups, most=5)
    _draw_spans(spare, groups.readings, limits, sigmas, groups.with_unit)
    return figure


def draw_readings(ax: Any, values: Floats, limits: Specification, sigmas: tuple[float, float]) -> None:
    """Histogram with specification limits, target and the normal curves within and overall."""
    edges = bin_edges(values)
    ax.hist(values, bins=edges, color=SKY, edgecolor="white")
    ax.set_ylabel("readings")
    x = np.linspace(values.min() - 2 * sigmas[1], values.max() + 2 * sigmas[1], 300)
    for sigma, style, name in ((sigmas[0], "--", "within"), (sigmas[1], "-", "overall")):
        density = np.exp(-0.5 * ((x - values.mean()) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
        ax.plot(x, density * values.size * (edges[1] - edges[0]), color=BLUE, linestyle=style, linewidth=1, label=name)
    for name, value in (("LSL", limits.lsl), ("USL", limits.usl), ("target", limits.target)):
        if value is not None:
            colour = GREEN if name == "target" else RED
            ax.axvline(value, color=colour, linestyle=":" if name == "target" else "-.", label=f"{name} {value:g}")


def _draw_probability(ax: Any, values: Floats, label: str) -> None:
    scores, ordered = normal_scores(values)
    ax.plot(ordered, scores, ".", color=BLUE)
    draw_normal_band(ax, values)
    ax.set_yticks(ndtri(np.array(PERCENTS) / 100), [f"{p:g}" for p in PERCENTS])
    ax.set_ylabel("percent below")
    ax.set_xlabel(plain(label))


def _draw_spans(ax: Any, values: Floats, limits: Specification, sigmas: tuple[float, float], label: str) -> None:
    """Six-sigma spans within and overall above the span that the specification allows."""
    mean = float(values.mean())
    for row, sigma in enumerate(sigmas):
        ax.errorbar(mean, row, xerr=3 * sigma, fmt="o", color=BLUE, capsize=6, linewidth=2)
    for value in (limits.lsl, limits.usl):
        if value is not None:
            ax.axvline(value, color=RED, linestyle="-.")
    ax.set_yticks((0, 1), ("within ±3 sigma", "overall ±3 sigma"))
    ax.set_ylim(1.6, -0.6)
    ax.set_xlabel(plain(label))
