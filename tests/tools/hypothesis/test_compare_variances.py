"""COMPARE_VARIANCES: its three forms, findings, and data it must refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.hypothesis.bonett import bonett_ratio, bonett_sd
from havoc_pipeline.tools.hypothesis.spreads import f_interval, sd_interval
from havoc_pipeline.tools.result import Finding, Result

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]
Columns = dict[str, list[Any]]

# NIST/SEMATECH e-Handbook, GEAR.DAT, batches 5, 6 and 9
FIVE = [0.998, 0.998, 0.982, 0.990, 1.002, 0.984, 0.996, 0.993, 0.980, 0.996]
SIX = [1.009, 1.013, 1.009, 0.997, 0.988, 1.002, 0.995, 0.998, 0.981, 0.996]
NINE = [1.002, 0.998, 0.996, 0.995, 0.996, 1.004, 1.004, 0.998, 0.999, 0.991]
GEAR: Columns = {"d [in]": FIVE + SIX + NINE, "batch": ["five"] * 10 + ["six"] * 10 + ["nine"] * 10}


def drawn(*sds: float, n: int = 30, seed: int = 1, level: float = 10.0) -> Columns:
    """Normal values of groups a, b, … with these standard deviations."""
    random = np.random.default_rng(seed)
    values = [list(random.normal(level, sd, n)) for sd in sds]
    return {"y": [v for part in values for v in part], "g": [m for m in "abcdefg"[: len(sds)] for _ in range(n)]}


def test_two_groups_agree_with_scipy(answer: Answer) -> None:
    stats = pytest.importorskip("scipy.stats")
    command = 'COMPARE_VARIANCES response="d [in]" group=batch where=(batch in ["five", "nine"])'
    theirs = stats.levene(FIVE, NINE, center="median")
    found = answer(command, GEAR)
    assert (found.statistic, found.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert found.ratio == pytest.approx(np.std(FIVE, ddof=1) / np.std(NINE, ddof=1))
    assert (found.ci_low, found.ci_high) == pytest.approx(bonett_ratio(np.array(FIVE), np.array(NINE), 0.05))
    for method, test in (("bartlett", stats.bartlett(FIVE, NINE)), ("levene", stats.levene(FIVE, NINE, center="mean"))):
        other = answer(f"{command} method={method}", GEAR)
        assert (other.statistic, other.p_value) == pytest.approx((test.statistic, test.pvalue))


def test_f_method_has_its_interval(answer: Answer) -> None:
    command = 'COMPARE_VARIANCES response="d [in]" group=batch method=f where=(batch in ["five", "nine"])'
    found = answer(command, GEAR)
    assert found.statistic == pytest.approx(np.var(FIVE, ddof=1) / np.var(NINE, ddof=1))
    expected = f_interval(np.array(FIVE), np.array(NINE), 0.05, "two-sided")
    assert (found.ci_low, found.ci_high) == pytest.approx(expected)
    assert (found.f_ci_low, found.f_ci_high) == pytest.approx(expected)
    assert found.variance_ratio == pytest.approx(found.ratio**2)
    assert found.confidence_interval(0.95) == pytest.approx(expected)


def test_three_groups(answer: Answer) -> None:
    stats = pytest.importorskip("scipy.stats")
    found = answer('COMPARE_VARIANCES response="d [in]" group=batch', GEAR)
    theirs = stats.levene(FIVE, SIX, NINE, center="median")
    assert (found.statistic, found.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (found.groups, found.df, found.df_second) == (3, 2, 27)
    assert found.ratio == pytest.approx(np.std(SIX, ddof=1) / np.std(NINE, ddof=1))
    expected = bonett_ratio(np.array(SIX), np.array(NINE), 0.05 / 3)
    assert (found.ci_low, found.ci_high) == pytest.approx(expected)
    assert found.confidence_interval(0.95) == pytest.approx(expected)
    pairs = found.tables[1].rows
    assert [row[0] for row in pairs] == ["five / nine", "five / six", "nine / six"]
    assert answer('COMPARE_VARIANCES response="d [in]" group=batch method=bartlett', GEAR).p_value == pytest.approx(
        stats.bartlett(FIVE, SIX, NINE).pvalue
    )


def test_columns_are_groups(answer: Answer) -> None:
    wide = answer("COMPARE_VARIANCES response=[five, six, nine]", {"five": FIVE, "six": SIX, "nine": NINE})
    long = answer('COMPARE_VARIANCES response="d [in]" group=batch', GEAR)
    assert wide.p_value == pytest.approx(long.p_value)
    two = answer("COMPARE_VARIANCES response=[nine, five]", {"five": FIVE, "nine": [*NINE[:-1], None]})
    assert list(two.samples) == ["nine", "five"]
    assert two.values["n_nine"] == 9


def test_direction_follows_first(answer: Answer) -> None:
    columns = drawn(1.0, 2.5)
    both = answer("COMPARE_VARIANCES response=y group=g", columns)
    right = answer("COMPARE_VARIANCES response=y group=g first=b alternative=greater", columns)
    wrong = answer("COMPARE_VARIANCES response=y group=g first=a alternative=greater", columns)
    assert right.p_value == pytest.approx(both.p_value / 2)
    assert right.ratio == pytest.approx(1 / both.ratio)
    assert (right.ci_low > 1, right.ci_high) == (True, math.inf)
    assert wrong.p_value == pytest.approx(1 - right.p_value)
    assert right.decision == "supported"
    assert wrong.decision == "not supported"
    by_f = answer("COMPARE_VARIANCES response=y group=g first=a alternative=less method=f", columns)
    assert by_f.p_value < 0.001


def test_one_sample_agrees_with_nist(answer: Answer) -> None:
    # Handbook 7.2.3: n = 10, s = 13.97 against 10: 17.56, above the upper 5 percent point 16.92
    raw = np.random.default_rng(1).standard_normal(10)
    values = 100 + 13.97 * (raw - raw.mean()) / raw.std(ddof=1)
    found = answer("COMPARE_VARIANCES response=y sigma=10 alternative=greater", {"y": list(values)})
    assert (found.chi2, found.df) == (pytest.approx(17.56, abs=0.01), 9)
    assert found.decision == "supported"
    assert found.ci_high == math.inf
    two = answer("COMPARE_VARIANCES response=y sigma=10", {"y": list(values)})
    assert two.p_value == pytest.approx(2 * found.p_value)
    assert (two.ci_low, two.ci_high) == pytest.approx(sd_interval(values, 0.05))
    assert (two.robust_ci_low, two.robust_ci_high) == pytest.approx(bonett_sd(values, 0.05))
    assert two.confidence_interval(0.9) == pytest.approx(sd_interval(values, 0.10))


def test_unit_and_names_stand_in_the_sentence(answer: Answer) -> None:
    found = answer('COMPARE_VARIANCES response="d {x} [mm]" sigma=1', {"d {x} [mm]": drawn(1.0)["y"]})
    assert "d {{x}}" in found.statement
    assert "{sd} mm" in found.statement


def test_non_normal_values_fail_only_the_normal_tests(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(3)
    columns = {"y": list(random.standard_t(2.5, 120)), "g": ["a", "b"] * 60}
    assert finding(answer("COMPARE_VARIANCES response=y group=g method=f", columns), "normality").status == "fail"
    assert (
        finding(answer("COMPARE_VARIANCES response=y group=g method=bartlett", columns), "normality").status == "fail"
    )
    assert finding(answer("COMPARE_VARIANCES response=y group=g", columns), "normality").status == "note"
    assert finding(answer("COMPARE_VARIANCES response=y sigma=1", columns), "normality").status == "fail"
    assert finding(answer("COMPARE_VARIANCES response=y group=g", drawn(1.0, 1.0)), "normality").status == "pass"


def test_tests_that_disagree_are_told(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(10)
    columns = {"y": [*random.normal(0, 1, 30), *random.normal(0, 1, 29), 7.0], "g": ["a"] * 30 + ["b"] * 30}
    by_f = answer("COMPARE_VARIANCES response=y group=g method=f", columns)
    assert finding(by_f, "sensitivity").status == "warn"
    assert finding(by_f, "outliers").status == "pass"
    assert [entry.status for entry in by_f.findings if entry.check == "outliers"] == ["pass", "warn"]
    assert finding(answer("COMPARE_VARIANCES response=y group=g", drawn(1.0, 4.0)), "sensitivity").status == "pass"


def test_robust_interval_that_disagrees_is_told(answer: Answer, finding: Find) -> None:
    values = list(np.random.default_rng(12).standard_t(2.2, 60))
    sd = float(np.std(values, ddof=1))
    found = answer(f"COMPARE_VARIANCES response=y sigma={sd / 1.25:.4f} alternative=greater", {"y": values})
    assert finding(found, "sensitivity").status == "warn"
    assert (
        finding(answer(f"COMPARE_VARIANCES response=y sigma={sd:.4f}", {"y": values}), "sensitivity").status == "pass"
    )
    few = answer("COMPARE_VARIANCES response=y sigma=1", {"y": [1.0, 2.0, 4.0]})
    assert finding(few, "sensitivity").status == "note"


def test_spread_that_grows_with_the_level(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(5)
    columns = {"y": [*random.lognormal(1, 0.3, 40), *random.lognormal(3, 0.3, 40)], "g": ["a"] * 40 + ["b"] * 40}
    found = answer("COMPARE_VARIANCES response=y group=g", columns)
    assert found.decision == "supported"
    assert finding(found, "spread follows level").status == "note"
    assert answer("COMPARE_VARIANCES response=y group=g transform=log", columns).decision == "not supported"


def test_small_samples_warn(answer: Answer, finding: Find) -> None:
    small = finding(answer("COMPARE_VARIANCES response=y group=g", drawn(1.0, 1.2, n=6)), "sample size")
    assert small.status == "warn"
    assert (
        finding(answer("COMPARE_VARIANCES response=y group=g", drawn(1.0, 1.2, n=60)), "sample size").status == "pass"
    )


def test_coarse_readings_and_drift_warn(answer: Answer, finding: Find) -> None:
    coarse = drawn(0.4, 0.4)
    coarse["y"] = [round(value) for value in coarse["y"]]
    assert finding(answer("COMPARE_VARIANCES response=y group=g", coarse), "resolution").status == "warn"
    drift = {"y": [0.1 * i + 0.01 * (i % 3) for i in range(60)], "g": ["a"] * 30 + ["b"] * 30}
    assert finding(answer("COMPARE_VARIANCES response=y group=g", drift), "independence").status == "warn"
    several = answer("COMPARE_VARIANCES response=y group=g", drawn(1.0, 1.0, 1.0))
    assert finding(several, "outliers").statement == "none of the 3 samples is in doubt"


@pytest.mark.parametrize(
    "command",
    [
        "COMPARE_VARIANCES response=y",
        "COMPARE_VARIANCES response=y group=g sigma=2",
        "COMPARE_VARIANCES response=y sigma=-1",
        "COMPARE_VARIANCES response=y sigma=1 method=f",
        "COMPARE_VARIANCES response=[y, z] group=g",
        "COMPARE_VARIANCES response=[y, z] first=a",
        "COMPARE_VARIANCES response=[y, y]",
        "COMPARE_VARIANCES response=y group=g method=f",
        "COMPARE_VARIANCES response=y group=g alternative=greater",
        "COMPARE_VARIANCES response=y group=g first=a",
        'COMPARE_VARIANCES response=y group=g method=bartlett alternative=less where=(g in ["a", "b"])',
        'COMPARE_VARIANCES response=y group=g first=q where=(g in ["a", "b"])',
    ],
)
def test_commands_that_do_not_fit_are_refused(answer: Answer, command: str) -> None:
    columns = drawn(1.0, 2.0, 3.0, n=8)
    with pytest.raises(CommandError):
        answer(command, columns | {"z": columns["y"]})


@pytest.mark.parametrize(
    ("values", "groups"),
    [([1.0, 2.0, 3.5], "aab"), ([1.0, 2.0, 5.0, 5.0], "aabb"), ([1.0, 2.0, None, None], "aabb")],
)
def test_data_without_an_answer_are_refused(answer: Answer, values: list[Any], groups: str) -> None:
    with pytest.raises(DataError):
        answer("COMPARE_VARIANCES response=y group=g", {"y": values, "g": list(groups)})


def test_first_level_without_values_is_refused(answer: Answer) -> None:
    columns = {"y": [1.0, 2.0, 4.0, 1.0, 3.0, 7.0, None], "g": list("aaabbbc")}
    with pytest.raises(DataError, match="no values"):
        answer("COMPARE_VARIANCES response=y group=g first=c", columns)


def test_equal_values_of_one_sample_are_refused(answer: Answer) -> None:
    with pytest.raises(DataError, match="equal"):
        answer('COMPARE_VARIANCES response=y sigma=1 where=(g == "a")', {"y": [2.5, 2.5, 3.0], "g": list("aab")})


def test_figures(answer: Answer) -> None:
    for command in ("group=g", "sigma=1"):
        (ax,) = answer(f"COMPARE_VARIANCES response=y {command}", drawn(1.0, 2.0)).figure().axes
        assert "standard deviation of y" in ax.get_xlabel()
    assert len(answer("COMPARE_VARIANCES response=y group=g", drawn(1, 2, 3)).figure().axes[0].get_yticks()) == 3
