"""Every finding of CHECK_SPC on data that raise it, and every refusal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.result import Finding, Result
from havoc_pipeline.tools.spc.control_chart import ControlChart

Answer = Callable[[str, Mapping[str, Sequence[Any]]], ControlChart]
Find = Callable[[Result, str], Finding]


def normal(n: int, seed: int = 1) -> list[float]:
    return [round(v, 4) for v in np.random.default_rng(seed).normal(50, 2, n).tolist()]


def ar(n: int, phi: float, seed: int = 1) -> list[float]:
    shocks, values = np.random.default_rng(seed).normal(size=n), [0.0]
    for shock in shocks[1:]:
        values.append(phi * values[-1] + shock)
    return [round(v, 4) for v in values]


def test_signals_name_rule_points_and_labels(answer: Answer, finding: Find) -> None:
    columns: dict[str, list[Any]] = {"y": [*normal(24), 90.0], "t": [f"2024-03-{day:02d}" for day in range(1, 26)]}
    result = answer("CHECK_SPC value=y order=t", columns)
    found = finding(result, "out-of-control signal")
    assert found.status == "warn"
    assert "rule 1" in found.statement
    assert "25 (2024-03-25)" in found.statement
    assert "(2024-03-25)" in result.statement
    assert ("individuals", 25, "2024-03-25", 90.0) in [row[:4] for row in result.tables[1].rows]


def test_false_alarms_grow_with_length_and_rules(answer: Answer, finding: Find) -> None:
    values = normal(100)
    shares = [
        answer(f"CHECK_SPC value=y rules={rules}", {"y": values[:n]}).false_alarm_percent
        for rules, n in (("beyond_limits", 25), ("beyond_limits", 100), ("nelson", 100))
    ]
    assert shares == sorted(shares)
    assert shares[0] < 30 < shares[2]
    assert finding(answer("CHECK_SPC value=y", {"y": values}), "false alarms").status == "note"


@pytest.mark.parametrize(("n", "status"), [(12, "warn"), (22, "note"), (25, "pass")])
def test_number_of_points(answer: Answer, finding: Find, n: int, status: str) -> None:
    assert finding(answer("CHECK_SPC value=y", {"y": normal(n)}), "number of points").status == status


def test_autocorrelation(answer: Answer, finding: Find) -> None:
    up = finding(answer("CHECK_SPC value=y", {"y": ar(60, 0.8)}), "autocorrelation")
    assert up.status == "warn"
    assert up.statistic is not None
    assert up.statistic > 0.33
    down = finding(answer("CHECK_SPC value=y", {"y": ar(60, -0.8)}), "autocorrelation")
    assert "over-adjustment" in down.statement
    assert finding(answer("CHECK_SPC value=y", {"y": normal(60)}), "autocorrelation").status == "pass"
    assert finding(answer("CHECK_SPC value=y", {"y": normal(6)}), "autocorrelation").status == "note"


def test_normality_of_individuals(answer: Answer, finding: Find) -> None:
    skewed = np.random.default_rng(2).exponential(1, 60).round(4).tolist()
    assert finding(answer("CHECK_SPC value=y", {"y": skewed}), "normality").status == "warn"
    assert finding(answer("CHECK_SPC value=y", {"y": normal(60)}), "normality").status == "pass"
    assert finding(answer("CHECK_SPC value=y transform=box_cox", {"y": skewed}), "normality").status == "pass"


def test_coarse_readings(answer: Answer, finding: Find) -> None:
    coarse = np.round(np.random.default_rng(3).normal(10, 0.4, 60)).tolist()
    assert finding(answer("CHECK_SPC value=y", {"y": coarse}), "measurement resolution").status == "warn"
    assert finding(answer("CHECK_SPC value=y", {"y": normal(60)}), "measurement resolution").status == "pass"


def test_overdispersed_counts_point_to_laney(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(4)
    shares = np.clip(random.normal(0.1, 0.03, 30), 0.01, 1)
    columns = {"bad": random.binomial(5000, shares).tolist(), "n": [5000] * 30}
    result = answer("CHECK_SPC value=bad chart=p size=n", columns)
    found = finding(result, "overdispersion")
    assert found.status == "warn"
    assert "Laney" in found.mend
    assert result.sigma_z > 3
    calm = {"bad": random.binomial(500, 0.1, 30).tolist(), "n": [500] * 30}
    assert finding(answer("CHECK_SPC value=bad chart=p size=n", calm), "overdispersion").status == "pass"


def test_laney_ratio_agrees_with_its_definition(answer: Answer) -> None:
    bad, n = [12, 15, 8, 10, 4, 7], [50, 60, 40, 50, 30, 50]
    result = answer("CHECK_SPC value=bad chart=p size=n", {"bad": bad, "n": n})
    p = sum(bad) / sum(n)
    z = [(b / m - p) / (p * (1 - p) / m) ** 0.5 for b, m in zip(bad, n, strict=True)]
    assert result.sigma_z == pytest.approx(np.abs(np.diff(z)).mean() / 1.12838, rel=1e-5)  # Laney (2002)


def test_underdispersed_counts(answer: Answer, finding: Find) -> None:
    found = finding(answer("CHECK_SPC value=d chart=c", {"d": [9, 10, 9, 10, 10, 9] * 6}), "overdispersion")
    assert found.status == "warn"
    assert "vary less" in found.statement


def test_small_expected_counts(answer: Answer, finding: Find) -> None:
    few = np.random.default_rng(5).poisson(1.2, 40).tolist()
    assert finding(answer("CHECK_SPC value=d chart=c", {"d": few}), "expected counts").status == "warn"


def test_counts_that_are_not_whole(answer: Answer, finding: Find) -> None:
    found = finding(answer("CHECK_SPC value=d chart=c", {"d": [3.5, 4, 6, 2, 5, 4, 7, 3]}), "kind of data")
    assert found.status == "warn"


def test_rows_out_of_time(answer: Answer, finding: Find) -> None:
    days = [f"2024-03-{day:02d}" for day in range(30, 0, -1)]
    found = finding(answer("CHECK_SPC value=y", {"y": normal(30), "day made": days}), "time order")
    assert found.status == "warn"
    assert found.mend == 'add order="day made"'
    kept = answer('CHECK_SPC value=y order="day made"', {"y": normal(30), "day made": days})
    assert finding(kept, "time order").status == "pass"
    night = [f"{hour % 24:02d}:15" for hour in range(18, 48)]
    assert finding(answer("CHECK_SPC value=y", {"y": normal(30), "at": night}), "time order").status == "note"


def test_unequal_and_scattered_subgroups(answer: Answer, finding: Find) -> None:
    labels = ["a"] * 4 + ["b"] * 3 + ["c"] + ["a"] + ["d"] * 6
    result = answer("CHECK_SPC value=y subgroup=g", {"y": normal(15), "g": labels})
    assert "1 to 6 readings" in finding(result, "subgroup sizes").statement
    assert finding(result, "rational subgroups").status == "warn"
    low, high = result.charts[0].limits()
    assert (high - low) == pytest.approx(6 * result.sigma_within / np.sqrt([5, 3, 1, 6]))


def test_missing_values_are_counted(answer: Answer, finding: Find) -> None:
    assert (
        finding(answer("CHECK_SPC value=y", {"y": [*normal(20), None, None, None]}), "missing values").status == "warn"
    )


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("CHECK_SPC value=y chart=xbar_r", "needs subgroups"),
        ("CHECK_SPC value=y subgroup_size=3 chart=imr", "single readings"),
        ("CHECK_SPC value=y chart=p", "needs size="),
        ("CHECK_SPC value=y chart=u", "needs size="),
        ("CHECK_SPC value=y chart=imr size=20", "goes with chart=p"),
        ("CHECK_SPC value=y chart=c size=n", "use chart=u"),
        ("CHECK_SPC value=[y, n] chart=c", "y + n"),
        ("CHECK_SPC value=y sigma=0", "above 0"),
        ("CHECK_SPC value=y chart=p size=n mu=1.5", "between 0 and 1"),
        ("CHECK_SPC value=y chart=c mu=-1", "lies above 0"),
        ("CHECK_SPC value=y subgroup=g subgroup_size=2", "give one of them"),
    ],
)
def test_commands_that_do_not_fit(answer: Answer, command: str, says: str) -> None:
    columns: dict[str, list[Any]] = {"y": [3, 5, 2, 6, 4, 7], "n": [10, 12, 11, 10, 9, 10], "g": list("aabbcc")}
    with pytest.raises(CommandError, match=says.replace("+", r"\+")):
        answer(command, columns)


@pytest.mark.parametrize(
    ("command", "y", "says"),
    [
        ("CHECK_SPC value=y", [5.0], "at least 2"),
        ("CHECK_SPC value=y", [None, 5.0, None], "at least 2"),
        ("CHECK_SPC value=y subgroup_size=3", [1, 2, 3], "1 subgroup"),
        ("CHECK_SPC value=(y + 0)", [7.0] * 9, "does not vary"),
        ("CHECK_SPC value=y chart=c", [-1, 2, 3], "negative"),
        ("CHECK_SPC value=(y + 0) chart=c", [0, 0, 0], "gives no limits"),
        ("CHECK_SPC value=y chart=p size=4", [5, 2, 3], "more than there are items"),
        ("CHECK_SPC value=y chart=p size=50", [0.1, 0.24, 0.2], "holds shares"),
        ("CHECK_SPC value=y chart=p size=0", [1, 2, 3], "not above 0"),
        ("CHECK_SPC value=(y + 0) chart=p size=2", [2, 2, 2], "every item is defective"),
        ("CHECK_SPC value=y chart=c", [4], "at least 2"),
    ],
)
def test_data_that_give_no_chart(answer: Answer, command: str, y: list[float | None], says: str) -> None:
    with pytest.raises(DataError, match=says):
        answer(command, {"y": y})


@pytest.mark.parametrize("parameter", ["subgroup", "order"])
def test_an_earlier_result_is_no_subgroup_and_no_order(parameter: str) -> None:
    plan: list[Any] = parse_plan(f"CHECK_SPC value=y; CHECK_SPC value=y {parameter}=r1.z")
    with pytest.raises(CommandError, match=f"{parameter}= takes"):
        execute(plan, Table.from_columns({"y": normal(10)}))


def test_known_sigma_needs_no_moving_range(answer: Answer) -> None:
    result = answer("CHECK_SPC value=y sigma=1", {"y": [1.0, None, 2.0, None, 9.0]})
    assert result.signals_spread == 0
    assert result.charts[1].plotted == 0


def test_two_points_make_a_chart(answer: Answer) -> None:
    assert answer("CHECK_SPC value=y", {"y": [1.0, 2.0]}).points == 2
