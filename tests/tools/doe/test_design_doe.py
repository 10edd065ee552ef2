"""DESIGN_DOE as a user writes it: values, sentence, tables, findings, run sheet, errors."""

from __future__ import annotations

import csv
import math
import string
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.errors import CommandError, TableError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.doe.design_doe import design_doe
from havoc_pipeline.tools.doe.experiment_design import ExperimentDesign
from havoc_pipeline.tools.result import Finding, Result, ResultTable

Find = Callable[[Result, str], Finding]
NAMED = 'factors=["Temperature", "Pressure", "Time", "Speed", "Feed"]'


def design(parameters: str) -> ExperimentDesign:
    result = execute([parse_command(f"DESIGN_DOE {parameters}")], None)[0].result
    assert isinstance(result, ExperimentDesign)
    named = {name for _, name, _, _ in string.Formatter().parse(result.statement) if name is not None}
    assert named <= set(result.values)
    return result


def table(result: Result, title: str) -> ResultTable:
    return next(entry for entry in result.tables if entry.title.startswith(title))


def test_half_fraction_with_centre_points() -> None:
    found = design(f"{NAMED} design=fractional runs=16 center_points=3")
    assert (found.factors, found.runs, found.center_points, found.resolution) == (5, 19, 3, 5)
    assert found.generators == "E=ABCD"
    assert found.names == ("Temperature", "Pressure", "Time", "Speed", "Feed")
    assert found.decision == "informative"
    # |X'X| of 16 terms: 19 runs for the mean, 16 for every other term
    assert found.d_efficiency == pytest.approx(100 / 19 * (19 * 16.0**15) ** (1 / 16))


def test_both_orders_hold_the_same_runs() -> None:
    found = design("factors=3 center_points=2 seed=7")
    by_run, standard = table(found, "Design in run order"), table(found, "Design in standard order")
    assert [row[0] for row in by_run.rows] == list(range(1, 11))
    assert [row[1] for row in standard.rows] == list(range(1, 11))
    assert sorted(by_run.rows) == sorted(standard.rows)
    assert standard.columns == ("run", "standard order", "point", "A", "B", "C")
    assert standard.rows[0][2:] == ("corner", -1, -1, -1)


def test_the_seed_settles_the_order() -> None:
    first, again, other = design("factors=4 seed=11"), design("factors=4 seed=11"), design("factors=4 seed=12")
    assert first.run_order.tolist() == again.run_order.tolist()
    assert first.run_order.tolist() != other.run_order.tolist()
    assert sorted(first.run_order.tolist()) == list(range(16))
    assert first.seed == 11


def test_random_order_is_that_of_the_documented_generator() -> None:
    import random

    numbers = random.Random(5)
    keys = [numbers.random() for _ in range(8)]
    assert design("factors=3 seed=5").run_order.tolist() == sorted(range(8), key=keys.__getitem__)


def test_aliases_are_written_with_the_factors_names() -> None:
    found = design('factors=["Hot", "Wet", "Fast", "New", "Big", "Red"] runs=16')
    assert dict(table(found, "Aliases").rows)["Hot·Wet"] == "Fast·Big"
    assert table(found, "Defining relation").rows == ((4, 3, "ABCE, ADEF, BCDF"),)
    assert table(found, "Factors").rows[4] == ("E", "Big", "-1, 1")


def test_generators_as_asked_with_a_sign() -> None:
    found = design('factors=4 generators="D=-ABC"')
    assert (found.matrix.prod(axis=1) == -1).all()
    assert dict(table(found, "Aliases").rows)["A·B"] == "- C·D"
    assert found.conventions["generators"] == "as given"


def test_convention_of_a_design_that_was_not_named_is_stated() -> None:
    assert "full factorial" in design("factors=4").conventions["choice of design"]
    assert "resolution IV" in design("factors=8").conventions["choice of design"]
    assert "choice of design" not in design("factors=4 design=full").conventions


def test_central_composite_states_its_distance() -> None:
    found = design("factors=3 design=central_composite")
    assert found.axial_distance == pytest.approx(8**0.25)
    assert found.runs == 20
    assert "fourth root" in found.conventions["axial distance"]
    assert "beyond low and high" in found.next_step
    assert math.isnan(design("factors=3").axial_distance)
    assert design("factors=3 axial=1.633").axial_distance == 1.633


def test_names_given_alone_and_mixed_levels() -> None:
    found = design('factors=["a", "b"] levels=[3, 4]')
    assert found.runs == 12
    assert found.layout.model == "quadratic"
    assert design('factors=["a", "b", "c"] levels=3').runs == 27


def test_power_is_that_of_the_weakest_main_effect() -> None:
    # noncentral t on 4 degrees of freedom, shifted by sqrt(8): scipy.stats.nct 1.17 gives 0.571609458
    assert design("factors=3").power_2_sigma == pytest.approx(0.571609458, abs=5e-10)
    assert design("factors=3 ALPHA_0_01").power_2_sigma < 0.3
    assert design("factors=3 replicates=4").detectable_effect < design("factors=3").detectable_effect


@pytest.mark.parametrize(
    ("parameters", "check", "status"),
    [
        ("factors=7 runs=8", "resolution", "warn"),
        ("factors=7", "resolution", "note"),
        ("factors=5", "resolution", "pass"),
        ("factors=3", "resolution", "pass"),
        ("factors=7 runs=8", "aliasing", "warn"),
        ("factors=7", "aliasing", "note"),
        ("factors=5", "aliasing", "pass"),
        ("factors=7", "balance", "pass"),
        ("factors=7", "orthogonality", "pass"),
        ("factors=3 design=box_behnken", "orthogonality", "note"),
        ("factors=3", "replication", "warn"),
        ("factors=3 center_points=2", "replication", "note"),
        ("factors=3 center_points=5", "replication", "pass"),
        ("factors=3", "curvature", "warn"),
        ("factors=3 center_points=3", "curvature", "pass"),
        ("factors=3 levels=3", "curvature", "pass"),
        ("factors=3", "power", "warn"),
        ("factors=3 replicates=3", "power", "pass"),
        ("factors=3 runs=4", "power", "warn"),
        ("factors=3 design=central_composite", "axial points", "pass"),
        ("factors=3 axial=face_centered", "axial points", "note"),
        ("factors=4 design=box_behnken", "blocks", "note"),
        ("factors=3 design=box_behnken", "blocks", "note"),
        ("factors=3", "run order", "note"),
    ],
)
def test_findings(parameters: str, check: str, status: str, finding: Find) -> None:
    found = finding(design(parameters), check)
    assert found.status == status
    assert found.reference
    assert found.mend or status == "pass" or check in ("orthogonality", "blocks", "axial points")


def test_saturated_design_says_so(finding: Find) -> None:
    found = design("factors=3 runs=4")
    assert math.isnan(found.power_2_sigma)
    assert "no degrees of freedom at all" in finding(found, "replication").statement


def test_blocks_are_a_column_of_the_sheet(finding: Find) -> None:
    found = design("factors=4 design=box_behnken")
    assert table(found, "Design in run order").columns[3] == "block"
    assert "3 blocks of 9" in finding(found, "blocks").statement
    assert "do not split" in finding(design("factors=3 design=box_behnken"), "blocks").statement


def test_run_sheet_is_written_in_run_order_and_real_settings(tmp_path: Path) -> None:
    found = design('factors=["Temp", "Time"] center_points=1 seed=3')
    path = found.write_csv(tmp_path / "sheet.csv", {"Temp": (180.0, 220.0)})
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["run"]) for row in rows] == [1, 2, 3, 4, 5]
    assert {row["Temp"] for row in rows} == {"180", "200", "220"}
    assert {row["Time"] for row in rows} == {"-1", "0", "1"}
    assert {row["response"] for row in rows} == {""}
    standard = {int(row["standard order"]): row for row in rows}
    assert (standard[1]["Temp"], standard[4]["Time"]) == ("180", "1")


def test_run_sheet_reads_back_and_is_judged_as_designed(tmp_path: Path) -> None:
    path = design("factors=6 runs=16 center_points=4").write_csv(tmp_path / "sheet.csv")
    judged = execute([parse_command("EVALUATE_DOE")], Table.read(path))[0].result
    values = judged.values
    assert (values["factors"], values["runs"], values["resolution"], values["center_points"]) == (6, 20, 4, 4)


def test_run_sheet_errors(tmp_path: Path) -> None:
    found = design('factors=["Temp", "Time"]')
    with pytest.raises(CommandError, match="`Tmp` is no factor"):
        found.write_csv(tmp_path / "a.csv", {"Tmp": (1.0, 2.0)})
    with pytest.raises(CommandError, match="the low setting must be below"):
        found.write_csv(tmp_path / "a.csv", {"Temp": (2.0, 2.0)})
    with pytest.raises(TableError, match="cannot be written"):
        found.write_csv(tmp_path)


@pytest.mark.parametrize("parameters", ["factors=2", "factors=3 design=central_composite", "factors=7", "factors=15"])
def test_figure(parameters: str, tmp_path: Path) -> None:
    figure = design(parameters).figure()
    figure.savefig(tmp_path / "figure.png")
    assert figure.axes[0].get_xticks().size
    assert not np.isnan(figure.get_size_inches()).any()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ('factors="Temp"', "1 factor cannot make a design"),
        ("factors=1", "1 factor cannot make a design"),
        ("factors=0", "0 factors cannot make"),
        ("factors=1000000000", "too many for a design; the limit is 15"),
        ("factors=[2, 3]", "factors lists numbers"),
        ('factors=["Temp", "temp"]', "not all named and different"),
        ('factors=["Temp", " "]', "not all named and different"),
        ("factors=3 levels=[2, 3]", "levels lists 2 numbers for 3 factors"),
        ("factors=3 seed=-1", "seed=-1 is negative"),
        ("factors=5 runs=20", "no power of two"),
        ("factors=12 design=full", "4096 runs; the limit is 1024"),
        ("factors=2.5", "takes a whole number"),
        ("factors=3 design=plackett_burman", "design|expected"),
        ("", "lacks `factors`"),
    ],
)
def test_errors(parameters: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        design(parameters)


def test_called_as_a_function() -> None:
    made = design_doe(factors=["Temp", "Time", "Gas"], design="fractional")
    assert made.values["runs"] == 4
