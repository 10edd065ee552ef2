"""RUN_TTEST against published results, its findings, and data it must refuse."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.result import Finding, Result

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]

# Student's sleep data (Biometrika 6, 1908), as in R's data set `sleep`.
DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
SLEEP: dict[str, list[Any]] = {"extra": DRUG_1 + DRUG_2, "drug": ["one"] * 10 + ["two"] * 10}
PAIRED = {"h1": DRUG_1, "h2": DRUG_2}


def with_moments(n: int, mean: float, sd: float, seed: int) -> list[float]:
    """A sample of exactly this mean and standard deviation."""
    raw = np.random.default_rng(seed).standard_normal(n)
    return list(mean + sd * (raw - raw.mean()) / raw.std(ddof=1))


def test_welch_agrees_with_r(answer: Answer) -> None:
    # R: t.test(extra ~ group, data = sleep)
    found = answer("RUN_TTEST response=extra group=drug", SLEEP)
    assert found.t == pytest.approx(-1.8608, abs=5e-5)
    assert found.df == pytest.approx(17.776, abs=5e-4)
    assert found.p_value == pytest.approx(0.07939, abs=5e-6)
    assert (found.ci_low, found.ci_high) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)
    assert found.values["mean_one"] == pytest.approx(0.75)
    assert found.values["mean_two"] == pytest.approx(2.33)
    assert found.decision == "not supported"


def test_pooled_agrees_with_r(answer: Answer) -> None:
    # R: t.test(extra ~ group, data = sleep, var.equal = TRUE)
    found = answer("RUN_TTEST response=extra group=drug equal_variances=true", SLEEP)
    assert (found.t, found.df) == pytest.approx((-1.8608, 18), abs=5e-5)
    assert found.p_value == pytest.approx(0.07919, abs=5e-6)
    assert (found.ci_low, found.ci_high) == pytest.approx((-3.363874, 0.203874), abs=5e-7)


def test_paired_agrees_with_r(answer: Answer) -> None:
    # R: t.test(sleep2$extra.1, sleep2$extra.2, paired = TRUE), with the sign of after minus before
    found = answer("RUN_TTEST before=h1 after=h2", PAIRED)
    assert (found.t, found.df) == pytest.approx((4.0621, 9), abs=5e-5)
    assert found.p_value == pytest.approx(0.002833, abs=5e-7)
    assert (found.ci_low, found.ci_high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert found.difference == pytest.approx(1.58)
    assert found.decision == "supported"


def test_hedges_g_agrees_with_effectsize(answer: Answer) -> None:
    # R package effectsize, hedges_g(extra ~ group, data = sleep): -0.80; cohens_d: -0.83
    found = answer("RUN_TTEST response=extra group=drug equal_variances=true", SLEEP)
    assert found.effect_size == pytest.approx(-0.80, abs=0.005)


def test_two_columns_are_two_samples(answer: Answer) -> None:
    wide = answer("RUN_TTEST response=[h1, h2]", PAIRED)
    long = answer("RUN_TTEST response=extra group=drug", SLEEP)
    assert (wide.t, wide.df, wide.p_value) == pytest.approx((long.t, long.df, long.p_value))
    assert set(wide.samples) == {"h1", "h2"}


def test_two_sample_agrees_with_nist_handbook(answer: Answer) -> None:
    # NIST/SEMATECH e-Handbook 1.3.5.3, AUTO83B.DAT: sizes, means, standard deviations; T and df
    us, japan = with_moments(249, 20.14458, 6.414700, 1), with_moments(79, 30.48101, 6.107710, 2)
    columns = {"mpg": us + japan, "origin": ["A"] * 249 + ["B"] * 79}
    pooled = answer("RUN_TTEST response=mpg group=origin equal_variances=true", columns)
    assert (pooled.t, pooled.df) == pytest.approx((-12.62059, 326), rel=1e-6)
    welch = answer("RUN_TTEST response=mpg group=origin", columns)
    assert (welch.t, welch.df) == pytest.approx((-12.94627, 136.8750), rel=1e-5)


def test_one_sample_agrees_with_nist_handbook(answer: Answer) -> None:
    # NIST/SEMATECH e-Handbook 1.3.5.2, ZARR13.DAT: n 195, mean 9.261460, sd 0.02278881; T 2611.284
    columns = {"y": with_moments(195, 9.261460, 0.02278881, 3)}
    found = answer("RUN_TTEST response=y mu=5", columns)
    assert found.t == pytest.approx(2611.284, rel=1e-6)
    assert (5 + found.ci_low, 5 + found.ci_high) == pytest.approx((9.258242, 9.264679), abs=1e-6)


@pytest.mark.reference
@pytest.mark.parametrize("name", ["Lew", "Lottery", "Mavro", "Michelso", "NumAcc2", "NumAcc4"])
def test_one_sample_rests_on_nist_moments(reference: Path, answer: Answer, name: str) -> None:
    text = (reference / "nist_strd" / f"{name}.dat").read_text()
    mean, sd = (float(re.findall(rf"{mark}:[^\d-]*(-?[\d.]+)", text)[0]) for mark in ("ybar", r"\bs"))
    values = [float(row) for row in text[text.rindex("---") + 3 :].split()]
    found = answer(f"RUN_TTEST response=y mu={mean - sd}", {"y": values})
    digits = 1e-7 if name == "NumAcc4" else 1e-9
    assert found.difference == pytest.approx(sd, rel=digits)
    assert found.standard_error == pytest.approx(sd / math.sqrt(len(values)), rel=digits)


def test_one_sided_halves_p_and_opens_the_interval(answer: Answer) -> None:
    both = answer("RUN_TTEST response=extra group=drug", SLEEP)
    greater = answer("RUN_TTEST response=extra group=drug first=two alternative=greater", SLEEP)
    assert greater.p_value == pytest.approx(both.p_value / 2)
    assert (greater.difference, greater.ci_high) == (pytest.approx(1.58), math.inf)
    assert greater.ci_low == pytest.approx(1.58 - 1.7345 * 0.849091, abs=2e-3)  # t(0.95; 17.776) from tables
    less = answer("RUN_TTEST response=extra group=drug first=two alternative=less", SLEEP)
    assert less.p_value == pytest.approx(1 - greater.p_value)
    assert less.ci_low == -math.inf


def test_alpha_moves_interval_and_decision(answer: Answer) -> None:
    strict = answer("RUN_TTEST response=extra group=drug ALPHA_0_10", SLEEP)
    assert strict.decision == "supported"
    assert strict.confidence_interval(0.9) == pytest.approx((strict.ci_low, strict.ci_high))
    low, high = strict.confidence_interval(0.99)
    assert low < strict.ci_low
    assert high > strict.ci_high


def test_filter_picks_two_of_three_levels(answer: Answer) -> None:
    columns = {"extra": [*SLEEP["extra"], 9.0, 9.5], "drug": [*SLEEP["drug"], "three", "three"]}
    found = answer('RUN_TTEST response=extra group=drug where=(drug in ["one", "two"])', columns)
    assert found.p_value == pytest.approx(0.07939, abs=5e-6)


def test_missing_values_are_left_out_and_noted(answer: Answer, finding: Find) -> None:
    columns = {"extra": [*SLEEP["extra"], None], "drug": [*SLEEP["drug"], "one"]}
    found = answer("RUN_TTEST response=extra group=drug", columns)
    assert found.values["n_one"] == 10
    assert finding(found, "missing values").statistic == pytest.approx(1 / 21)


def test_pairs_with_a_gap_are_left_out(answer: Answer) -> None:
    found = answer("RUN_TTEST before=h1 after=h2", {"h1": [*DRUG_1, None, 3.0], "h2": [*DRUG_2, 4.0, None]})
    assert found.t == pytest.approx(4.0621, abs=5e-5)


def test_skewed_sample_warns(answer: Answer, finding: Find) -> None:
    skewed = list(np.random.default_rng(7).lognormal(0, 1.2, 25))
    found = answer("RUN_TTEST response=y mu=1", {"y": skewed})
    assert finding(found, "normality").status == "warn"


def test_unequal_spreads_fail_the_pooled_test_only(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(2)
    columns = {"y": [*random.normal(0, 1, 30), *random.normal(0, 6, 30)], "g": ["a"] * 30 + ["b"] * 30}
    pooled = answer("RUN_TTEST response=y group=g equal_variances=true", columns)
    assert finding(pooled, "equal variances").status == "fail"
    assert finding(answer("RUN_TTEST response=y group=g", columns), "equal variances").status == "note"


def test_outlier_and_drift_warn(answer: Answer, finding: Find) -> None:
    values = [*np.random.default_rng(3).normal(10, 1, 30), 40.0]
    assert finding(answer("RUN_TTEST response=y mu=10", {"y": values}), "outliers").status == "warn"
    drift = list(np.arange(30) + np.random.default_rng(4).normal(0, 1, 30))
    assert finding(answer("RUN_TTEST response=y mu=10", {"y": drift}), "independence").status == "warn"


def test_well_behaved_data_pass(answer: Answer) -> None:
    random = np.random.default_rng(5)
    columns = {"y": [*random.normal(5, 1, 40), *random.normal(5.2, 1, 40)], "g": ["a"] * 40 + ["b"] * 40}
    assert {entry.status for entry in answer("RUN_TTEST response=y group=g", columns).findings} == {"pass"}


@pytest.mark.parametrize(
    ("command", "columns"),
    [
        ("RUN_TTEST response=y mu=3", {"y": [2.0, 2.0, None, 2.0]}),
        ("RUN_TTEST response=y group=g", {"y": [1.0, 2.0, 5.0], "g": ["a", "a", "b"]}),
        ("RUN_TTEST response=y group=g", {"y": [1.0, 1.0, 5.0, 5.0], "g": ["a", "a", "b", "b"]}),
        ("RUN_TTEST before=x after=y", {"x": [1.0, 2.0, 3.0], "y": [2.0, 3.0, 4.0]}),
        ("RUN_TTEST response=y group=g", {"y": [1.0, 2.0, 5.0, 4.0, 3.0, 1.0], "g": list("aabbcc")}),
    ],
)
def test_data_without_an_answer_are_refused(answer: Answer, command: str, columns: dict[str, list[Any]]) -> None:
    with pytest.raises(DataError):
        answer(command, columns)


@pytest.mark.parametrize(
    "command",
    ["RUN_TTEST response=extra", "RUN_TTEST response=extra group=drug mu=3", "RUN_TTEST response=extra before=extra"],
)
def test_no_form_is_refused(answer: Answer, command: str) -> None:
    with pytest.raises(CommandError, match="one sample"):
        answer(command, SLEEP)


def test_three_columns_are_refused(answer: Answer) -> None:
    with pytest.raises(CommandError, match="RUN_ANOVA"):
        answer("RUN_TTEST response=[a, b, c]", {"a": [1, 2.5], "b": [2, 3.5], "c": [3, 4.5]})


def test_unknown_first_level_is_refused(answer: Answer) -> None:
    with pytest.raises(CommandError, match="no level of the group: one, two"):
        answer("RUN_TTEST response=extra group=drug first=tow", SLEEP)


def test_braces_and_equal_slugs_do_not_break_the_sentence(answer: Answer) -> None:
    columns = {"y {mm}": SLEEP["extra"], "code": ["-1"] * 10 + ["1"] * 10}
    found = answer('RUN_TTEST response="y {mm}" group=code', columns)
    assert "y {{mm}}" in found.statement
    assert (found.values["mean_minus_1"], found.values["mean_1"]) == pytest.approx((0.75, 2.33))


def test_figure_shows_both_samples(answer: Answer) -> None:
    (ax,) = answer('RUN_TTEST response="extra (h)" group=drug', {**SLEEP, "extra (h)": SLEEP["extra"]}).figure().axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "two"]
    assert ax.get_xlabel() == "extra (h)"
