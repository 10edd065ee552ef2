"""Shared drawings: they show the data that they are given, and any text as it stands."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from scipy.special import ndtr

from havoc_pipeline.reports.canvas import MOST_POINTS, PALETTE, canvas, plain, thinned
from havoc_pipeline.reports.figures import (
    bars,
    bin_edges,
    draw_normal_band,
    group_plot,
    histogram,
    interval_plot,
    mean_reach,
    normal_scores,
    probability_plot,
    spread_sideways,
    stacked_bars,
)

VALUES = np.random.default_rng(1).normal(10, 2, 40)


def test_group_plot_shows_every_value_and_the_interval() -> None:
    figure = group_plot({"old": VALUES, "new": VALUES[:5]}, label="strength [MPa]", null=9.0)
    (ax,) = figure.axes
    drawn = [np.sort(line.get_xdata()) for line in ax.lines if line.get_marker() == "."]
    assert drawn[0] == pytest.approx(np.sort(VALUES))
    assert drawn[1] == pytest.approx(np.sort(VALUES[:5]))
    assert ax.get_xlabel() == "strength [MPa]"
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["held against 9", "mean with 95% confidence interval"]


def test_mean_reach_is_students() -> None:
    # t(0.975; 3) = 3.182446 from tables; sd of 1, 2, 3, 4 is 1.290994
    assert mean_reach(np.array([1.0, 2.0, 3.0, 4.0]), 0.05) == pytest.approx(3.182446 * 1.290994 / 2, rel=1e-6)
    assert mean_reach(np.array([1.0]), 0.05) == 0.0


@pytest.mark.parametrize("values", [np.array([3.0]), np.full(9, 2.0), np.full(400, 2.0), VALUES])
def test_sideways_offsets_stay_in_their_row(values: np.ndarray) -> None:
    offsets = spread_sideways(values)
    assert offsets.shape == values.shape
    assert np.abs(offsets).max() <= 0.31


def test_histogram_counts_all_values() -> None:
    figure = histogram(VALUES, label="x", marks={"LSL": 5.0, "USL": 15.0})
    ax: Any = figure.axes[1]
    assert sum(patch.get_height() for patch in ax.patches) == VALUES.size
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["normal curve", "LSL 5", "USL 15"]


@pytest.mark.parametrize(
    "values", [np.full(5, 3.0), np.array([2.0]), np.array([1e16, 1e16]), np.zeros(4), np.array([1.0, 1 + 4e-16])]
)
def test_histogram_of_equal_values(values: np.ndarray) -> None:
    ax: Any = histogram(values).axes[1]
    assert sum(patch.get_height() for patch in ax.patches) == values.size


def test_bins_are_of_use() -> None:
    assert 5 <= bin_edges(VALUES).size - 1 <= 60
    spiky = np.append(VALUES, 1e9)
    assert bin_edges(spiky).size - 1 == 60


def test_normal_scores_are_bloms() -> None:
    z, ordered = normal_scores(np.array([3.0, 1.0, 2.0]))
    assert list(ordered) == [1.0, 2.0, 3.0]
    # Blom: (1 - 3/8) / 3.25 = 0.1923, normal quantile -0.8694
    assert z == pytest.approx([-0.8694, 0.0, 0.8694], abs=5e-5)


def test_probability_plot_of_one_and_of_many() -> None:
    (ax,) = probability_plot({"x": VALUES}, label="x [mm]").axes
    assert len(ax.collections) == 1
    (ax,) = probability_plot({"a": VALUES, "b": VALUES + 1}).axes
    assert len(ax.collections) == 0
    assert len(ax.lines) == 4


def test_band_is_as_wide_as_lilliefors_limit() -> None:
    # Molin and Abdi (1998), table of the Lilliefors test: n = 30, 5 percent: 0.159
    _, (ax,) = canvas()
    draw_normal_band(ax, np.arange(30.0))
    corners = ax.collections[0].get_paths()[0].vertices
    middle = corners[np.abs(corners[:, 0] - 14.5) < 0.5]
    assert ndtr(middle[:, 1].max()) - 0.5 == pytest.approx(0.159, abs=0.025)
    assert 0.5 - ndtr(middle[:, 1].min()) == pytest.approx(0.159, abs=0.025)


def test_interval_plot_with_an_open_end() -> None:
    figure = interval_plot({"a": (1.2, 0.8, 2.0), "b": (2.0, 1.1, math.inf)}, reference=1.0, logarithmic=True)
    (ax,) = figure.axes
    assert ax.get_xscale() == "log"
    assert any(line.get_marker() == ">" for line in ax.lines)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_bars_and_stacked_bars() -> None:
    ax: Any
    (ax,) = bars({"a": 3.0, "b": 5.0}, reference=4.0, intervals={"a": (1.0, 5.0)}).axes
    assert [patch.get_width() for patch in ax.patches] == [3.0, 5.0]
    (ax,) = stacked_bars({"l1": {"ok": 80.0, "nok": 20.0}, "l2": {"ok": 60.0, "nok": 40.0}}).axes
    assert [patch.get_width() for patch in ax.patches] == [80.0, 60.0, 20.0, 40.0]
    assert ax.patches[2].get_x() == 80.0


@pytest.mark.parametrize("text", ["$5 and $6", r"\alpha_{x", "a" * 200, "Größe µ ², Δ", "50%"])
def test_any_text_can_be_drawn(text: str) -> None:
    figure = group_plot({text: VALUES, "b": VALUES}, label=text)
    figure.savefig(drawn := io.BytesIO(), format="png", dpi=20)
    assert drawn.getvalue().startswith(b"\x89PNG")
    assert any(plain(text)[:12] in label.get_text() for label in figure.findobj(Text))


def test_long_and_mathematical_text_is_tamed() -> None:
    assert plain("$x$") == r"\$x\$"
    assert len(plain("a" * 200)) == 60


def test_large_samples_are_thinned_to_their_order() -> None:
    values = np.random.default_rng(3).normal(size=10 * MOST_POINTS)
    few = thinned(values)
    assert few.size == MOST_POINTS
    assert (few[0], few[-1]) == (values.min(), values.max())
    assert np.median(few) == pytest.approx(np.median(values), abs=0.01)


def test_colours_differ() -> None:
    assert len(set(PALETTE)) == len(PALETTE) == 8
