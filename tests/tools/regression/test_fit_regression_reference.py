"""FIT_REGRESSION, held against the reference folder: NIST's Filip and JASP's designed experiments."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.tables import Table


def run(command: str, table: Table) -> Any:
    plan = [step for step in parse_plan(f"FIT_REGRESSION {command}") if isinstance(step, Command)]
    return execute(plan, table)[0].result


@pytest.mark.reference
def test_filip_through_powers_of_one_column_reaches_thirteen_digits(reference: Path) -> None:
    # NIST StRD, Filip.dat: a polynomial of degree 10; powers are derived columns of the language.
    lines = (reference / "nist_strd" / "Filip.dat").read_text().split("\n")
    data = [line.split() for line in lines[60:142]]
    table = Table.from_columns({"y": [row[0] for row in data], "x": [row[1] for row in data]})
    powers = ", ".join(["x", *(f"(x ^ {k})" for k in range(2, 11))])
    result = run(f"response=y predictors=[{powers}]", table)
    certified = [float(match[1]) for line in lines[25:60] if (match := re.match(r"\s+B\d+\s+(\S+)\s+\S+\s*$", line))]
    names = ["constant", "x", *(f"x_{k}" for k in range(2, 11))]
    digits = [
        -math.log10(abs(result.values[f"coef_{n}"] / c - 1) + 1e-15) for n, c in zip(names, certified, strict=True)
    ]
    assert min(digits) > 13, digits


JASP = [
    ("Factorial designs > Nine factors highest factorial", "Result", "A, B, C, D, E, F, G, H, J", "interactions"),
    ("Factorial design, basic example", "Strength", "Material, InjTemp, InjPress", "interactions"),
    ("RSM analysis with nominal levels", "Result", "A, B, C, D", "quadratic"),
    ("Coding squared terms > Uncoded squared terms", "Result",
     "A, B, C, D, (A ^ 2), (B ^ 2), (C ^ 2), (D ^ 2)", "linear"),
    ("Data Examples to verify output, Sums of squares and p-value match > Data example 3 > Coded, Response Surface "
     "design", "Syruploss", "Speed, Pressure, Nozzle, (Speed ^ 2), (Pressure ^ 2)", "linear"),
]  # fmt: skip


@pytest.mark.reference
@pytest.mark.parametrize(("case", "response", "predictors", "form"), JASP, ids=[row[0][-30:] for row in JASP])
def test_model_summary_agrees_with_jasp(reference: Path, case: str, response: str, predictors: str, form: str) -> None:
    # Cells: adjusted R², predicted R² (cut off at 0), R², S.
    folder = reference / "quality_control"
    entry = next(c for c in json.loads((folder / "cases.json").read_text()) if c["case"] == case)
    cells = next(t["cells"] for name, t in entry["tables"].items() if name == f"{response}_tableSummary")
    table = Table.read(folder / "data" / entry["data"])
    result = run(f"response={response} predictors=[{predictors}] model={form}", table)
    ours = [max(0.0, v) for v in (result.adjusted_r_squared, result.predicted_r_squared)] + [
        result.r_squared,
        result.sigma,
    ]
    assert ours == pytest.approx(cells, rel=1e-9, abs=1e-12)


@pytest.mark.reference
def test_terms_agree_with_jasp_coded_analysis(reference: Path) -> None:
    table = Table.read(reference / "quality_control" / "data" / "doe_realDataExample1.csv")
    values = run("response=Strength predictors=[Material, InjTemp, InjPress] model=interactions", table).values
    expected = {"material": 181.151435260225, "injtemp": 73.7250318293204, "injpress": 112.648448230315,
                "material_injtemp": 0.778094866011372, "material_injpress": 0.342200526962543}  # fmt: skip
    assert {name: values[f"term_ss_{name}"] for name in expected} == pytest.approx(expected, rel=1e-10)
