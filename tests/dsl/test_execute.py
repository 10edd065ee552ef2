"""Execution: filters, levels, derived columns, scales, and columns of earlier steps."""

import math

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.hypothesis.run_ttest import run_ttest


def run(text: str, table: Table) -> list[dict[str, float]]:
    return [part.result.values for part in execute(parse_plan(text), table)]  # type: ignore[arg-type]


def test_a_filter_keeps_its_rows(table: Table) -> None:
    (values,) = run("RUN_TTEST response=strength mu=50 where=(line == 2 and made < 2024-03-10)", table)
    kept = [float(table.column("strength").numbers[i]) for i in range(9) if i % 3 == 1]
    assert values["difference"] == pytest.approx(np.mean(kept) - 50)


def test_a_day_means_the_whole_day() -> None:
    table = Table.from_columns({"t": ["2024-03-01 06:00", "2024-03-01 18:00", "2024-03-02 06:00", "2024-03-03 06:00"],
                                "y": [1.0, 2.0, 5.0, 9.0]})  # fmt: skip
    (values,) = run("RUN_TTEST response=y mu=0 where=(t == 2024-03-01)", table)
    assert values["difference"] == 1.5


def test_by_repeats_for_each_level(table: Table) -> None:
    parts = execute(parse_plan("RUN_TTEST response=strength mu=50 by=line"), table)  # type: ignore[arg-type]
    assert [part.name for part in parts] == ["r1[1]", "r1[2]", "r1[3]"]
    assert sum(len(part.rows) for part in parts) == table.n_rows


def test_a_derived_column_is_computed_row_by_row(table: Table) -> None:
    (values,) = run('RUN_TTEST response=("Haze out" - "Haze in") mu=0', table)
    change = table.column("Haze out").numbers - table.column("Haze in").numbers
    assert values["difference"] == pytest.approx(change.mean())


def test_the_paired_form_equals_the_test_on_differences(table: Table) -> None:
    paired, single = run(
        'RUN_TTEST before="Haze in" after="Haze out" ; RUN_TTEST response=("Haze out" - "Haze in") mu=0', table
    )
    assert paired["t"] == pytest.approx(single["t"], rel=1e-12)


def test_a_transform_rescales_data_and_limit_alike(table: Table) -> None:
    (scaled,) = run("RUN_TTEST response=strength mu=50 transform=log", table)
    logs = np.log(table.column("strength").numbers)
    assert scaled["difference"] == pytest.approx(logs.mean() - math.log(50))


def test_a_division_by_zero_names_the_row(table: Table) -> None:
    with pytest.raises(DataError, match="row 1 of the rows in use"):
        run("RUN_TTEST response=(units / leaks) mu=1", table)


@pytest.mark.parametrize(
    "text,said",
    [
        (
            'RUN_TTEST response=strength mu=1 where=(resin == "newest")',
            "`resin` has no value `newest`; did you mean `new`?",
        ),
        ("RUN_TTEST response=strength mu=1 where=(strength > 900)", "none of the 16 rows"),
        ("RUN_TTEST response=strength mu=1 where=(resin > 3)", "takes a numeric or date column"),
    ],
)
def test_filters_that_cannot_hold(table: Table, text: str, said: str) -> None:
    with pytest.raises((CommandError, DataError)) as caught:
        run(text, table)
    assert said in str(caught.value)


def test_missing_cells_are_reported() -> None:
    table = Table.from_columns({"y": [1.0, 2.0, None, 4.0, 5.5]})
    (part,) = execute(parse_plan("RUN_TTEST response=y mu=0"), table)  # type: ignore[arg-type]
    (finding,) = (f for f in part.result.findings if f.check == "missing values")
    assert finding.statement.startswith("1 of 5 rows") and finding.status == "warn"


def test_a_tool_is_a_function_too(table: Table) -> None:
    result = run_ttest(table, response="strength", group="resin", where='line in ["1", "2"]')
    (values,) = run('RUN_TTEST response=strength group=resin where=(line in ["1", "2"])', table)
    assert result.values["p_value"] == values["p_value"]
    assert result.provenance is not None and result.provenance.rows_used == 11


def test_nothing_runs_when_a_later_command_does_not_fit(table: Table) -> None:
    with pytest.raises(CommandError, match="strenth"):
        run("RUN_TTEST response=strength mu=1 ; RUN_TTEST response=strenth mu=1", table)
