"""What chance alone signals: the p-value of a stable process is uniform, that of a changed one small."""

from collections.abc import Callable

import numpy as np
import pytest

from havoc_pipeline.tools.spc.chance import chance_of, count_draw
from havoc_pipeline.tools.spc.charts import rate_chart
from havoc_pipeline.tools.spc.rules import RuleSet
from havoc_pipeline.tools.spc.subgroups import Subgroups
from havoc_pipeline.tools.spc.variables import VariableChart, VariableCharts, variable_charts

Grouped = Callable[..., Subgroups]


def charted(groups: Subgroups, kind: VariableChart, rules: RuleSet) -> VariableCharts:
    return variable_charts(groups, kind, rules)


@pytest.mark.parametrize(
    ("kind", "rules", "size"), [("imr", "nelson", None), ("xbar_r", "western_electric", 4), ("xbar_s", "nelson_1_2", 9)]
)
def test_a_stable_process_falls_below_alpha_as_often_as_alpha_says(
    grouped: Grouped, kind: VariableChart, rules: RuleSet, size: int | None
) -> None:
    random = np.random.default_rng(12)
    found = [charted(grouped(random.normal(size=40 * (size or 1)), size=size), kind, rules).chance for _ in range(150)]
    values = np.array([chance.p_value for chance in found])
    assert (values < 0.10).mean() == pytest.approx(0.10, abs=0.06)
    assert (values < 0.05).mean() == pytest.approx(0.05, abs=0.045)
    signalled = np.mean(values < 1)
    assert signalled == pytest.approx(found[0].false_alarm, abs=0.10)


def test_the_same_data_give_the_same_chance(grouped: Grouped) -> None:
    values = np.random.default_rng(5).normal(size=60)
    first, second = (charted(grouped(values), "imr", "nelson").chance for _ in range(2))
    assert first == second


def test_a_shift_is_improbable(grouped: Grouped) -> None:
    values = np.random.default_rng(6).normal(size=60) + 2 * (np.arange(60) > 30)
    assert charted(grouped(values), "imr", "nelson_1_2").chance.p_value <= 0.005


def test_counts_signal_more_often_than_normal_points(grouped: Grouped) -> None:
    sizes = np.ones(30)
    chart = rate_chart(np.random.default_rng(7).poisson(1.5, 30).astype(float), sizes, "beyond_limits", per_unit=False)
    chance = chance_of((chart,), count_draw(sizes, 1.5, defectives=False, known=False), 30)
    # P(X > 1.5 + 3 sqrt(1.5)) = 0.0045 for a Poisson count, against 0.00135 for a normal one: 1 - (1 - 0.0045)^30.
    assert chance.false_alarm == pytest.approx(0.127, abs=0.05)


def test_huge_subgroups_stay_in_memory(grouped: Grouped) -> None:
    groups = grouped(np.random.default_rng(9).normal(size=400_000), size=100_000)
    found = charted(groups, "xbar_s", "nelson_1_2")
    assert found.chance.runs == 99
    assert found.chance.false_alarm < 0.2


def test_a_very_long_series_stays_quick_and_sees_a_far_point(grouped: Grouped) -> None:
    values = np.random.default_rng(8).normal(size=200_000)
    calm = charted(grouped(values), "imr", "beyond_limits").chance
    assert calm.p_value > 0.05
    values[1000] = 9
    assert charted(grouped(values), "imr", "beyond_limits").chance.p_value < 0.05
