"""DESCRIBE over columns of every kind."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.errors import DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.registry import find_tool
from havoc_pipeline.tools.result import Finding, Result

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]

MIXED: dict[str, list[Any]] = {
    "run": [1, 2, 3, 4, 5, 6],
    "weight [g]": [9.5, 10.5, None, 10.0, 9.0, 11.0],
    "line": ["A", "B", "A", "A", "B", "A"],
    "fail": [0, 1, 0, 0, 1, 0],
    "day": [datetime.date(2024, 3, d) for d in (1, 2, 3, 5, 9, 10)],
    "site": ["X"] * 6,
    "note": [None] * 6,
}


def test_one_numeric_column(answer: Answer) -> None:
    found = answer('DESCRIBE columns="weight [g]"', MIXED)
    values = found.values
    assert (values["n"], values["missing"], values["mean"]) == (5, 1, 10.0)
    assert values["sd"] == pytest.approx(math.sqrt(0.625))
    assert values["se"] == pytest.approx(math.sqrt(0.125))
    # t(0.975; 4) = 2.776445 from tables
    assert (values["ci_low"], values["ci_high"]) == pytest.approx((10 - 0.981621, 10 + 0.981621), abs=1e-6)
    assert [values[k] for k in ("minimum", "q1", "median", "q3", "maximum")] == [9.0, 9.5, 10.0, 10.5, 11.0]
    assert values["cv_percent"] == pytest.approx(100 * math.sqrt(0.625) / 10)
    assert found.decision == "informative"
    assert "g (confidence interval" in found.statement


def test_every_column(answer: Answer) -> None:
    found = answer("DESCRIBE", MIXED)
    assert (found.n_columns, found.n_rows, found.missing_cells) == (7, 6, 7)
    assert found.values["mean_weight_g"] == 10.0
    assert found.values["share_line_a_percent"] == pytest.approx(100 * 4 / 6)
    assert found.values["share_fail_1_percent"] == pytest.approx(100 * 2 / 6)
    assert [table.title for table in found.tables] == [
        "Numeric columns", "Dates", "Other columns", "Counts of line", "Counts of fail",
    ]  # fmt: skip
    assert all(len(row) == len(table.columns) for table in found.tables for row in table.rows)
    others = {row[0]: row for row in found.tables[2].rows}
    assert set(others) == {"run", "site", "note"}
    assert "mean_run" not in found.values


def test_run_order_is_a_number_when_named(answer: Answer) -> None:
    assert answer("DESCRIBE columns=run", MIXED).values["mean"] == 3.5


def test_categories_and_dates(answer: Answer) -> None:
    line = answer("DESCRIBE columns=line", MIXED)
    assert (line.values["levels"], line.values["count_a"]) == (2, 4)
    assert "share_a_percent" in line.statement
    row = line.tables[0].rows[0]
    assert row[3:] == pytest.approx((29.999, 90.323), abs=5e-3)  # Wilson's interval of 4 in 6
    day = answer("DESCRIBE columns=day", MIXED)
    assert (day.values["span_days"], day.values["largest_gap_days"]) == (9, 4)
    assert day.tables[0].rows[0][3:5] == ("2024-03-01", "2024-03-10")


def test_quartile_conventions_are_named(answer: Answer) -> None:
    # Microsoft's page on QUARTILE.EXC
    data = {"x": [6, 7.5, 15, 36, 39, 40, 41, 42, 43, 47, 49]}
    found = answer("DESCRIBE columns=x quartiles=exclusive", data)
    assert (found.values["q1"], found.values["q3"]) == (15.0, 43.0)
    assert "Minitab" in found.conventions["quartiles"]
    assert "pandas" in answer("DESCRIBE columns=x", data).conventions["quartiles"]


@pytest.mark.reference
def test_a_file_is_summed_exactly(reference: Path, tmp_path: Path) -> None:
    # NIST NumAcc4 certifies sd 0.1 and mean 10000000.2; doubles alone reach 8 digits
    text = (reference / "nist_strd" / "NumAcc4.dat").read_text()
    rows = re.findall(r"^\s*(\d{8}\.\d)\s*$", text, flags=re.M)
    file = tmp_path / "numacc4.csv"
    file.write_text("y\n" + "\n".join(rows) + "\n")
    found = find_tool("DESCRIBE")(Table.read(file), columns=["y"])
    assert len(rows) == 1001
    assert (found.values["mean"], found.values["sd"]) == (10000000.2, 0.1)


def test_derived_columns_and_groups(answer: Answer) -> None:
    assert answer("DESCRIBE columns=(fail * 2)", MIXED).values["maximum"] == 2.0
    assert answer('DESCRIBE columns="weight [g]" by=line', MIXED).values["mean"] == pytest.approx(30.5 / 3)
    assert answer('DESCRIBE columns="weight [g]" where=(fail == 0)', MIXED).values["n"] == 3


def test_outliers_are_counted_and_warned_of(answer: Answer, finding: Find) -> None:
    values = [*np.random.default_rng(1).normal(10, 1, 30).round(2), 50.0]
    found = answer("DESCRIBE columns=y", {"y": values})
    assert found.values["outliers"] >= 1
    assert finding(found, "outliers").status == "warn"


def test_findings_of_doubtful_columns(answer: Answer, finding: Find) -> None:
    n = 40
    columns = {
        "op": ["Ann", "ann", "Bob", "Bob "] * 10,
        "gap": [None if i % 4 else 1.5 * i for i in range(n)],
        "skew": list(np.random.default_rng(2).lognormal(0, 1, n)),
        "drift": list(np.arange(n) + 0.5 * np.sin(np.arange(n))),
        "same": [3.5] * n,
    }
    found = answer("DESCRIBE", columns)
    assert finding(found, "spelling").status == "warn"
    assert finding(found, "missing values").status == "warn"
    assert "skew" in finding(found, "shape").statement
    assert finding(found, "independence").status == "warn"
    assert "`same`" in finding(found, "constant columns").statement


def test_small_and_degenerate_columns(answer: Answer, finding: Find) -> None:
    single = answer("DESCRIBE columns=y", {"y": [4.5, None]})
    assert single.values["mean"] == 4.5
    assert math.isnan(single.values["sd"])
    assert finding(single, "sample size").status == "note"
    equal = answer('DESCRIBE columns=y where=(g == "a")', {"y": [2.5, 2.5, 7.0], "g": ["a", "a", "b"]})
    assert (equal.values["sd"], equal.values["iqr"], equal.values["outliers"]) == (0.0, 0.0, 0)


def test_values_out_of_range_are_only_listed(answer: Answer) -> None:
    columns = {"y": [1e200, 2.5e200, 3e200], "x": [1.0, 2.5, 4.0]}
    assert answer("DESCRIBE columns=y", columns).tables[0].title == "Other columns"
    with pytest.raises(DataError, match="another unit"):
        answer("RUN_TTEST response=y mu=1", columns)


def test_no_rows_are_refused(answer: Answer) -> None:
    with pytest.raises(DataError, match="widen"):
        answer("DESCRIBE where=(run > 99)", MIXED)


@pytest.mark.parametrize("command", ["DESCRIBE", 'DESCRIBE columns="weight [g]"', "DESCRIBE columns=line"])
def test_figures(answer: Answer, command: str) -> None:
    figure = answer(command, MIXED).figure()
    assert any(ax.has_data() for ax in figure.axes)
    assert answer("DESCRIBE columns=day", MIXED).figure() is None


def test_braces_in_names(answer: Answer) -> None:
    found = answer('DESCRIBE columns="a {b}"', {"a {b}": ["x{", "y}", "x{"]})
    assert "a {{b}}" in found.statement
