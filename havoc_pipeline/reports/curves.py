"""Curves of mathematical expressions: with their roots, a place, or the area below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from havoc_pipeline.reports.canvas import BLUE, GREY, ORANGE, RED, SKY, canvas, key_below, plain
from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (BLUE, ORANGE, GREY)
MOST_NAMED = 6
"""Marks that the key names; more would only crowd it."""


def curve_plot(
    x: Floats,
    curves: Mapping[str, Floats],
    *,
    variable: str,
    marks: Sequence[tuple[float, float]] = (),
    area: tuple[float, float] | None = None,
) -> Figure:
    """Curves over one variable.

    Parameters
    ----------
    x : float array, shape (n,)
        Places on the horizontal axis.
    curves : mapping of str to float array, shape (n,)
        Heights by name; NaN where there are none.
    variable : str
        Name of the horizontal axis.
    marks : sequence of (x, y)
        Points to mark: roots, or a value.
    area : (low, high) or None
        Bounds between which the first curve is shaded down to zero.
    """
    figure, (ax,) = canvas()
    ax.axhline(0, color=GREY, linewidth=0.8)
    for colour, (name, heights) in zip(COLOURS, curves.items(), strict=False):
        ax.plot(x, within_sight(heights), color=colour, label=plain(name, 40))
    if area is not None:
        heights = within_sight(next(iter(curves.values())))
        inside = (x >= min(area)) & (x <= max(area)) & np.isfinite(heights)
        ax.fill_between(x, 0, heights, where=inside, color=SKY, alpha=0.4, label="area")
    for across, up in marks:
        few = len(marks) <= MOST_NAMED
        ax.plot(across, up, "o", color=RED, label=f"{variable} = {across:.6g}" if few else None)
    ax.set_xlabel(plain(variable))
    key_below(figure, ax)
    return figure


def within_sight(heights: Floats) -> Floats:
    """Heights without the spikes beside poles, so that the rest of the curve can be seen."""
    finite = heights[np.isfinite(heights)]
    if finite.size < 10:
        return heights
    low, high = np.quantile(finite, [0.02, 0.98])
    room = 3 * (high - low) + 1e-300
    return np.where((heights < low - room) | (heights > high + room), np.nan, heights)
