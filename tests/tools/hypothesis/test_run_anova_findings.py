"""Every finding of a one-way RUN_ANOVA, on data made to trigger it."""

from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.samples import Floats

NORMAL = np.random.default_rng(4).normal(size=(4, 40))


def run(groups: dict[str, Floats], more: str = "") -> Any:
    rows = [(level, float(value)) for level, values in groups.items() for value in values]
    table = Table.from_columns({"y": [repr(v) for _, v in rows], "g": [level for level, _ in rows]})
    return run_plan(f"RUN_ANOVA response=y factor=g {more}", table)


def run_plan(text: str, table: Table) -> Any:
    plan = [step for step in parse_plan(text) if isinstance(step, Command)]
    return execute(plan, table)[0].result


def finding(result: Any, check: str) -> Any:
    return next(f for f in result.findings if f.check == check)


def test_clean_data_pass_everything() -> None:
    result = run({"a": NORMAL[0], "b": NORMAL[1] + 1, "c": NORMAL[2]})
    assert {f.status for f in result.findings} == {"pass"}


def test_unequal_variances_warn_when_welch_agrees() -> None:
    found = finding(run({"a": NORMAL[0], "b": 6 * NORMAL[1] + 40}), "equal variances")
    assert found.status == "warn"
    assert "same conclusion" in found.statement
    assert "method=welch" in found.mend


def test_unequal_variances_fail_when_welch_disagrees() -> None:
    # A small group of large spread beside large groups of small spread: the pooled F is far too sure.
    small = np.array([9.0, -7.0, 8.0, -3.0, 7.0])
    found = finding(run({"a": NORMAL[0], "b": NORMAL[1], "c": small}), "equal variances")
    assert found.status == "fail"
    assert "opposite conclusion" in found.statement


def test_welch_allows_unequal_variances() -> None:
    result = run({"a": NORMAL[0], "b": 6 * NORMAL[1] + 40}, "method=welch")
    assert finding(result, "equal variances").status == "note"
    assert "Games-Howell" in result.conventions["pairs"]


def test_skewed_residuals_warn() -> None:
    skewed = np.exp(2 * NORMAL[:, :9])
    assert finding(run({"a": skewed[0], "b": skewed[1], "c": skewed[2]}), "normality").status == "warn"


def test_outliers_warn() -> None:
    values = NORMAL.copy()
    values[0, 3] = 60
    assert finding(run({"a": values[0], "b": values[1]}), "outliers").status == "warn"


def test_drift_in_row_order_warns() -> None:
    drift = np.linspace(0, 6, 40)
    found = finding(run({"a": NORMAL[0] + drift, "b": NORMAL[1] + drift}), "independence")
    assert found.status == "warn"


def test_unbalanced_groups_are_noted_and_small_ones_warn() -> None:
    result = run({"a": NORMAL[0], "b": NORMAL[1][:20], "c": NORMAL[2][:1]})
    assert finding(result, "balance").status == "note"
    small = finding(result, "sample size")
    assert small.status == "warn"
    assert "c" in small.statement


def test_numbers_as_levels_are_noted() -> None:
    result = run({"10": NORMAL[0], "20": NORMAL[1], "30": NORMAL[2]})
    assert "FIT_REGRESSION" in finding(result, "coding").mend


@pytest.mark.parametrize(("shared", "status"), [(3.0, "warn"), (0.0, "pass")])
def test_columns_of_the_same_items_warn(shared: float, status: str) -> None:
    item = shared * np.random.default_rng(9).normal(size=40)
    columns = {f"c{k}": [repr(float(v)) for v in NORMAL[k] + item] for k in range(3)}
    result = run_plan("RUN_ANOVA response=[c0, c1, c2]", Table.from_columns(columns))
    assert finding(result, "independent columns").status == status


def test_many_groups_are_described_by_their_extremes() -> None:
    groups = {f"g{k}": np.random.default_rng(k).normal(size=8) for k in range(12)}
    assert "from" in finding(run(groups), "equal variances").statement
