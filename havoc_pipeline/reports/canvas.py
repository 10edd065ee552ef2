"""The sheet that every figure is drawn on: size, colours, text; no pyplot, no global state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from havoc_pipeline.tools.samples import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#7F7F7F"
PALETTE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY)
"""Okabe and Ito's colours, which readers with any common colour blindness can tell apart."""

MOST_POINTS = 1500
"""Points drawn of one sample; more only darken the page."""


def canvas(rows: int = 1, columns: int = 1, *, width: float = 7.0, height: float = 4.2,
           share_x: bool = False, ratios: tuple[float, ...] | None = None) -> tuple[Figure, list[Any]]:  # fmt: skip
    """A blank figure and its axes, row by row.

    Parameters
    ----------
    rows, columns : int
        Axes in the grid.
    width, height : float
        Of the whole figure, in inches.
    share_x : bool
        Whether the axes of one column share their scale.
    ratios : tuple of float or None
        Relative heights of the rows.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : list of matplotlib.axes.Axes
        `rows * columns` of them.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    heights = {"height_ratios": ratios} if ratios else {}
    grid = figure.subplots(rows, columns, squeeze=False, sharex="col" if share_x else False, gridspec_kw=heights)
    axes = list(grid.ravel())
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_axisbelow(True)
    return figure, axes


def plain(text: str, most: int = 60) -> str:
    """Text that is drawn as it stands: no mathematics between dollar signs, not longer than `most`."""
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return shown.replace("$", r"\$")


def name_rows(ax: Any, names: list[str]) -> None:
    """Write `names` from top to bottom on the vertical axis, one at each whole number."""
    ax.set_yticks(range(len(names)), [plain(name, 28) for name in names])
    ax.set_ylim(len(names) - 0.5, -0.5)


def key_below(figure: Figure, ax: Any, columns: int = 3) -> None:
    """Put the key under the figure, where it hides nothing."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False, fontsize="small")


def thinned(values: Floats, most: int = MOST_POINTS) -> Floats:
    """At most `most` of the values (shape (n,)), evenly through their order, both ends kept."""
    ordered = np.sort(values)
    if ordered.size <= most:
        return ordered
    return np.asarray(ordered[np.linspace(0, ordered.size - 1, most).round().astype(int)])
