"""Findings of EVALUATE_DOE: each is triggered, and stays quiet where nothing is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.tools.doe.defining_words import Fraction
from havoc_pipeline.tools.doe.minimum_aberration import best_fraction
from havoc_pipeline.tools.result import Finding, Result, ResultTable
from havoc_pipeline.tools.samples import Floats

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]


def columns(runs: Floats, names: str = "ABCDEFGHJK") -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in zip(names, runs.T, strict=False)}


def table(result: Result, title: str) -> ResultTable:
    return next(entry for entry in result.tables if entry.title.startswith(title))


FULL = Fraction(3).matrix()


def test_lost_run_costs_balance_and_orthogonality(answer: Answer, finding: Find) -> None:
    found = answer("EVALUATE_DOE factors=[A, B, C] model=linear", columns(FULL[:-1]))
    assert found.decision == "supported"
    assert finding(found, "balance").status == "warn"
    assert finding(found, "balance").statistic == pytest.approx(1 / 4)
    # each pair of columns: sum of products -1 in 7 runs with sums -1: r = (-1 - 1/7) / (7 - 1/7)
    assert found.max_correlation == pytest.approx(1 / 6)
    assert finding(found, "orthogonality").status == "note"
    assert finding(found, "resolution").statement.startswith("no regular fraction")


def test_slight_imbalance_is_a_note(answer: Answer, finding: Find) -> None:
    runs = np.vstack([np.tile(FULL, (5, 1)), FULL[:1]])
    assert finding(answer("EVALUATE_DOE factors=[A, B, C]", columns(runs)), "balance").status == "note"


def test_correlated_settings(answer: Answer, finding: Find) -> None:
    x = np.arange(20.0)
    noise = np.random.default_rng(1).uniform(-1, 1, 20)
    found = answer("EVALUATE_DOE factors=[A, B] model=linear", {"A": x.tolist(), "B": (x + 4 * noise).tolist()})
    r = float(np.corrcoef(x, x + 4 * noise)[0, 1])
    assert found.max_vif == pytest.approx(1 / (1 - r * r))
    assert 5 < found.max_vif < 10
    assert finding(found, "variance inflation").status == "warn"
    assert finding(found, "orthogonality").status == "warn"
    assert found.decision == "not supported"
    assert "only poorly" in found.statement


def test_severely_correlated_settings(answer: Answer, finding: Find) -> None:
    x = np.arange(20.0)
    y = x + np.random.default_rng(1).uniform(-1, 1, 20)
    found = answer("EVALUATE_DOE factors=[A, B] model=linear", {"A": x.tolist(), "B": y.tolist()})
    assert finding(found, "variance inflation").status == "fail"


def test_replication_and_degrees_of_freedom(answer: Answer, finding: Find) -> None:
    runs = np.vstack([FULL, FULL[:4], np.zeros((3, 3))])
    found = answer("EVALUATE_DOE factors=[A, B, C] model=interactions", columns(runs))
    assert (found.pure_error_df, found.lack_of_fit_df, found.error_df, found.center_points) == (6, 2, 8, 3)
    assert finding(found, "replication").status == "pass"
    assert finding(found, "curvature").status == "pass"
    assert table(found, "Degrees of freedom").rows == (
        ("model", 6), ("lack of fit", 2), ("pure error", 6), ("total", 14),
    )  # fmt: skip


def test_no_replication_and_no_centre_points(answer: Answer, finding: Find) -> None:
    found = answer("EVALUATE_DOE factors=[A, B, C]", columns(FULL))
    assert finding(found, "replication").status == "warn"
    assert finding(found, "curvature").status == "warn"
    few = answer("EVALUATE_DOE factors=[A, B, C]", columns(np.vstack([FULL, FULL[:1]])))
    assert finding(few, "replication").status == "note"


def test_categories_have_no_curvature_to_see(answer: Answer) -> None:
    data = {"A": ["x", "y", "x", "y"], "B": ["u", "u", "v", "v"]}
    assert "curvature" not in {f.check for f in answer("EVALUATE_DOE factors=[A, B]", data).findings}


def test_leverage(answer: Answer, finding: Find) -> None:
    saturated = answer("EVALUATE_DOE factors=[A, B, C]", columns(best_fraction(3, 4).matrix()))
    assert finding(saturated, "leverage").status == "warn"
    assert finding(answer("EVALUATE_DOE factors=[A, B, C] model=linear", columns(FULL)), "leverage").status == "pass"
    far = {"A": [1, 1, 1, 1, 2, 2, 2, 2, 10], "B": [1, 2, 1, 2, 1, 2, 1, 2, 1]}
    assert finding(answer("EVALUATE_DOE factors=[A, B] model=linear", far), "leverage").status == "note"
    alone = {"A": ["x"] * 5 + ["y"] * 4 + ["z"], "B": [1, 2, 1, 2, 1, 2, 1, 2, 1, 1]}
    found = answer("EVALUATE_DOE factors=[A, B] model=linear", alone)
    assert finding(found, "leverage").status == "warn"
    assert found.max_leverage == pytest.approx(1)


def test_power(answer: Answer, finding: Find) -> None:
    weak = answer("EVALUATE_DOE factors=[A, B, C] model=linear", columns(FULL))
    assert weak.power_2_sigma == pytest.approx(0.571609458, abs=5e-10)  # scipy.stats.nct 1.17
    assert finding(weak, "power").status == "warn"
    strong = answer("EVALUATE_DOE factors=[A, B, C]", columns(np.tile(FULL, (3, 1))))
    assert finding(strong, "power").status == "pass"
    assert strong.detectable_effect < 2


def test_response_gives_the_error_and_the_detectable_difference(answer: Answer, finding: Find) -> None:
    data = columns(np.tile(Fraction(2).matrix(), (2, 1)))
    y = [10.0, 12, 14, 16, 11, 13, 15, 17]
    found = answer("EVALUATE_DOE factors=[A, B] response=y", data | {"y": y})
    # four pairs that differ by 1: pure error variance 4 * 0.5 / 4
    assert found.values["sigma"] == pytest.approx(math.sqrt(0.5))
    assert found.values["sigma_df"] == 4
    assert found.values["detectable_difference"] == pytest.approx(math.sqrt(0.5) * found.detectable_effect)
    assert finding(found, "error of the response").status == "note"


def test_response_without_repeats_takes_the_residuals(answer: Answer, finding: Find) -> None:
    y = [3.0, 5, 4, 9, 8, 7, 12, 10]
    found = answer("EVALUATE_DOE factors=[A, B, C] model=linear response=y", columns(FULL) | {"y": y})
    x = np.column_stack([np.ones(8), FULL])
    rest = np.linalg.lstsq(x, np.array(y), rcond=None)[1][0]
    assert found.values["sigma"] == pytest.approx(math.sqrt(rest / 4))
    assert "residuals of the model" in finding(found, "error of the response").statement


def test_runs_without_a_result_do_not_enter(answer: Answer, finding: Find) -> None:
    y = [10.0, 12, 14, None, 11, 13, 15, 17]
    found = answer("EVALUATE_DOE factors=[A, B] response=y", columns(np.tile(Fraction(2).matrix(), (2, 1))) | {"y": y})
    assert found.runs == 7
    entry = finding(found, "error of the response")
    assert entry.status == "warn"
    assert "1 run without a value" in entry.statement


def test_response_without_any_error(answer: Answer, finding: Find) -> None:
    copied = answer("EVALUATE_DOE factors=[A, B] response=y", columns(np.tile(Fraction(2).matrix(), (2, 1)))
                    | {"y": [1.0, 2, 3, 5] * 2})  # fmt: skip
    assert "no error at all" in finding(copied, "error of the response").statement
    saturated = answer("EVALUATE_DOE factors=[A, B] model=interactions response=y",
                       columns(Fraction(2).matrix()) | {"y": [1.0, 2, 3, 5]})  # fmt: skip
    assert math.isnan(saturated.values["sigma"])
    assert finding(saturated, "error of the response").status == "warn"
