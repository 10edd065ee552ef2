"""RUN_ANOVA with two factors, held against Montgomery's battery example and statsmodels."""

import re
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.result import format_number

# Montgomery (2019), Design and Analysis of Experiments, table 5.1: battery life by material and temperature.
BATTERY = {
    ("m1", "15"): [130, 155, 74, 180], ("m1", "70"): [34, 40, 80, 75], ("m1", "125"): [20, 70, 82, 58],
    ("m2", "15"): [150, 188, 159, 126], ("m2", "70"): [136, 122, 106, 115], ("m2", "125"): [25, 70, 58, 45],
    ("m3", "15"): [138, 110, 168, 160], ("m3", "70"): [174, 120, 150, 139], ("m3", "125"): [96, 104, 82, 60],
}  # fmt: skip
COMMAND = "RUN_ANOVA response=life factor=[material, temp]"


def table_of(cells: dict[tuple[str, str], list[Any]]) -> Table:
    rows = [(*cell, value) for cell, values in cells.items() for value in values]
    return Table.from_columns(
        {"material": [r[0] for r in rows], "temp": [r[1] for r in rows], "life": [str(r[2]) for r in rows]}
    )


def unbalanced() -> dict[tuple[str, str], list[Any]]:
    return {cell: values[: 4 - place % 3] for place, (cell, values) in enumerate(BATTERY.items())}


def run(table: Table, more: str = "") -> Any:
    plan = [step for step in parse_plan(f"{COMMAND} {more}") if isinstance(step, Command)]
    return execute(plan, table)[0].result


def finding(result: Any, check: str) -> Any:
    return next(f for f in result.findings if f.check == check)


def test_battery_life_agrees_with_montgomery_table_5_5() -> None:
    result = run(table_of(BATTERY))
    sums = [term.ss for term in result.terms]
    assert sums == pytest.approx([10683.72, 39118.72, 9613.78], abs=0.005)
    assert result.ss_error == pytest.approx(18230.75)
    assert (result.f_first, result.f_second, result.f_interaction) == pytest.approx((7.91, 28.97, 3.56), abs=0.005)
    assert result.p_value_interaction == pytest.approx(0.0186, abs=5e-5)
    assert result.r_squared == pytest.approx(0.7652, abs=5e-5)


def peer_table(cells: dict[tuple[str, str], list[Any]], formula: str, kind: int) -> Any:
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    rows = [(*cell, float(value)) for cell, values in cells.items() for value in values]
    frame = pd.DataFrame(rows, columns=["material", "temp", "life"])
    return anova_lm(ols(formula, frame).fit(), typ=kind)


def test_unbalanced_sums_of_squares_are_type_iii_with_sum_to_zero_coding() -> None:
    peer = peer_table(unbalanced(), "life ~ C(material, Sum) * C(temp, Sum)", 3)
    result = run(table_of(unbalanced()))
    assert [term.ss for term in result.terms] == pytest.approx(peer["sum_sq"].to_numpy()[1:4], rel=1e-10)
    assert [term.p_value for term in result.terms] == pytest.approx(peer["PR(>F)"].to_numpy()[1:4], rel=1e-9)
    assert "Type III" in result.conventions["sums of squares"]


def test_adjusted_means_average_the_cells() -> None:
    values = run(table_of(unbalanced())).values
    cells = [np.mean(v) for (material, _), v in unbalanced().items() if material == "m1"]
    assert values["mean_material_m1"] == pytest.approx(np.mean(cells))


def test_pairs_of_adjusted_means_use_the_pooled_error() -> None:
    # Montgomery (2019), section 5.3.2: T = q(0.05; 3, 27) sqrt(675.21/4) = 45.47 between cell means of four,
    # with q rounded to 3.50; between material means of twelve the half-width is sqrt(3) smaller.
    pair = run(table_of(BATTERY)).pairs[0][0]
    assert pair.high - pair.difference == pytest.approx(45.47 / np.sqrt(3), abs=0.06)


def test_one_value_a_cell_uses_the_interaction_as_error() -> None:
    # Montgomery (2019), example 5.2: impurity by temperature and pressure; Tukey's data.
    impurity = {
        ("100", "25"): [5], ("100", "30"): [4], ("100", "35"): [6], ("100", "40"): [3], ("100", "45"): [5],
        ("125", "25"): [3], ("125", "30"): [1], ("125", "35"): [4], ("125", "40"): [2], ("125", "45"): [3],
        ("150", "25"): [1], ("150", "30"): [1], ("150", "35"): [3], ("150", "40"): [1], ("150", "45"): [2],
    }  # fmt: skip
    result = run(table_of(impurity))
    assert [term.ss for term in result.terms] == pytest.approx([23.33, 11.60], abs=0.005)
    assert result.ss_error == pytest.approx(2.0, abs=1e-9)
    assert finding(result, "replication").status == "warn"
    assert "could not be tested" in result.statement


def test_empty_cells_drop_the_interaction_and_agree_with_type_ii() -> None:
    cells = {cell: values for cell, values in unbalanced().items() if cell != ("m1", "15")}
    peer = peer_table(cells, "life ~ C(material) + C(temp)", 2)
    result = run(table_of(cells))
    assert [term.ss for term in result.terms] == pytest.approx(peer["sum_sq"].to_numpy()[:2], rel=1e-10)
    assert result.df_error == int(peer["df"].iloc[2])
    assert finding(result, "empty cells").statistic == 1
    assert np.isnan(result.p_value_interaction)


def test_residuals_are_what_the_model_leaves() -> None:
    result = run(table_of(unbalanced()))
    life = np.array([float(v) for values in unbalanced().values() for v in values])
    assert result.series["residuals"] + result.series["fitted"] == pytest.approx(life)
    assert float((result.series["residuals"] ** 2).sum()) == pytest.approx(result.ss_error)


def test_common_leading_digits_do_not_spoil_the_sums() -> None:
    shifted = {cell: [f"1000000000{v:03d}" for v in values] for cell, values in BATTERY.items()}
    plain, far = run(table_of(BATTERY)), run(table_of(shifted))
    assert [t.ss for t in far.terms] == pytest.approx([t.ss for t in plain.terms], rel=1e-12)


def test_statement_names_both_factors_and_the_interaction() -> None:
    result = run(table_of(BATTERY))
    text = result.statement.format(**{k: format_number(k, v) for k, v in result.values.items()})
    assert text.startswith("The mean of life differs with material (p 0.002) and differs with temp (p < 0.001)")
    assert "depends on temp (interaction p 0.019)" in text


def test_interaction_and_coding_findings() -> None:
    result = run(table_of(BATTERY))
    assert finding(result, "interaction").status == "warn"
    assert "numbers" in finding(result, "coding").statement
    additive = {cell: [v + 10 * (place // 3) + 20 * (place % 3) for v in (1, 2, 4, 7)]
                for place, cell in enumerate(BATTERY)}  # fmt: skip
    assert finding(run(table_of(additive)), "interaction").status == "pass"


def test_unequal_spread_of_unequal_cells_fails_and_of_equal_cells_warns() -> None:
    wide = {cell: [10 + k * (1 if place < 6 else 60) for k in range(6)] for place, cell in enumerate(BATTERY)}
    assert finding(run(table_of(wide)), "equal variances").status == "warn"
    uneven = {cell: values[: 6 if place else 3] for place, (cell, values) in enumerate(wide.items())}
    assert finding(run(table_of(uneven)), "equal variances").status == "fail"


def test_figure_and_posthoc_none() -> None:
    result = run(table_of(BATTERY), "posthoc=none")
    assert result.pairs == ((), ())
    assert len(result.figure().axes[0].lines) == 3


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({("a", "u"): [1, 2], ("b", "v"): [3, 4], ("c", "w"): [1, 2]}, "too many cells are empty"),
        ({("a", "u"): [1, 2], ("a", "v"): [3, 4], ("b", "u"): [""]}, "`material` has 1 level"),
        ({("a", "u"): [1, 1], ("a", "v"): [3, 3], ("b", "u"): [2, 2], ("b", "v"): [7, 7]}, "do not vary"),
        ({("a", "u"): [1], ("a", "v"): [3], ("b", "u"): [2]}, "no error"),
    ],
)
def test_data_that_cannot_be_analysed_are_refused(cells: Any, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        run(table_of(cells))
