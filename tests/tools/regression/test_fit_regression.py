"""FIT_REGRESSION, held against textbooks, statsmodels and NIST."""

import math
import re
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.result import format_number

# Montgomery, Peck and Vining (2021), table 3.2: delivery time by cases and distance.
TIME = [16.68, 11.5, 12.03, 14.88, 13.75, 18.11, 8, 17.83, 79.24, 21.5, 40.33, 21, 13.5, 19.75, 24, 29, 15.35, 19, 9.5,
        35.1, 17.9, 52.32, 18.75, 19.83, 10.75]  # fmt: skip
CASES = [7, 3, 3, 4, 6, 7, 2, 7, 30, 5, 16, 10, 4, 6, 9, 10, 6, 7, 3, 17, 10, 26, 9, 8, 4]
DISTANCE = [560, 220, 340, 80, 150, 330, 110, 210, 1460, 605, 688, 215, 255, 462, 448, 776, 200, 132, 36, 770, 140, 810,
            450, 635, 150]  # fmt: skip


def table_of(**columns: Any) -> Table:
    return Table.from_columns({name: [str(v) for v in values] for name, values in columns.items()})


def run(command: str, table: Table) -> Any:
    plan = [step for step in parse_plan(f"FIT_REGRESSION {command}") if isinstance(step, Command)]
    return execute(plan, table)[0].result


def filled(result: Any) -> str:
    return str(result.statement.format(**{k: format_number(k, v) for k, v in result.values.items()}))


@pytest.fixture
def delivery() -> Table:
    return table_of(time=TIME, cases=CASES, distance=DISTANCE)


@pytest.fixture
def mixed() -> Table:
    generator = np.random.default_rng(11)
    temp, speed = generator.uniform(150, 200, 48), generator.uniform(1, 9, 48)
    resin = np.array(["new", "old", "alt"] * 16)
    y = 3 + 0.2 * temp - speed + (resin == "new") * 2 + 0.01 * (temp - 175) * speed + generator.normal(size=48)
    return table_of(y=np.round(y, 3), temp=np.round(temp, 1), speed=np.round(speed, 2), resin=resin)


def test_delivery_time_agrees_with_the_textbook(delivery: Table) -> None:
    # Montgomery, Peck and Vining (2021), examples 3.1, 3.3, 3.5, 3.8 and tables 3.4, 3.5.
    result = run("response=time predictors=[cases, distance]", delivery)
    values = result.values
    assert values["coef_constant"] == pytest.approx(2.34123115, abs=1e-8)
    assert values["coef_cases"] == pytest.approx(1.61590721, abs=1e-8)
    assert values["coef_distance"] == pytest.approx(0.01438483, abs=1e-8)
    assert result.sigma**2 == pytest.approx(10.6239, abs=1e-3)
    assert result.f == pytest.approx(261.24, abs=0.01)
    assert (values["t_cases"], values["t_distance"]) == pytest.approx((9.46, 3.98), abs=0.005)
    assert (values["ci_low_cases"], values["ci_high_cases"]) == pytest.approx((1.26181, 1.97001), abs=1e-4)
    assert result.r_squared == pytest.approx(0.9596, abs=5e-5)
    assert result.adjusted_r_squared == pytest.approx(0.9559, abs=5e-5)
    assert values["vif_cases"] == pytest.approx(3.11847, abs=1e-5)


def test_delivery_time_press_and_influence_agree_with_the_textbook(delivery: Table) -> None:
    # Table 4.1 (PRESS 459.0393, predicted R² 0.9209) and table 6.1 (row 9: h 0.49829, Cook's D 3.41835).
    result = run("response=time predictors=[cases, distance]", delivery)
    assert result.press == pytest.approx(459.0393, abs=5e-4)
    assert result.predicted_r_squared == pytest.approx(0.9206, abs=5e-4)
    assert result.series["leverage"][8] == pytest.approx(0.49829, abs=5e-5)
    assert result.series["cooks_distance"][8] == pytest.approx(3.41835, abs=5e-3)
    assert result.series["studentized_residuals"][8] == pytest.approx(4.3108, abs=5e-4)


def test_delivery_time_prediction_agrees_with_the_textbook(delivery: Table) -> None:
    # Examples 3.9 and 3.10: at 8 cases and 275 feet 19.22, mean 17.66 to 20.78, new 12.28 to 26.16.
    result = run("response=time predictors=[cases, distance] predict_at=[8, 275]", delivery)
    values = result.values
    assert values["predicted"] == pytest.approx(19.22, abs=0.005)
    assert (values["mean_low"], values["mean_high"]) == pytest.approx((17.65, 20.79), abs=0.02)
    assert (values["new_low"], values["new_high"]) == pytest.approx((12.28, 26.16), abs=0.01)
    assert filled(result).startswith("At cases = 8, distance = 275 the model expects a mean time of 19.22")


def test_one_predictor_is_told_as_a_slope(delivery: Table) -> None:
    result = run("response=time predictors=cases", delivery)
    assert result.decision == "supported"
    assert "time rises with cases: one unit more goes with a change of 2.176" in filled(result)
    assert result.durbin_watson == pytest.approx(
        float((np.diff(result.series["residuals"]) ** 2).sum()) / result.ss_error
    )


@pytest.mark.parametrize("form", ["linear", "interactions", "quadratic"])
def test_mixed_predictors_agree_with_statsmodels(mixed: Table, form: str) -> None:
    import pandas as pd
    from statsmodels.formula.api import ols

    frame = pd.DataFrame({h: mixed.column(h).numbers if mixed.column(h).is_numeric else mixed.column(h).labels
                          for h in mixed.headers})  # fmt: skip
    right = {
        "linear": "temp + speed + C(resin)", "interactions": "(temp + speed + C(resin)) ** 2",
        "quadratic": "(temp + speed + C(resin)) ** 2 + I(temp**2) + I(speed**2)",
    }[form]  # fmt: skip
    peer = ols(f"y ~ {right}", frame).fit()
    result = run(f"response=y predictors=[temp, speed, resin] model={form}", mixed)
    ours = sorted(value for name, value in result.values.items() if name.startswith("coef_"))
    assert ours == pytest.approx(sorted(peer.params), rel=1e-7, abs=1e-9)
    errors = sorted(value for name, value in result.values.items() if name.startswith("se_"))
    assert errors == pytest.approx(sorted(peer.bse), rel=1e-6)
    assert (result.f, result.aic, result.bic - math.log(48)) == pytest.approx((peer.fvalue, peer.aic + 2, peer.bic))
    assert (result.values["coef_temp"], result.values["p_value_temp"]) == pytest.approx(
        (peer.params["temp"], peer.pvalues["temp"]), rel=1e-6
    )


def test_term_tests_are_type_iii_of_centred_predictors(mixed: Table) -> None:
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    frame = pd.DataFrame({"y": mixed.column("y").numbers, "t": mixed.column("temp").numbers,
                          "r": mixed.column("resin").labels})  # fmt: skip
    frame["t"] -= frame["t"].mean()
    peer = anova_lm(ols("y ~ t * C(r, Sum)", frame).fit(), typ=3)
    values = run("response=y predictors=[temp, resin] model=interactions", mixed).values
    assert values["term_ss_temp"] == pytest.approx(peer.loc["t", "sum_sq"], rel=1e-9)
    assert values["term_ss_resin"] == pytest.approx(peer.loc["C(r, Sum)", "sum_sq"], rel=1e-9)
    assert values["p_value_term_temp_resin"] == pytest.approx(peer.loc["t:C(r, Sum)", "PR(>F)"], rel=1e-8)


def test_categories_get_a_prediction_each(mixed: Table) -> None:
    result = run("response=y predictors=[temp, resin] predict_at=170", mixed)
    values = result.values
    step = values["predicted_new"] - values["predicted_alt"]
    assert step == pytest.approx(values["coef_resin_new"])
    assert len(result.tables[-1].rows) == 3
    assert "for alt" in filled(result)


def test_predictors_left_out_are_chosen_and_the_choice_is_told() -> None:
    generator = np.random.default_rng(3)
    x = np.round(generator.normal(size=30), 3)
    y = np.round(2 * x + generator.normal(size=30), 3)
    gaps = ["" if i % 2 else str(v) for i, v in enumerate(np.round(generator.normal(size=30), 2))]
    table = table_of(
        part_id=[f"P{i}" for i in range(30)], run=range(1, 31), date=[f"2024-03-{i + 1:02d}" for i in range(30)], x=x,
        x_f=np.round(x * 1.8 + 32, 4), line=["A", "B", "C"] * 10, same=["k"] * 30, gaps=gaps, y=y,
        y_g=[repr(v) for v in y * 1000],
    )  # fmt: skip
    result = run("response=y", table)
    note = next(f for f in result.findings if f.check == "choice of predictors")
    assert "taken: `x`, `line`" in note.statement
    for header in ("part_id", "run", "date", "x_f", "same", "gaps", "y_g"):
        assert f"`{header}` is" in note.statement
    assert "coef_line_b" in result.values


def test_rows_lost_by_chosen_predictors_are_told() -> None:
    x = [*np.random.default_rng(3).normal(size=19), ""]
    result = run("response=y", table_of(x=x, y=np.random.default_rng(4).normal(size=20)))
    assert next(f for f in result.findings if f.check == "missing values").statistic == pytest.approx(0.05)
    assert result.n == 19
    assert np.isnan(result.series["residuals"][19])


def test_columns_that_repeat_each_other_are_named_and_dropped() -> None:
    x = np.random.default_rng(3).normal(size=20).round(3)
    z = np.random.default_rng(4).normal(size=20).round(3)
    table = table_of(x=x, z=z, both=np.round(x + z, 3), y=(x - z + np.arange(20) % 3).round(3))
    result = run("response=y predictors=[x, z, both]", table)
    found = next(f for f in result.findings if f.check == "aliased terms")
    assert "`both`" in found.statement
    assert math.isnan(result.values["coef_both"])
    assert result.r_squared == pytest.approx(run("response=y predictors=[x, z]", table).r_squared)


def test_squares_of_two_level_predictors_are_aliased_not_fatal() -> None:
    a, b = np.array([-1.0, 1] * 8), np.array([-1.0, -1, 1, 1] * 4)
    y = a + 2 * b + np.random.default_rng(1).normal(size=16)
    result = run("response=y predictors=[a, b] model=quadratic", table_of(a=a, b=b, y=y.round(4)))
    assert math.isnan(result.values["coef_a_squared"])
    assert result.df_error == 12


def test_longley_through_the_language_reaches_fourteen_digits() -> None:
    # NIST StRD, Longley.dat: certified estimates of B0, B2 and B6, and the standard deviation of B6.
    rows = """60323 83.0 234289 2356 1590 107608 1947;61122 88.5 259426 2325 1456 108632 1948
        60171 88.2 258054 3682 1616 109773 1949;61187 89.5 284599 3351 1650 110929 1950
        63221 96.2 328975 2099 3099 112075 1951;63639 98.1 346999 1932 3594 113270 1952
        64989 99.0 365385 1870 3547 115094 1953;63761 100.0 363112 3578 3350 116219 1954
        66019 101.2 397469 2904 3048 117388 1955;67857 104.6 419180 2822 2857 118734 1956
        68169 108.4 442769 2936 2798 120445 1957;66513 110.8 444546 4681 2637 121950 1958
        68655 112.6 482704 3813 2552 123366 1959;69564 114.2 502601 3931 2514 125368 1960
        69331 115.7 518173 4806 2572 127852 1961;70551 116.9 554894 4007 2827 130081 1962"""
    data = [row.split() for row in re.split(r"[;\n]", rows)]
    names = ["y", "x1", "x2", "x3", "x4", "x5", "x6"]
    table = Table.from_columns({name: [row[i] for row in data] for i, name in enumerate(names)})
    values = run("response=y predictors=[x1, x2, x3, x4, x5, x6]", table).values
    assert values["coef_constant"] == pytest.approx(-3482258.63459582, rel=1e-13)
    assert values["coef_x2"] == pytest.approx(-0.358191792925910e-01, rel=1e-13)
    assert values["coef_x6"] == pytest.approx(1829.15146461355, rel=1e-13)
    assert values["se_x6"] == pytest.approx(455.478499142212, rel=1e-13)


def test_interval_at_another_level(delivery: Table) -> None:
    result = run("response=time predictors=[cases, distance] alpha=0.1", delivery)
    assert result.confidence_interval(0.9)["cases"] == pytest.approx(
        (result.values["ci_low_cases"], result.values["ci_high_cases"])
    )


def test_transform_works_on_the_response(delivery: Table) -> None:
    result = run("response=time predictors=cases transform=log", delivery)
    slope = np.polyfit(np.array(CASES, float), np.log(TIME), 1)[0]
    assert result.values["coef_cases"] == pytest.approx(slope)


def test_where_restricts_and_a_predictor_constant_there_is_left_out(mixed: Table) -> None:
    result = run('response=y predictors=[temp, resin] where=(resin == "new")', mixed)
    assert result.n == 16
    assert next(f for f in result.findings if f.check == "constant predictor").status == "warn"


def test_figures_draw(delivery: Table, mixed: Table) -> None:
    assert run("response=time predictors=cases", delivery).figure().axes[0].get_ylabel() == "time"
    result = run("response=y predictors=[temp, resin]", mixed)
    assert len(result.figure().axes) == 1
    assert len(result.residual_figure().axes) == 3


def test_a_later_command_uses_the_residuals(delivery: Table) -> None:
    text = "FIT_REGRESSION response=time predictors=cases; RUN_CORRELATION x=distance y=r1.residuals"
    plan = [step for step in parse_plan(text) if isinstance(step, Command)]
    assert execute(plan, delivery)[1].result.values["n"] == 25


@pytest.mark.parametrize(
    ("columns", "command", "error", "message"),
    [
        ({"y": [1, 2], "x": [1, 3]}, "response=y predictors=x", DataError, "at least 3"),
        ({"y": [2, 2, 2, ""], "x": [1, 3, 4, 9]}, "response=y predictors=x", DataError, "no variation to explain"),
        (
            {"y": [1, 2, 4], "x": [1, 3, 2], "z": [2, 3, 9]},
            "response=y predictors=[x, z]",
            DataError,
            "at least 4 rows",
        ),
        ({"y": [1, 2, 4, 9], "x": [3, 3, 3, 3]}, "response=y", DataError, "no column can explain `y`: `x` is the same"),
        ({"y": [1, 2, 4], "x": [1, 3, 2]}, "response=y predictors=[x, x]", CommandError, "twice"),
        ({"y": [1, 2, 4], "x": [1, 3, 2]}, "response=y predictors=[x, y]", CommandError, "response `y` itself"),
        (
            {"y": [1, 2, 4, 4], "x": [1, 3, 2, 7]},
            "response=y predictors=x predict_at=[1, 2]",
            CommandError,
            "order: `x`",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(columns: Any, command: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        run(command, table_of(**columns))
