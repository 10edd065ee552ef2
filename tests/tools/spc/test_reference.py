"""CHECK_SPC against JASP's own test suite (cases that its authors checked against Minitab)."""

import json
from pathlib import Path
from typing import Any

import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.tables import Table

pytestmark = pytest.mark.reference
FIVE = "[dm1, dm2, dm3, dm4, dm5]"


def case(reference: Path, analysis: str, title: str, data: str) -> dict[str, Any]:
    cases = json.loads((reference / "quality_control" / "cases.json").read_text(encoding="utf-8"))
    keys = ("analysis", "case", "data")
    return next(c for c in cases if [c[k] for k in keys] == [analysis, title, data])


def run(reference: Path, data: str, command: str) -> Any:
    table = Table.read(reference / "quality_control" / "data" / data)
    return execute([parse_command(command)], table)[0].result


def rules_of(result: Any, chart: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for title, point, _, rule, _ in result.signalled():
        if title == chart:
            found.setdefault(rule, []).append(point)
    return found


def columns(cells: list[Any], width: int) -> list[list[int]]:
    """Points of each column of a JASP table of `Point 3 (…)` cells that run row by row."""
    return [[int(str(c).split()[1]) for c in cells[i::width] if c != ""] for i in range(width)]


@pytest.mark.parametrize(
    "title", ["X-mR chart (verified with Minitab)", "Missing values in axis label (verified with Minitab)"]
)
def test_individuals(reference: Path, title: str) -> None:
    data = "variableChartsIndividualsDebug.csv"
    tables = case(reference, "variablesChartsIndividuals", title, data)["tables"]
    result = run(reference, data, "CHECK_SPC value=Yield rules=jasp")
    beyond, shift, increasing = columns(tables["Ichart_tableI"]["cells"], 3)
    assert rules_of(result, "individuals") == {1: beyond, 2: shift, 5: increasing}
    beyond, shift = columns(tables["Ichart_tableMR"]["cells"] + [""], 2)
    assert rules_of(result, "moving range") == {1: beyond, 2: shift}


@pytest.mark.parametrize(
    ("title", "data", "command", "spread"),
    [
        ("Basic tests > x-bar & s chart with known parameters (verified with Minitab)",
         "variableChartsSubgroupsLongFormatDebug.csv",
         "CHECK_SPC value=Diameter subgroup_size=5 chart=xbar_s mu=0 sigma=3 rules=jasp", "standard deviation"),
        ("Basic tests > x-bar & r chart with known parameters (verified with Minitab)",
         "variableChartsSubgroupsWideFormatDebug.csv",
         f"CHECK_SPC value={FIVE} chart=xbar_r mu=0 sigma=3 rules=jasp", "range"),
        ("Basic tests > x-bar & s chart with known parameters (verified with Minitab)",
         "variableChartsSubgroupsWideFormatDebug.csv",
         f"CHECK_SPC value={FIVE} chart=xbar_s mu=0 sigma=3 rules=jasp", "standard deviation"),
    ],
)  # fmt: skip
def test_subgroups_with_known_parameters(reference: Path, title: str, data: str, command: str, spread: str) -> None:
    tables = case(reference, "variablesChartsSubgroups", title, data)["tables"]
    result = run(reference, data, command)
    beyond, shift = columns(tables["controlCharts_xBarTable"]["cells"], 2)
    assert rules_of(result, "mean") == {1: beyond, 2: shift}
    assert rules_of(result, spread) == {2: columns(tables["controlCharts_secondTable"]["cells"], 1)[0]}


def test_all_eight_as_minitab_counts_them(reference: Path) -> None:
    data = "controlChartRulesRealDataExample1.csv"
    tables = case(reference, "variablesChartsSubgroups", "Real data example 1", data)["tables"]
    assert [t["cells"] for t in tables.values()] == [["No test violations occurred."]] * 2
    command = "CHECK_SPC value=data subgroup=samplingtime_1 chart=xbar_r mu=50 sigma=1 rules="
    assert run(reference, data, command + "minitab").signals == 0
    # Six points rise here, which is Nelson's own wording of test 3 and five steps in Minitab's count.
    assert rules_of(run(reference, data, command + "nelson"), "mean") == {3: [10]}


def test_defects(reference: Path) -> None:
    cells = case(reference, "attributesCharts", "Defects", "SPC_NP.csv")["tables"]["NelsonTable"]["cells"]
    result = run(reference, "SPC_NP.csv", "CHECK_SPC value=D chart=c size=Size rules=jasp")
    assert rules_of(result, "number of defects") == {1: cells}
