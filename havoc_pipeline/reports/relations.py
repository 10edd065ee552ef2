"""Drawings of how one quantity goes with others: lines of means, scatter, fitted bands, residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.reports.canvas import BLUE, GREY, MOST_POINTS, ORANGE, PALETTE, RED, SKY, canvas, key_below, plain
from havoc_pipeline.reports.figures import normal_scores
from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
MOST_PANELS = 9


def interaction_plot(
    means: Floats, rows: Sequence[str], columns: Sequence[str], *, label: str, across: str, by: str
) -> Figure:
    """Cell means as one line a level of the second factor; parallel lines mean no interaction.

    Parameters
    ----------
    means : float array, shape (a, b)
        NaN for an empty cell.
    rows, columns : sequence of str
        Levels of the two factors.
    label, across, by : str
        What was measured, with its unit, and the names of the factors.
    """
    figure, (ax,) = canvas()
    for place, level in enumerate(columns):
        ax.plot(range(len(rows)), means[:, place], marker=MARKERS[place % len(MARKERS)],
                color=PALETTE[place % len(PALETTE)], label=plain(f"{by}: {level}", 28))  # fmt: skip
    ax.set_xticks(range(len(rows)), [plain(level, 20) for level in rows], rotation=30 if len(rows) > 7 else 0)
    ax.set_xlabel(plain(across))
    ax.set_ylabel(plain(f"mean of {label}"))
    key_below(figure, ax)
    return figure


def scatter_plots(x: Mapping[str, Floats], y: Floats, label: str) -> Figure:
    """`y` against each of at most nine columns, with the least-squares line.

    Parameters
    ----------
    x : mapping of str to float array, shape (n,)
        Columns by name, with unit; NaN is left out.
    y : float array, shape (n,)
    label : str
        What y is, with its unit.
    """
    shown = dict(list(x.items())[:MOST_PANELS])
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure, axes = canvas(down, across, width=1.5 + 3.6 * across, height=0.9 + 3.2 * down)
    for ax, (name, values) in zip(axes, shown.items(), strict=False):
        known = ~(np.isnan(values) | np.isnan(y))
        _points(ax, values[known], y[known])
        _line(ax, values[known], y[known])
        ax.set_xlabel(plain(name, 40))
        ax.set_ylabel(plain(label, 40))
    for ax in axes[len(shown) :]:
        ax.set_axis_off()
    return figure


def band_plot(
    points: tuple[Floats, Floats], curve: tuple[Floats, Floats], bands: Mapping[str, tuple[Floats, Floats]],
    names: tuple[str, str],
) -> Figure:  # fmt: skip
    """Points with a fitted curve and bands about it.

    Parameters
    ----------
    points : pair of float arrays, shape (n,)
    curve : pair of float arrays, shape (m,)
        Where the curve is drawn, and its height.
    bands : mapping of str to pair of float arrays, shape (m,)
        Lower and upper edge of each band, the widest first.
    names : pair of str
        Labels of x and y, with units.
    """
    figure, (ax,) = canvas()
    for (name, (low, high)), colour in zip(bands.items(), (SKY, ORANGE), strict=False):
        ax.fill_between(curve[0], low, high, color=colour, alpha=0.3, linewidth=0, label=name)
    _points(ax, *points)
    ax.plot(*curve, color=RED, linewidth=1.8, label="fitted")
    ax.set_xlabel(plain(names[0]))
    ax.set_ylabel(plain(names[1]))
    key_below(figure, ax)
    return figure


def residual_plots(fitted: Floats, residuals: Floats, label: str) -> Figure:
    """Residuals against fitted values, against normal scores, and in the order of the rows.

    Parameters
    ----------
    fitted, residuals : float array, shape (n,)
        Without NaN.
    label : str
        What was measured, with its unit.
    """
    figure, (left, middle, right) = canvas(1, 3, width=12.0, height=4.0)
    _points(left, fitted, residuals)
    left.set_xlabel(plain(f"fitted {label}", 40))
    scores, ordered = normal_scores(residuals)
    middle.plot(scores, ordered, ".", color=BLUE)
    middle.plot(scores[[0, -1]], residuals.std(ddof=1) * scores[[0, -1]], color=RED, linewidth=1.2)
    middle.set_xlabel("normal score")
    rows = np.arange(1.0, residuals.size + 1)
    _points(right, rows, residuals)
    right.set_xlabel("row in use")
    for ax in (left, right):
        ax.axhline(0, color=GREY, linewidth=1)
    for ax in (left, middle, right):
        ax.set_ylabel(plain(f"residual {label}", 40))
    return figure


def _points(ax: Any, x: Floats, y: Floats) -> None:
    pick = np.linspace(0, x.size - 1, min(x.size, MOST_POINTS)).round().astype(int)
    ax.plot(x[pick], y[pick], "o", color=BLUE, alpha=0.6, markersize=4, markeredgewidth=0)


def _line(ax: Any, x: Floats, y: Floats) -> None:
    centred = x - x.mean()
    total = float(centred @ centred)
    if total > 0:
        slope = float(centred @ (y - y.mean())) / total
        ends = np.array([x.min(), x.max()])
        ax.plot(ends, y.mean() + slope * (ends - x.mean()), color=RED, linewidth=1.5)
