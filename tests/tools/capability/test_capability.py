"""CAPABILITY: its numbers, what it decides, and every finding and refusal."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.capability.study import Capability
from havoc_pipeline.tools.result import Finding, Result
from havoc_pipeline.tools.spc.constants import c4

Answer = Callable[[str, Mapping[str, Sequence[Any]]], Capability]
Find = Callable[[Result, str], Finding]


def normal(n: int, seed: int = 1, level: float = 50, sd: float = 1) -> list[float]:
    return [round(v, 4) for v in np.random.default_rng(seed).normal(level, sd, n).tolist()]


def ar(n: int, phi: float, seed: int) -> list[float]:
    """A stationary AR(1) process around 50 with standard deviation 1."""
    shocks = np.random.default_rng(seed).normal(size=n)
    values = [float(shocks[0])]
    for shock in shocks[1:].tolist():
        values.append(phi * values[-1] + math.sqrt(1 - phi**2) * shock)
    return [round(50 + v, 4) for v in values]


def test_numbers_by_hand(answer: Answer) -> None:
    columns = {"a": [9, 11, 10, 12], "b": [11, 12, 8, 10], "c": [10, 13, 9, 11]}
    result = answer("CAPABILITY value=[a, b, c] lsl=4 usl=18 target=10", columns)
    rows = np.array(list(columns.values()), float).T
    pooled = math.sqrt(rows.var(axis=1, ddof=1).mean())
    assert result.sd_within == pytest.approx(pooled / c4(9))
    assert result.sd_overall == pytest.approx(rows.std(ddof=1))
    assert result.cpk == pytest.approx((rows.mean() - 4) / (3 * result.sd_within))
    assert result.ppl == pytest.approx((rows.mean() - 4) / (3 * result.sd_overall))
    assert result.cpm == pytest.approx(6 / (3 * math.sqrt(((rows - 10) ** 2).mean())))
    assert result.conventions["sigma within"].startswith("pooled")


@pytest.mark.parametrize(
    ("within", "size"), [("moving_range", ""), ("pooled", "subgroup_size=5"), ("r_bar", "subgroup_size=5")]
)
def test_auto_takes_pooled_or_moving_range(answer: Answer, within: str, size: str) -> None:
    columns = {"y": normal(50)}
    named = answer(f"CAPABILITY value=y usl=55 {size} within={within}", columns)
    auto = answer(f"CAPABILITY value=y usl=55 {size}", columns)
    assert (named.sd_within == auto.sd_within) == (within != "r_bar")


def test_decisions(answer: Answer) -> None:
    columns = {"y": normal(200)}
    capable = answer("CAPABILITY value=y lsl=44 usl=56", columns)
    assert capable.decision == "supported"
    assert capable.worst_low >= 1.33
    assert "is capable" in capable.statement
    poor = answer("CAPABILITY value=y lsl=47 usl=53", columns)
    assert poor.decision == "not supported"
    assert poor.worst_high < 1.33
    assert "is not capable" in poor.statement
    between = answer("CAPABILITY value=y lsl=45.9 usl=54.1", columns)
    assert between.decision == "inconclusive"
    assert between.worst_low < 1.33 <= between.worst_high
    assert "do not settle" in between.statement
    assert answer("CAPABILITY value=y lsl=45.9 usl=54.1 required=1", columns).decision == "supported"


def test_the_decision_rests_on_the_smaller_of_cpk_and_ppk(answer: Answer) -> None:
    result = answer("CAPABILITY value=y lsl=44 usl=56 subgroup_size=5", {"y": normal(100)})
    assert result.worst == min(result.cpk, result.ppk)
    assert result.worst_low in (result.cpk_low, result.ppk_low)


def test_confidence_interval_at_another_level(answer: Answer) -> None:
    result = answer("CAPABILITY value=y lsl=45 usl=55 target=50 alpha=0.1", {"y": normal(100)})
    assert result.confidence_interval("cpk", 0.9) == pytest.approx((result.cpk_low, result.cpk_high))
    assert result.confidence_interval("cpm", 0.9) == pytest.approx((result.cpm_low, result.cpm_high))
    low, high = result.confidence_interval("pp", 0.99)
    assert low < result.pp_low < result.pp < result.pp_high < high
    assert result.confidence_interval("ppu", 0.9)[0] < result.ppu
    with pytest.raises(CommandError, match="no index `cq`"):
        result.confidence_interval("cq")


@pytest.mark.parametrize(
    ("size", "index", "truth"), [("", "cpk", 1.5), ("subgroup_size=5", "cpk", 1.5), ("", "ppk", 1.5)]
)
def test_intervals_cover_as_often_as_they_say(answer: Answer, size: str, index: str, truth: float) -> None:
    hits = 0
    for seed in range(200):
        values = answer(f"CAPABILITY value=y lsl=45.5 usl=55 {size}", {"y": normal(60, seed)}).values
        hits += values[f"{index}_low"] <= truth <= values[f"{index}_high"]
    assert hits / 200 == pytest.approx(0.95, abs=0.05)


@pytest.mark.parametrize("size", ["", "subgroup_size=5"])
def test_autocorrelated_readings_are_never_called_capable(answer: Answer, finding: Find, size: str) -> None:
    # A checker in use gave Cpk 2.90 and passed every check on 60 points of AR(1) with phi = 0.8.
    for seed in range(100):
        result = answer(f"CAPABILITY value=y lsl=43.5 usl=56.5 {size}", {"y": ar(60, 0.8, seed)})
        assert result.decision == "inconclusive", seed
        assert any(f.status == "fail" for f in result.findings), seed
    assert "cannot be vouched for" in result.statement
    assert finding(result, "autocorrelation").status == "fail"


def test_stable_capable_processes_are_seldom_refused(answer: Answer) -> None:
    for command, size in (
        ("CAPABILITY value=y lsl=44 usl=56", 100),
        ("CAPABILITY value=y lsl=44 usl=56 subgroup_size=5", 125),
    ):
        decisions = [answer(command, {"y": normal(size, seed)}).decision for seed in range(60)]
        assert decisions.count("supported") >= 50  # about 93% expected


def test_unstable_process(answer: Answer, finding: Find) -> None:
    values = [*normal(40), *normal(40, 2, 53)]
    result = answer("CAPABILITY value=y lsl=40 usl=62", {"y": values})
    assert finding(result, "stability").status == "fail"
    assert result.decision == "inconclusive"
    assert "not stable" in result.statement
    assert finding(answer("CAPABILITY value=y usl=60", {"y": normal(100, 5)}), "stability").status == "pass"
    single = answer("CAPABILITY value=y usl=60 subgroup_size=30", {"y": normal(30)})
    assert finding(single, "stability").status == "warn"


def test_weak_and_negative_autocorrelation_only_warn(answer: Answer, finding: Find) -> None:
    weak = answer("CAPABILITY value=y usl=60", {"y": ar(1000, 0.12, 3)})
    assert finding(weak, "autocorrelation").status == "warn"
    sawtooth = answer("CAPABILITY value=y usl=60", {"y": ar(60, -0.6, 3)})
    assert finding(sawtooth, "autocorrelation").status == "warn"


def test_normality(answer: Answer, finding: Find) -> None:
    # Exponential readings with the limit at six means: Cpk above 1.33 would promise 30 ppm, and 2,479 are outside.
    skewed = [round(v, 4) for v in np.random.default_rng(1).exponential(1, 150).tolist()]
    result = answer("CAPABILITY value=y usl=6", {"y": skewed})
    found = finding(result, "normality")
    assert found.status == "fail"
    assert "box_cox" in found.mend
    assert result.decision == "inconclusive"
    mild = [round(v, 4) for v in np.random.default_rng(2).gamma(12, 1, 150).tolist()]
    assert finding(answer("CAPABILITY value=y usl=60", {"y": mild}), "normality").status == "warn"
    assert finding(answer("CAPABILITY value=y usl=60", {"y": normal(100)}), "normality").status == "pass"
    assert finding(answer("CAPABILITY value=y usl=60", {"y": normal(5)}), "normality").status == "note"


def test_transform_takes_the_limits_along(answer: Answer, finding: Find) -> None:
    skewed = [round(math.exp(v), 5) for v in np.random.default_rng(3).normal(1, 0.4, 150).tolist()]
    result = answer("CAPABILITY value=y lsl=0.3 usl=20 transform=log", {"y": skewed})
    assert (result.lsl, result.usl) == pytest.approx((math.log(0.3), math.log(20)))
    assert finding(result, "normality").status == "pass"


@pytest.mark.parametrize(("n", "status"), [(30, "warn"), (60, "note"), (100, "pass")])
def test_sample_size(answer: Answer, finding: Find, n: int, status: str) -> None:
    assert finding(answer("CAPABILITY value=y usl=60", {"y": normal(n)}), "sample size").status == status


def test_limits_that_make_no_sense(answer: Answer, finding: Find) -> None:
    outside = answer("CAPABILITY value=y lsl=0.4 usl=0.6", {"y": normal(60)})
    assert "unit" in finding(outside, "specification").mend
    assert outside.ppm_observed == 1e6
    assert outside.decision == "not supported"
    target = answer("CAPABILITY value=y lsl=45 usl=55 target=60", {"y": normal(60)})
    assert finding(target, "specification").status == "warn"
    assert target.cpm < 0


def test_coarse_readings(answer: Answer, finding: Find) -> None:
    coarse = np.round(np.random.default_rng(3).normal(10, 0.4, 60)).tolist()
    assert finding(answer("CAPABILITY value=y usl=15", {"y": coarse}), "measurement resolution").status == "warn"


def test_level_that_moves_between_subgroups(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(6)
    values = np.repeat(random.normal(50, 1, 30), 5) + random.normal(0, 1, 150)
    result = answer("CAPABILITY value=y usl=60 subgroup_size=5", {"y": values.round(4).tolist()})
    assert finding(result, "within and overall variation").status == "warn"
    assert result.ppk < result.cpk


def test_rows_out_of_time_and_order(answer: Answer, finding: Find) -> None:
    days = [f"2024-03-{day:02d}" for day in range(30, 0, -1)]
    columns: dict[str, list[Any]] = {"y": normal(30), "day": days}
    assert finding(answer("CAPABILITY value=y usl=60", columns), "time order").mend == "add order=day"
    assert finding(answer("CAPABILITY value=y usl=60 order=day", columns), "time order").status == "pass"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("CAPABILITY value=y", "give lsl=, usl= or both"),
        ("CAPABILITY value=y target=5", "give lsl=, usl= or both"),
        ("CAPABILITY value=y lsl=9 usl=3", "not below"),
        ("CAPABILITY value=y lsl=3 usl=3", "not below"),
        ("CAPABILITY value=y usl=3 required=0", "above 0"),
        ("CAPABILITY value=y lsl=0 usl=1e99", "does not exist"),
        ("CAPABILITY value=y usl=3 within=pooled", "use within=moving_range"),
        ("CAPABILITY value=y usl=3 subgroup_size=2 within=moving_range", "pooled, r_bar or s_bar"),
    ],
)
def test_commands_that_do_not_fit(answer: Answer, command: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        answer(command, {"y": [3, 5, 2, 6, 4, 7]})


@pytest.mark.parametrize(
    ("command", "y", "says"),
    [
        ("CAPABILITY value=y usl=9", [5.0], "at least 2"),
        ("CAPABILITY value=y usl=9", [None, 5.0, None], "at least 2"),
        ("CAPABILITY value=(y + 0) usl=9", [7.0] * 20, "does not vary"),
        ("CAPABILITY value=y usl=9 subgroup_size=2", [1, 1, 2, 2, 3, 3], "does not vary within"),
    ],
)
def test_data_that_give_no_index(answer: Answer, command: str, y: list[float | None], says: str) -> None:
    with pytest.raises(DataError, match=says):
        answer(command, {"y": y})


def test_far_from_zero(answer: Answer) -> None:
    values = normal(60)
    near = answer("CAPABILITY value=y lsl=45 usl=55", {"y": values})
    far = answer("CAPABILITY value=y lsl=1000045 usl=1000055", {"y": [round(1e6 + v, 4) for v in values]})
    assert far.cpk == pytest.approx(near.cpk, rel=1e-9)


@pytest.mark.parametrize(
    "command", ["CAPABILITY value=y lsl=44 usl=57 target=50", "CAPABILITY value=y usl=57 subgroup_size=5"]
)
def test_figure(answer: Answer, command: str) -> None:
    figure = answer(command, {"y": normal(60)}).figure()
    figure.canvas.draw()
    assert len(figure.axes) == 4
