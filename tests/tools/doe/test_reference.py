"""Against worked designs of JASP's quality-control module (many of them checked against Minitab)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.doe.defining_words import word_lengths, word_sums
from havoc_pipeline.tools.samples import Floats

Case = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def case(reference: Path) -> Case:
    """Tables of the case of an analysis whose title ends so."""
    cases = json.loads((reference / "quality_control" / "cases.json").read_text(encoding="utf-8"))

    def find(analysis: str, title: str) -> dict[str, Any]:
        found = [entry for entry in cases if entry["analysis"] == analysis and title in entry["case"]]
        return dict(found[0]["tables"])

    return find


def design(command: str) -> Floats:
    result = execute([parse_command(command)], None)[0].result
    return np.asarray(result.matrix)  # type: ignore[attr-defined]


def sorted_rows(runs: Floats) -> list[list[float]]:
    return sorted(np.round(runs + 0.0, 6).tolist())


def cells(tables: dict[str, Any], name: str, width: int) -> Any:
    return np.array(tables[name]["cells"], dtype=object).reshape(-1, width)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("title", "width", "first", "runs", "command"),
    [
        ("Three continuous predictors BBD", 5, 2, 15, "factors=3 design=box_behnken"),
        ("Six continuous predictors one discrete", 9, 2, 54, "factors=6 design=box_behnken"),
        ("Three continuous and two categorical predictors CCD", 7, 2, 20,
         "factors=3 design=central_composite center_points=6 axial=1.63299316185545"),
    ],
)  # fmt: skip
def test_response_surface_designs(title: str, width: int, first: int, runs: int, command: str, case: Case) -> None:
    rows = cells(case("doeResponseSurfaceMethodology", title), "designTable", width)[:runs]
    made = design(f"DESIGN_DOE {command}")
    expected = rows[:, first : first + made.shape[1]].astype(float)
    assert sorted_rows(made) == sorted_rows(expected)


@pytest.mark.reference
def test_fraction_of_nine_factors_in_128_runs(case: Case) -> None:
    rows = cells(case("doeFactorial", "Nine factors highest factorial"), "displayDesign", 11)
    expected = rows[:, :9].astype(float)
    made = design("DESIGN_DOE factors=9 runs=128")
    patterns = [word_lengths(word_sums(runs), 9) for runs in (made, expected)]
    assert patterns[0] == patterns[1]
    assert sorted_rows(made[:, :7]) == sorted_rows(expected[:, :7])


@pytest.mark.reference
def test_factorial_with_four_centre_points(case: Case) -> None:
    rows = cells(case("doeFactorial", "Four center points"), "displayDesign", 5)
    made = design("DESIGN_DOE factors=3 center_points=4")
    assert sorted_rows(made) == sorted_rows(rows[:, :3].astype(float))


def coefficients(tables: dict[str, Any]) -> dict[str, Any]:
    """Variance inflation factor by term, in the order of JASP's table."""
    name = next(key for key in tables if key.endswith("tableCoefficients"))
    rows = cells(tables, name, 8)
    return {str(row[5]).replace("<unicode>", "·").replace("^2", "²"): row[7] for row in rows[1:]}


def error_df(tables: dict[str, Any]) -> int:
    name = next(key for key in tables if key.endswith("tableAnova"))
    rows = cells(tables, name, 6)
    return int(next(row[2] for row in rows if row[5] == "Error"))


ANALYSES = [
    ("Nine factors highest factorial", "2level9facFull", "ABCDEFGHJ", "interactions"),
    ("Nine factors smallest fractional", "2level9facPart", "ABCDEFGHJ", "interactions"),
    ("Three continuous and two categorical predictors CCD", "RSM3cont2discCCD", "ABCDE", "quadratic"),
    ("Six continuous predictors one discrete", "RSM6cont1discreteBBD", "ABCDEFG", "quadratic"),
    ("RSM analysis with nominal levels", "RSM2cont2discreteCCDText", "ABCD", "quadratic"),
]


@pytest.mark.reference
@pytest.mark.parametrize(("title", "file", "letters", "model"), ANALYSES)
def test_estimable_terms_inflation_and_error(
    title: str, file: str, letters: str, model: str, case: Case, reference: Path
) -> None:
    tables = case("doeAnalysis", title)
    table = Table.read(reference / "quality_control" / "data" / f"{file}.csv")
    plan = parse_command(f"EVALUATE_DOE factors=[{', '.join(letters)}] model={model}")
    result: Any = execute([plan], table)[0].result
    expected = coefficients(tables)
    names = [result.fitted.model.names[column] for column in result.fitted.kept[1:]]
    assert sorted(names) == sorted(name.replace("C1", "C").replace("D1", "D") for name in expected)
    assert result.error_df == error_df(tables)
    known = [value for value in expected.values() if isinstance(value, int | float)]
    assert known == pytest.approx([1.0] * len(known))
    linear = [v for name, v in zip(names, result.fitted.vif, strict=True) if "²" not in name]
    assert linear == pytest.approx([1.0] * len(linear))


@pytest.mark.reference
def test_hard_to_change_designs_have_their_error_degrees_of_freedom(case: Case, reference: Path) -> None:
    for title, file, factors in [
        ("Five factor two HTC", "5fac2htc", "AHTC, BHTC, C, D, E"),
        ("Seven factor three HTC", "7fac3htc", "AHTC, BHTC, CHTC, D, E, F, G"),
    ]:
        table = Table.read(reference / "quality_control" / "data" / f"{file}.csv")
        result: Any = execute([parse_command(f"EVALUATE_DOE factors=[{factors}] model=interactions")], table)[0].result
        assert result.error_df == error_df(case("doeAnalysis", title))
        assert result.decision == "supported"
