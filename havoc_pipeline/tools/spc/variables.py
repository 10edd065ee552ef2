"""The pair of charts for measurements: location and spread, with what chance does on them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.spc.chance import Chance, chance_of, variable_draw
from havoc_pipeline.tools.spc.charts import Chart, location_chart, spread_chart
from havoc_pipeline.tools.spc.rules import RuleSet
from havoc_pipeline.tools.spc.sigma import Method, Sigma, within_sigma
from havoc_pipeline.tools.spc.subgroups import Subgroups

VariableChart = Literal["imr", "xbar_r", "xbar_s"]
MOST_FOR_RANGES = 8
"""Largest subgroup for which ranges lose little against standard deviations (Minitab's advice)."""
SPREADS: Mapping[VariableChart, tuple[Method, str]] = {
    "imr": ("moving_range", "moving range"), "xbar_r": ("r_bar", "range"), "xbar_s": ("s_bar", "standard deviation")
}  # fmt: skip


@dataclass(frozen=True)
class VariableCharts:
    """Charts of measurements: location first, then spread."""

    kind: VariableChart
    sigma: Sigma
    charts: tuple[Chart, Chart]
    chance: Chance


def chosen_chart(groups: Subgroups) -> VariableChart:
    """The chart that `auto` stands for."""
    if groups.individual:
        return "imr"
    return "xbar_r" if int(groups.sizes.max()) <= MOST_FOR_RANGES else "xbar_s"


def variable_charts(
    groups: Subgroups, kind: VariableChart, rules: RuleSet, mu: float | None = None, sigma: float | None = None
) -> VariableCharts:
    """Chart measurements.

    Parameters
    ----------
    groups : Subgroups
    kind : {"imr", "xbar_r", "xbar_s"}
    rules : str
        Name of a rule set.
    mu, sigma : float, optional
        Known mean and standard deviation; estimated when left out.

    Raises
    ------
    CommandError
        When the chart does not fit the subgroups.
    DataError
        With fewer than two points, or no variation.
    """
    _fit(groups, kind)
    method, statistic = SPREADS[kind]
    spread = within_sigma(groups, method) if sigma is None else Sigma(sigma, math.inf, method)
    charts = (location_chart(groups, spread, rules, mu), spread_chart(groups, spread, rules, statistic))
    known = (mu is not None, sigma is not None)
    chance = chance_of(charts, variable_draw(groups, method, statistic, known), groups.readings.size)
    return VariableCharts(kind, spread, charts, chance)


def _fit(groups: Subgroups, kind: VariableChart) -> None:
    if kind == "imr" and not groups.individual:
        raise CommandError(
            f"chart=imr takes single readings, and these stand in subgroups of up to {int(groups.sizes.max())}; "
            "use chart=xbar_r or xbar_s, or leave the subgroups out"
        )
    if kind != "imr" and groups.individual:
        raise CommandError(
            f"chart={kind} needs subgroups: give subgroup=, subgroup_size= or value=[a, b], or use chart=imr"
        )
    if groups.count < 2:
        what = "value" if groups.individual else "subgroup"
        raise DataError(
            f"`{groups.name}` gives {groups.count} {what}, and a chart needs at least 2; check subgroup= and where="
        )
