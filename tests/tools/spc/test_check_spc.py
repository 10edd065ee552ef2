"""CHECK_SPC on published charts, and what it decides."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.spc.control_chart import ControlChart

Answer = Callable[[str, Mapping[str, Sequence[Any]]], ControlChart]

# NIST/SEMATECH e-Handbook, 6.3.2.2: UCL 55.8041, centre 50.81, LCL 45.8159.
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
# NIST/SEMATECH e-Handbook, 6.3.3.1: centre 16, limits 4 and 28; wafer 24 alone is out (wafer 3 lies on the limit).
DEFECTS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
# NIST/SEMATECH e-Handbook, 6.3.3.2 (Montgomery's orange juice cans): 50 inspected; 0.2313, limits 0.0524 and 0.4102.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def signalled(result: ControlChart, chart: str) -> list[tuple[int, int]]:
    """Point and rule of each signal on one chart."""
    return [(point, rule) for title, point, _, rule, _ in result.signalled() if title == chart]


def stable(n: int, seed: int = 1, level: float = 50.0) -> list[float]:
    return [round(v, 4) for v in np.random.default_rng(seed).normal(level, 2, n).tolist()]


def test_individuals_agree_with_nist(answer: Answer) -> None:
    result = answer("CHECK_SPC value=flow", {"flow": FLOW})
    assert result.chart == "imr"
    assert (result.lcl, result.center, result.ucl) == pytest.approx((45.8159, 50.81, 55.8041), abs=3e-3)
    assert result.ucl_spread == pytest.approx(3.2665 * 1.8778, abs=2e-3)  # D4 of two readings
    assert result.decision == "supported"
    assert result.signals == 0


def test_defects_agree_with_nist(answer: Answer) -> None:
    result = answer("CHECK_SPC value=defects chart=c", {"defects": DEFECTS})
    assert (result.lcl, result.center, result.ucl) == (4, 16, 28)
    assert signalled(result, "number of defects") == [(24, 1)]
    assert result.decision == "not supported"
    assert result.values["first_signal"] == 24


def test_proportions_agree_with_nist(answer: Answer) -> None:
    result = answer("CHECK_SPC value=bad chart=p size=50", {"bad": CANS})
    assert (result.lcl, result.center, result.ucl) == pytest.approx((0.0524, 0.2313, 0.4102), abs=5e-5)
    assert [p for p, rule in signalled(result, "proportion defective") if rule == 1] == [15, 23]
    assert result.decision == "not supported"


def test_number_defective_is_the_proportion_times_n(answer: Answer) -> None:
    p = answer("CHECK_SPC value=bad chart=p size=50", {"bad": CANS})
    np_ = answer("CHECK_SPC value=bad chart=np size=50", {"bad": CANS})
    assert (np_.lcl, np_.center, np_.ucl) == pytest.approx(tuple(50 * v for v in (p.lcl, p.center, p.ucl)))
    assert [s[1:] for s in np_.signalled()] == [s[1:] for s in p.signalled()]


def test_subgroups_by_hand(answer: Answer) -> None:
    rows = {"a": [1, 4, 2, 3], "b": [3, 6, 2, 5], "c": [5, 5, 5, 4]}
    result = answer("CHECK_SPC value=[a, b, c]", rows)
    mean, spread = np.mean(list(rows.values())), (4 + 2 + 3 + 2) / 4
    assert result.chart == "xbar_r"
    # A2 = 1.023, D3 = 0, D4 = 2.574 for three readings (Montgomery 2020, appendix VI).
    assert (result.lcl, result.ucl) == pytest.approx((mean - 1.023 * spread, mean + 1.023 * spread), abs=5e-4 * spread)
    assert (result.lcl_spread, result.ucl_spread) == pytest.approx((0, 2.574 * spread), rel=4e-4)
    s = answer("CHECK_SPC value=[a, b, c] chart=xbar_s", rows)
    sbar = np.mean([np.std(row, ddof=1) for row in zip(*rows.values(), strict=True)])
    # A3 = 1.954, B3 = 0, B4 = 2.568 (ibid.).
    assert (s.lcl, s.ucl) == pytest.approx((mean - 1.954 * sbar, mean + 1.954 * sbar), abs=5e-4 * sbar)
    assert (s.lcl_spread, s.ucl_spread) == pytest.approx((0, 2.568 * sbar), rel=3e-4)


def test_limits_vary_with_the_size(answer: Answer) -> None:
    counts, sizes = [6, 11, 9, 14, 5], [100.0, 150.0, 120.0, 200.0, 80.0]
    u = answer("CHECK_SPC value=d chart=u size=n", {"d": counts, "n": sizes})
    rate = sum(counts) / sum(sizes)
    low, high = u.charts[0].limits()
    assert high == pytest.approx([rate + 3 * math.sqrt(rate / n) for n in sizes])
    assert low == pytest.approx([max(0.0, rate - 3 * math.sqrt(rate / n)) for n in sizes])
    assert u.ucl == pytest.approx(high.mean())
    p = answer("CHECK_SPC value=d chart=p size=n", {"d": counts, "n": sizes})
    assert p.charts[0].limits()[1] == pytest.approx([rate + 3 * math.sqrt(rate * (1 - rate) / n) for n in sizes])


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [("", "imr"), ("subgroup_size=4", "xbar_r"), ("subgroup_size=8", "xbar_r"), ("subgroup_size=9", "xbar_s"),
     ("subgroup=day", "xbar_r"), ("size=200", "p"), ("size=5", "u")],
)  # fmt: skip
def test_auto(answer: Answer, parameters: str, kind: str) -> None:
    columns = {"y": np.random.default_rng(2).poisson(6, 72).tolist(), "day": [f"d{i // 4:02d}" for i in range(72)]}
    assert answer(f"CHECK_SPC value=y {parameters}", columns).chart == kind


def test_items_of_a_subgroup_are_counted(answer: Answer) -> None:
    random = np.random.default_rng(3)
    columns = {"bad": random.binomial(1, 0.2, 300).tolist(), "day": [f"d{i // 30:02d}" for i in range(300)]}
    result = answer("CHECK_SPC value=bad chart=p subgroup=day", columns)
    assert result.points == 10
    assert result.center == pytest.approx(np.mean(columns["bad"]))
    assert result.charts[0].points == pytest.approx(np.reshape(columns["bad"], (10, 30)).mean(axis=1))


def test_order_changes_the_chart(answer: Answer) -> None:
    values = stable(30)
    moved = np.random.default_rng(4).permutation(30)
    columns = {"y": [values[i] for i in moved], "run": [int(i) + 1 for i in moved]}
    sorted_, raw = answer("CHECK_SPC value=y order=run", columns), answer("CHECK_SPC value=y", {"y": values})
    assert sorted_.sigma_within == raw.sigma_within
    assert sorted_.sigma_within != answer("CHECK_SPC value=y", {"y": columns["y"]}).sigma_within
    assert sorted_.series["z"][list(moved).index(0)] == pytest.approx(raw.series["z"][0])


def test_known_mean_and_sigma(answer: Answer) -> None:
    result = answer("CHECK_SPC value=y subgroup_size=4 mu=40 sigma=2", {"y": stable(40)})
    assert (result.lcl, result.center, result.ucl) == pytest.approx((37, 40, 43))
    assert result.decision == "not supported"
    p = answer("CHECK_SPC value=bad chart=p size=50 mu=0.1", {"bad": CANS})
    assert p.center == pytest.approx(0.1)
    assert p.beyond_limits > 2


def test_series_go_to_a_later_command(answer: Answer) -> None:
    result = answer("CHECK_SPC value=y", {"y": [*stable(24), 80, None]})
    assert result.series["signal"][24] == 1
    assert np.isnan(result.series["signal"][25])
    assert np.nanargmax(result.series["z"]) == 24
    assert result.values["farthest_point"] == 25


def test_a_shift_is_not_stable_and_says_where(answer: Answer) -> None:
    values = [*stable(20), *stable(20, 2, 56)]
    result = answer("CHECK_SPC value=y rules=nelson", {"y": values})
    assert result.decision == "not supported"
    assert "not stable" in result.statement
    assert result.p_value < 0.05
    rules = {rule for _, rule in signalled(result, "individuals")}
    assert 2 in rules
    assert result.tables[1].rows[0][1] == result.values["first_signal"]


def test_pattern_that_chance_explains_is_inconclusive(answer: Answer) -> None:
    # Six rising points among forty stable ones: Nelson's test 3, which chance gives often.
    values = stable(40, 8)
    values[10:16] = [48.9, 49.2, 49.6, 50.1, 50.4, 50.8]
    values[9], values[16] = 49.5, 50.0
    result = answer("CHECK_SPC value=y rules=nelson", {"y": values})
    assert (16, 3) in signalled(result, "individuals")
    assert result.beyond_limits == 0
    assert result.decision == "inconclusive"
    assert result.p_value > 0.05
    assert "no more than chance" in result.statement


@pytest.mark.parametrize(
    ("command", "readings"), [("CHECK_SPC value=y", 50), ("CHECK_SPC value=y subgroup_size=5", 125)]
)
def test_stable_processes_are_seldom_called_unstable(answer: Answer, command: str, readings: int) -> None:
    decisions = [answer(command, {"y": stable(readings, seed)}).decision for seed in range(60)]
    assert decisions.count("not supported") <= 9  # 5% to 9% expected
    assert decisions.count("supported") >= 35


def test_drifts_and_outliers_are_found(answer: Answer) -> None:
    drift = np.linspace(0, 8, 40)
    found = [answer("CHECK_SPC value=y", {"y": (np.array(stable(40, s)) + drift).tolist()}) for s in range(20)]
    assert sum(result.decision == "not supported" for result in found) >= 18
    spike = [answer("CHECK_SPC value=y", {"y": [*stable(20, s), 62.0, *stable(19, s + 50)]}) for s in range(20)]
    assert sum(result.decision == "not supported" for result in spike) >= 18


def test_by_levels_each_have_their_chart() -> None:
    columns: dict[str, list[Any]] = {"y": [*stable(30), *stable(30, 2, 70)], "line": ["A"] * 30 + ["B"] * 30}
    parts = execute([parse_command("CHECK_SPC value=y by=line")], Table.from_columns(columns))
    assert [part.level for part in parts] == ["A", "B"]
    assert parts[1].result.values["center"] == pytest.approx(70, abs=1.5)


@pytest.mark.parametrize(
    "command", ["CHECK_SPC value=y", "CHECK_SPC value=y subgroup_size=5", "CHECK_SPC value=y chart=c"]
)
def test_figure(answer: Answer, command: str) -> None:
    figure = answer(command, {"y": np.random.default_rng(1).poisson(9, 40).tolist()}).figure()
    figure.canvas.draw()
    assert len(figure.axes) == (1 if command.endswith("c") else 2)
    assert all(ax.get_ylabel() for ax in figure.axes)
