"""Drawings that several tools share; each returns a `matplotlib.figure.Figure`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from havoc_pipeline.reports.canvas import (
    BLUE,
    GREY,
    ORANGE,
    PALETTE,
    RED,
    SKY,
    canvas,
    key_below,
    name_rows,
    plain,
    thinned,
)
from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PERCENTS = (0.1, 1, 5, 20, 50, 80, 95, 99, 99.9)
MOST_BINS = 60


def group_plot(
    samples: Mapping[str, Floats],
    *,
    label: str = "",
    grouping: str = "",
    null: float | None = None,
    alpha: float = 0.05,
) -> Figure:
    """Every value of every sample, with the mean and its confidence interval.

    Parameters
    ----------
    samples : mapping of str to float array
        Values by name, without NaN; at least one each.
    label : str
        What was measured, with its unit.
    grouping : str
        The column whose levels name the samples.
    null : float or None
        Value to draw as a dashed line.
    alpha : float
        Each mean's interval has level 1 - alpha.
    """
    figure, (ax,) = canvas(height=1.6 + 0.75 * len(samples))
    for row, values in enumerate(samples.values()):
        shown = thinned(values)
        ax.plot(shown, row + spread_sideways(shown), ".", color=SKY, markersize=5, alpha=0.75, zorder=1)
        reach = mean_reach(values, alpha)
        note = f"mean with {100 * (1 - alpha):g}% confidence interval" if row == 0 else None
        ax.errorbar(values.mean(), row, xerr=reach, fmt="o", color=RED, capsize=6, linewidth=2, zorder=3, label=note)
    mark_values(ax, {} if null is None else {"held against": null})
    name_rows(ax, list(samples))
    ax.set_xlabel(plain(label))
    ax.set_ylabel(plain(grouping, 28))
    key_below(figure, ax)
    return figure


def mean_reach(values: Floats, alpha: float) -> float:
    """Half the width of the t-interval of the mean; 0 for a single value."""
    if values.size < 2:
        return 0.0
    t = float(stdtrit(values.size - 1, 1 - alpha / 2))
    return t * float(values.std(ddof=1)) / math.sqrt(values.size)


def spread_sideways(values: Floats) -> Floats:
    """Offsets within ±0.3, shape (n,), wider where values lie dense; the same at every drawing."""
    if values.size < 2 or float(np.ptp(values)) == 0:
        steps = np.arange(values.size) - (values.size - 1) / 2
        return np.asarray(0.3 * steps / max(values.size, 10))
    counts, edges = np.histogram(values, bins=min(MOST_BINS, int(math.sqrt(values.size)) + 2))
    width = counts[np.clip(np.digitize(values, edges) - 1, 0, counts.size - 1)] / counts.max()
    golden = np.arange(values.size) * (math.sqrt(5) - 1) / 2 % 1 - 0.5
    return np.asarray(0.6 * golden * width * min(1.0, values.size / 8))


def histogram(
    values: Floats, *, label: str = "", normal: bool = True, marks: Mapping[str, float] | None = None
) -> Figure:
    """Histogram under a box plot, with the normal curve of the same mean and standard deviation.

    Parameters
    ----------
    values : float array, shape (n,)
        Without NaN.
    label : str
        What was measured, with its unit.
    normal : bool
        Whether to draw the curve.
    marks : mapping of str to float or None
        Named vertical lines: limits, targets.
    """
    figure, (top, ax) = canvas(2, 1, share_x=True, ratios=(1.0, 5.0))
    top.boxplot(thinned(values), orientation="horizontal", widths=0.6, medianprops={"color": RED})
    top.set_axis_off()
    draw_histogram(ax, values, normal=normal)
    mark_values(ax, marks or {})
    ax.set_xlabel(plain(label))
    key_below(figure, ax)
    return figure


def draw_histogram(ax: Any, values: Floats, *, normal: bool = True) -> None:
    """Bars of counts on `ax`, and the normal curve on the same scale."""
    edges = bin_edges(values)
    ax.hist(values, bins=edges, color=SKY, edgecolor="white")
    ax.set_ylabel("count")
    sd = float(values.std(ddof=1)) if values.size > 1 else 0.0
    if normal and sd > 0 and values.size >= 8:
        x = np.linspace(values.min() - sd, values.max() + sd, 200)
        density = np.exp(-0.5 * ((x - values.mean()) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
        ax.plot(x, density * values.size * (edges[1] - edges[0]), color=RED, label="normal curve")


def bin_edges(values: Floats) -> Floats:
    """Equal bins of width 2·IQR·n^(-1/3) (Freedman and Diaconis 1981), between 5 and 60 of them."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.array([low - 0.5, low + 0.5]) if abs(low) < 1e15 else np.array([low * 0.9, low * 1.1])
    quarters = np.percentile(values, [25, 75])
    width = 2 * float(quarters[1] - quarters[0]) * values.size ** (-1 / 3)
    wanted = (high - low) / width if width > 0 else math.sqrt(values.size)
    return np.unique(np.linspace(low, high, int(min(MOST_BINS, max(5, math.ceil(wanted)))) + 1))


def probability_plot(samples: Mapping[str, Floats], *, label: str = "") -> Figure:
    """Ordered values against normal percentages; a normal sample follows its line.

    Parameters
    ----------
    samples : mapping of str to float array
        At least two values each, not all equal; plotting positions (i - 3/8)/(n + 1/4).
    label : str
        What was measured, with its unit.

    References
    ----------
    Blom (1958), Statistical Estimates and Transformed Beta-Variables (positions); Lilliefors (1967),
    J. Am. Stat. Assoc. 62, 399-402, with Stephens (1974), J. Am. Stat. Assoc. 69, 730-737 (band).
    """
    figure, (ax,) = canvas(height=4.8)
    for number, (name, values) in enumerate(samples.items()):
        colour = PALETTE[number % len(PALETTE)]
        z, ordered = normal_scores(values)
        ax.plot(ordered, z, ".", color=colour, label=plain(name, 28) if len(samples) > 1 else "values")
        ends = np.array([z.min() - 0.3, z.max() + 0.3])
        ax.plot(values.mean() + values.std(ddof=1) * ends, ends, color=colour, linewidth=1)
    if len(samples) == 1:
        draw_normal_band(ax, values)
    ax.set_yticks(ndtri(np.array(PERCENTS) / 100), [f"{p:g}" for p in PERCENTS])
    ax.set_ylabel("percent below")
    ax.set_xlabel(plain(label))
    ax.grid(color="#E5E5E5")
    key_below(figure, ax, columns=4)
    return figure


def normal_scores(values: Floats) -> tuple[Floats, Floats]:
    """Normal scores and ordered values of `values` (shape (n,)), at most a few thousand of them."""
    position = thinned(np.arange(1.0, values.size + 1))
    ordered = np.sort(values)[position.astype(int) - 1]
    return np.asarray(ndtri((position - 0.375) / (values.size + 0.25))), ordered


def draw_normal_band(ax: Any, values: Floats) -> None:
    """Where all points of a normal sample lie in 95 of 100 samples (Lilliefors' limit)."""
    root = math.sqrt(values.size)
    reach = 0.895 / (root - 0.01 + 0.85 / root)
    z = np.linspace(-3.3, 3.3, 200)
    below, above = (np.clip(ndtr(z) + way * reach, 5e-4, 1 - 5e-4) for way in (-1, 1))
    x = values.mean() + values.std(ddof=1) * z
    ax.fill_between(x, ndtri(below), ndtri(above), color=SKY, alpha=0.2, linewidth=0, label="95% of normal samples")


def interval_plot(
    intervals: Mapping[str, tuple[float, float, float]],
    *,
    label: str = "",
    reference: float | None = None,
    logarithmic: bool = False,
    note: str = "estimate with confidence interval",
) -> Figure:
    """Estimates with their intervals, one below the other.

    Parameters
    ----------
    intervals : mapping of str to (estimate, low, high)
        An infinite end is drawn as an arrow.
    label : str
        What is estimated, with its unit.
    reference : float or None
        Value to draw as a dashed line: no effect, a requirement.
    logarithmic : bool
        Whether the scale is logarithmic, as suits ratios.
    note : str
        What the key says of the marks.
    """
    from matplotlib.ticker import LogLocator

    figure, (ax,) = canvas(height=1.6 + 0.5 * len(intervals))
    ends = np.array([v for entry in intervals.values() for v in entry if math.isfinite(v)])
    reach = float(np.ptp(ends)) if ends.size else 1.0
    for row, (estimate, low, high) in enumerate(intervals.values()):
        left, right = _drawn_end(low, ends.min() - 0.1 * reach), _drawn_end(high, ends.max() + 0.1 * reach)
        ax.plot([left, right], [row, row], color=BLUE, linewidth=2)
        for end, drawn, mark in ((low, left, "<"), (high, right, ">")):
            ax.plot(drawn, row, mark if math.isinf(end) else "|", color=BLUE, markersize=8)
        ax.plot(estimate, row, "o", color=RED, label=note if row == 0 else None)
    if logarithmic and ends.min() > 0:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter("")
    mark_values(ax, {} if reference is None else {"reference": reference})
    name_rows(ax, list(intervals))
    ax.set_xlabel(plain(label))
    key_below(figure, ax)
    return figure


def _drawn_end(value: float, edge: float) -> float:
    return value if math.isfinite(value) else edge


def bars(
    values: Mapping[str, float],
    *,
    label: str = "",
    reference: float | None = None,
    intervals: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Horizontal bars, one a name, with intervals where they are given and a line at `reference`."""
    figure, (ax,) = canvas(height=1.4 + 0.42 * len(values))
    draw_bars(ax, values)
    for row, name in enumerate(values):
        if intervals and name in intervals:
            low, high = intervals[name]
            ax.plot([low, high], [row, row], color="black", linewidth=1.5)
    mark_values(ax, {} if reference is None else {"expected": reference})
    ax.set_xlabel(plain(label))
    key_below(figure, ax)
    return figure


def draw_bars(ax: Any, values: Mapping[str, float]) -> None:
    """Horizontal bars on `ax`, from top to bottom."""
    ax.barh(range(len(values)), list(values.values()), color=SKY, height=0.7)
    name_rows(ax, list(values))
    ax.set_xlim(left=0)


def stacked_bars(shares: Mapping[str, Mapping[str, float]], *, label: str = "percent") -> Figure:
    """One bar of 100 percent a group, split by category.

    Parameters
    ----------
    shares : mapping of str to mapping of str to float
        Percentages by category, by group; every group has the same categories.
    label : str
        What the bars are shares of.
    """
    figure, (ax,) = canvas(height=1.6 + 0.5 * len(shares))
    categories = list(next(iter(shares.values())))
    start = np.zeros(len(shares))
    for number, category in enumerate(categories):
        width = np.array([share[category] for share in shares.values()])
        hatch = "" if number < len(PALETTE) else "//"
        ax.barh(range(len(shares)), width, left=start, height=0.7, color=PALETTE[number % len(PALETTE)],
                hatch=hatch, edgecolor="white", label=plain(category, 20))  # fmt: skip
        start = start + width
    name_rows(ax, list(shares))
    ax.set_xlabel(plain(label))
    ax.set_xlim(0, 100)
    key_below(figure, ax, columns=4)
    return figure


def mark_values(ax: Any, marks: Mapping[str, float]) -> None:
    """Dashed vertical lines on `ax`, each named in the key."""
    for number, (name, value) in enumerate(marks.items()):
        colour = (GREY, ORANGE, BLUE)[number % 3]
        ax.axvline(value, color=colour, linestyle="--", linewidth=1.5, label=f"{plain(name)} {value:g}")
