"""Drawings of designs: the runs in the factors' space, and a map of correlations between terms."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.reports.canvas import BLUE, GREY, ORANGE, canvas, key_below, plain
from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEPTH = np.array([0.45, 0.35])
"""How far the third axis goes right and up on paper for one unit."""
MOST_NAMES = 40


def point_plot(runs: Floats, names: Sequence[str]) -> Figure:
    """Runs of two or three factors; a number beside a point says how often it is run.

    Parameters
    ----------
    runs : float array, shape (n, 2) or (n, 3)
        Coded settings.
    names : sequence of str
    """
    figure, (ax,) = canvas(width=6.0, height=5.0)
    different, counts = np.unique(np.round(runs, 6), axis=0, return_counts=True)
    _draw_edges(ax, runs.shape[1])
    flat = _flat(different)
    outside = np.abs(different).max(axis=1) > 1 + 1e-9
    for chosen, colour, label in ((~outside, BLUE, "run"), (outside, ORANGE, "run beyond the low and high settings")):
        if chosen.any():
            ax.plot(*flat[chosen].T, "o", color=colour, markersize=10, label=label, zorder=3)
    for (x, y), count in zip(flat, counts, strict=True):
        if count > 1:
            ax.annotate(f"×{count}", (x, y), xytext=(7, 7), textcoords="offset points", zorder=4)
    _name_axes(ax, names)
    key_below(figure, ax)
    return figure


def _flat(points: Floats) -> Floats:
    """Points on paper: the third axis runs obliquely into the page."""
    if points.shape[1] == 2:
        return points
    return np.asarray(points[:, :2] + points[:, 2:] * DEPTH, dtype=np.float64)


def _draw_edges(ax: Any, factors: int) -> None:
    corners = np.array(list(product((-1.0, 1.0), repeat=factors)))
    for place, a in enumerate(corners):
        for b in corners[place + 1 :]:
            if np.abs(a - b).sum() == 2:
                ax.plot(*_flat(np.array([a, b])).T, color=GREY, linewidth=1, zorder=1)


def _name_axes(ax: Any, names: Sequence[str]) -> None:
    ax.set_aspect("equal")
    ax.set_xlabel(plain(f"{names[0]} (coded)"))
    ax.set_ylabel(plain(f"{names[1]} (coded)"))
    ticks = [-1, 0, 1]
    if len(names) == 3:
        shift = -DEPTH
        ax.set_xticks([t + shift[0] for t in ticks], [str(t) for t in ticks])
        ax.set_yticks([t + shift[1] for t in ticks], [str(t) for t in ticks])
        ax.annotate(plain(f"{names[2]} (coded)"), 1.05 * np.array([1.0, -1.0]), color=GREY, rotation=38, va="center")
    else:
        ax.set_xticks(ticks)
        ax.set_yticks(ticks)


def correlation_map(correlations: Floats, names: Sequence[str]) -> Figure:
    """Absolute correlations between coded terms: white is none, dark is aliased.

    Parameters
    ----------
    correlations : float array, shape (m, m)
        NaN where a term does not vary.
    names : sequence of str
        Of the m terms.
    """
    size = min(11.0, max(5.0, 1.8 + 0.24 * len(names)))
    figure, (ax,) = canvas(width=size + 0.8, height=size)
    image = ax.imshow(np.abs(np.nan_to_num(correlations)), vmin=0, vmax=1, cmap="Blues", interpolation="nearest")
    step = -(-len(names) // MOST_NAMES)
    places = range(0, len(names), step)
    labels = [plain(names[place], 18) for place in places]
    ax.set_xticks(places, labels, rotation=90, fontsize="x-small")
    ax.set_yticks(places, labels, fontsize="x-small")
    figure.colorbar(image, ax=ax, label="absolute correlation of the coded terms", shrink=0.8)
    return figure
