"""Drawings that results share: matplotlib's object interface, colours safe for the colour-blind.

Colours are those of Okabe and Ito (2008), Color Universal Design.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri, stdtrit

from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#6E6E6E"
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
MOST_POINTS = 5000
"""Points drawn at most; of more, an even sample is shown."""


def panels(rows: int = 1, columns: int = 1, *, width: float = 7.0, height: float = 4.5) -> tuple[Figure, list[Any]]:
    """A figure with a grid of axes without top and right frame; sizes in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = [figure.add_subplot(rows, columns, place + 1) for place in range(rows * columns)]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def group_plot(
    samples: Mapping[str, Floats],
    *,
    null: float | None = None,
    label: str = "value",
    alpha: float = 0.05,
) -> Figure:
    """Every value of each group beside its mean and the mean's confidence interval.

    Parameters
    ----------
    samples : mapping of str to float array
        Values by group; NaN is left out.
    null : float, optional
        A value to mark with a line.
    label : str
        What the values are, with their unit.
    alpha : float
        The intervals have level 1 - alpha.
    """
    figure, (axis,) = panels(width=max(5.0, min(14.0, 2.0 + 1.1 * len(samples))))
    for place, values in enumerate(samples.values()):
        known = values[~np.isnan(values)]
        shown = thinned(known)
        aside = place + 0.12 + 0.22 * _spread_out(shown.size)
        axis.plot(aside, shown, "o", color=BLUE, alpha=0.45, markersize=4, markeredgewidth=0)
        _mean_and_interval(axis, place, known, alpha)
    if null is not None:
        axis.axhline(null, color=RED, linestyle="--", linewidth=1.2, label=f"{null:g}")
        axis.legend(frameon=False)
    axis.set_xticks(range(len(samples)), list(samples), rotation=30 if len(samples) > 6 else 0)
    axis.set_xlim(-0.5, len(samples) - 0.4)
    axis.set_ylabel(label)
    return figure


def _mean_and_interval(axis: Any, place: int, values: Floats, alpha: float) -> None:
    if values.size == 0:
        return
    reach = 0.0
    if values.size > 1:
        error = values.std(ddof=1) / np.sqrt(values.size)
        reach = float(stdtrit(values.size - 1, 1 - alpha / 2)) * float(error)
    axis.errorbar(place, values.mean(), yerr=reach, fmt="D", color=RED, capsize=5, markersize=6)


def _spread_out(count: int) -> Floats:
    """Even places in [0, 1] in a fixed scrambled order, so that points do not overlap."""
    return np.asarray(np.modf(np.arange(count) * 0.6180339887498949)[0], dtype=np.float64)


def thinned(values: Floats) -> Floats:
    """At most `MOST_POINTS` of the values (or rows), evenly picked."""
    if len(values) <= MOST_POINTS:
        return values
    return values[np.linspace(0, len(values) - 1, MOST_POINTS).astype(np.intp)]


def interaction_plot(
    means: Floats, rows: Sequence[str], columns: Sequence[str], *, label: str, across: str, by: str
) -> Figure:
    """Cell means as one line a level of the second factor.

    Parameters
    ----------
    means : float array, shape (a, b)
        NaN for an empty cell.
    rows, columns : sequence of str
        Levels of the two factors.
    label, across, by : str
        What the means are, and the names of the factors.
    """
    figure, (axis,) = panels()
    for place, level in enumerate(columns):
        axis.plot(range(len(rows)), means[:, place], marker=MARKERS[place % len(MARKERS)],
                  color=PALETTE[place % len(PALETTE)], label=level)  # fmt: skip
    axis.set_xticks(range(len(rows)), list(rows))
    axis.set_xlabel(across)
    axis.set_ylabel(f"mean {label}")
    axis.legend(title=by, frameon=False)
    return figure


def scatter_plots(x: Mapping[str, Floats], y: Floats, label: str) -> Figure:
    """`y` against each of at most nine columns, each with its least-squares line."""
    shown = dict(list(x.items())[:9])
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure, axes = panels(down, across, width=2.0 + 3.5 * across, height=1.0 + 3.2 * down)
    for axis, (name, values) in zip(axes, shown.items(), strict=True):
        known = ~(np.isnan(values) | np.isnan(y))
        points = thinned(np.column_stack([values[known], y[known]]))
        axis.plot(points[:, 0], points[:, 1], "o", color=BLUE, alpha=0.5, markersize=4)
        _line(axis, values[known], y[known])
        axis.set_xlabel(name)
        axis.set_ylabel(label)
    return figure


def _line(axis: Any, x: Floats, y: Floats) -> None:
    centred = x - x.mean()
    total = float(centred @ centred)
    if total > 0:
        slope = float(centred @ (y - y.mean())) / total
        ends = np.array([x.min(), x.max()])
        axis.plot(ends, y.mean() + slope * (ends - x.mean()), color=RED, linewidth=1.5)


def band_plot(
    points: tuple[Floats, Floats],
    grid: Floats,
    curve: Floats,
    bands: Mapping[str, tuple[Floats, Floats]],
    names: tuple[str, str],
) -> Figure:
    """Points with a fitted curve and bands about it.

    Parameters
    ----------
    points : pair of float arrays, shape (n,)
    grid, curve : float array, shape (m,)
        The curve's x and y.
    bands : mapping of str to pair of float arrays, shape (m,)
        Lower and upper edge of each band.
    names : pair of str
        Labels of x and y, with units.
    """
    figure, (axis,) = panels()
    shown = thinned(np.column_stack(points))
    axis.plot(shown[:, 0], shown[:, 1], "o", color=BLUE, alpha=0.6, markersize=4)
    axis.plot(grid, curve, color=RED, linewidth=1.8, label="fitted")
    for (name, (low, high)), color in zip(bands.items(), (ORANGE, SKY), strict=False):
        axis.fill_between(grid, low, high, color=color, alpha=0.25, label=name)
    axis.set_xlabel(names[0])
    axis.set_ylabel(names[1])
    axis.legend(frameon=False)
    return figure


def residual_plots(fitted: Floats, residuals: Floats, label: str) -> Figure:
    """Residuals against fitted values, on normal paper, and in order of the rows."""
    figure, (left, middle, right) = panels(1, 3, width=12.0, height=4.0)
    points = thinned(np.column_stack([fitted, residuals]))
    left.plot(points[:, 0], points[:, 1], "o", color=BLUE, alpha=0.6, markersize=4)
    left.set_xlabel(f"fitted {label}")
    ordered = np.sort(residuals)
    places = ndtri((np.arange(1, ordered.size + 1) - 0.375) / (ordered.size + 0.25))
    points = thinned(np.column_stack([places, ordered]))
    middle.plot(points[:, 0], points[:, 1], "o", color=BLUE, alpha=0.6, markersize=4)
    middle.plot(places[[0, -1]], ordered.std() * places[[0, -1]], color=RED, linewidth=1.2)
    middle.set_xlabel("normal quantile")
    points = thinned(np.column_stack([np.arange(1.0, residuals.size + 1), residuals]))
    right.plot(points[:, 0], points[:, 1], "-o", color=BLUE, alpha=0.6, markersize=3, linewidth=0.7)
    right.set_xlabel("row in use")
    for axis in (left, right):
        axis.axhline(0, color=GREY, linewidth=1)
    for axis in (left, middle, right):
        axis.set_ylabel(f"residual {label}")
    return figure
