"""Every finding of FIT_REGRESSION, on data made to trigger it, and the diagnostics behind them."""

from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.regression import diagnostics
from havoc_pipeline.tools.regression.least_squares import Fit, least_squares
from havoc_pipeline.tools.samples import Floats

NOISE = np.random.default_rng(12).normal(size=(4, 60))


def run(command: str, **columns: Any) -> Any:
    table = Table.from_columns(
        {k: [v if isinstance(v, str) else repr(float(v)) for v in c] for k, c in columns.items()}
    )
    plan = [step for step in parse_plan(f"FIT_REGRESSION response=y {command}") if isinstance(step, Command)]
    return execute(plan, table)[0].result


def finding(result: Any, check: str) -> Any:
    return next(f for f in result.findings if f.check == check)


def test_clean_data_pass_everything() -> None:
    result = run("predictors=[x, z]", x=NOISE[0], z=NOISE[1], y=NOISE[0] - NOISE[1] + NOISE[2])
    assert {f.status for f in result.findings} == {"pass"}
    expected = {"collinearity", "normality", "constant variance", "independence"}
    expected |= {"linearity", "outliers", "influence", "overfitting"}
    assert {f.check for f in result.findings} == expected


def test_columns_that_go_together_warn() -> None:
    found = finding(run("predictors=[x, z]", x=NOISE[0], z=NOISE[0] + 0.1 * NOISE[1], y=NOISE[2]), "collinearity")
    assert found.status == "warn"
    assert found.statistic > 50


def test_collinearity_of_raw_squares_is_not_held_against_the_data() -> None:
    x = NOISE[0] + 50
    result = run("predictors=[x, z] model=quadratic", x=x, z=NOISE[1], y=NOISE[2])
    assert result.values["vif_x"] > 1000
    assert finding(result, "collinearity").status == "pass"


def test_skewed_residuals_warn() -> None:
    assert finding(run("predictors=x", x=NOISE[0][:25], y=np.exp(2 * NOISE[1][:25])), "normality").status == "warn"


def test_growing_scatter_warns() -> None:
    x = np.linspace(1, 10, 60)
    assert finding(run("predictors=x", x=x, y=x + x * NOISE[1]), "constant variance").status == "warn"


@pytest.mark.parametrize(("sign", "word"), [(1.0, "alike"), (-1.0, "opposed")])
def test_related_successive_residuals_warn(sign: float, word: str) -> None:
    y = NOISE[1].copy()
    for i in range(1, 60):
        y[i] += sign * 0.8 * y[i - 1]
    found = finding(run("predictors=x", x=NOISE[0], y=y), "independence")
    assert found.status == "warn"
    assert word in found.statement


def test_lack_of_fit_fails_and_curvature_warns() -> None:
    x = np.repeat(np.arange(1.0, 7), 10)
    result = run("predictors=x", x=x, y=(x - 3.5) ** 2 + 0.3 * NOISE[0])
    assert finding(result, "lack of fit").status == "fail"
    assert finding(result, "linearity").status == "warn"
    straight = run("predictors=x", x=x, y=x + NOISE[0])
    assert finding(straight, "lack of fit").status == "pass"


def test_lack_of_fit_compares_with_a_mean_at_each_point() -> None:
    # Data of Montgomery, Peck and Vining (2021), example 4.8: pure error 15.5628 on 7 df.
    from statsmodels.api import OLS

    x = [1, 1, 2, 3.3, 3.3, 4, 4, 4, 4.7, 5, 5.6, 5.6, 5.6, 6, 6, 6.5, 6.9]
    y = [
        10.84,
        9.30,
        16.35,
        22.88,
        24.35,
        24.56,
        25.86,
        29.16,
        24.59,
        22.25,
        25.90,
        27.20,
        25.61,
        25.45,
        26.56,
        21.03,
        21.46,
    ]
    line = OLS(y, np.column_stack([np.ones(17), x])).fit()
    free = OLS(y, (np.array(x)[:, None] == np.unique(x)).astype(float)).fit()
    result = run("predictors=x", x=x, y=y)
    assert finding(result, "lack of fit").statistic == pytest.approx(free.compare_f_test(line)[0])
    pure = next(row for row in result.tables[1].rows if row[0] == "  pure error")
    assert (pure[1], pure[2]) == pytest.approx((7, 15.5628), abs=5e-4)


def test_codes_used_as_amounts_warn() -> None:
    code = np.tile([1.0, 2, 3, 4], 15)
    y = np.where(code == 2, 6.0, 0.0) + np.where(code == 3, -3.0, 0.0) + NOISE[0]
    found = finding(run("predictors=code", code=code, y=y), "coding")
    assert found.status == "warn"
    assert "write them as names" in found.mend


def test_outliers_and_influential_rows_are_named() -> None:
    x, y = NOISE[0].copy(), NOISE[0] + NOISE[1]
    y[4] += 9
    assert "row 5 " in finding(run("predictors=x", x=x, y=y), "outliers").statement
    x[7], y[7] = 12, -12
    found = finding(run("predictors=x", x=x, y=y), "influence")
    assert found.status == "warn"
    assert "row 8 " in found.statement


def test_a_row_that_fixes_a_coefficient_alone_warns() -> None:
    group = ["a"] * 10 + ["b"] * 9 + ["c"]
    result = run("predictors=g", g=group, y=NOISE[0][:20])
    assert finding(result, "leverage").status == "warn"
    assert np.isnan(result.press)
    assert finding(result, "overfitting").status == "note"


def test_too_many_terms_overfit() -> None:
    x = {f"x{k}": np.random.default_rng(k).normal(size=16) for k in range(9)}
    result = run(f"predictors=[{', '.join(x)}]", **x, y=NOISE[0][:16])
    assert finding(result, "overfitting").status == "warn"


def test_an_exact_fit_fails() -> None:
    x = np.arange(1.0, 13)
    result = run("predictors=x", x=x, y=2 * x + 3)
    assert finding(result, "exact fit").status == "fail"
    assert result.r_squared == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("at", "status"), [("[0, 0]", "pass"), ("[2.9, 0]", "warn"), ("[40, 0]", "fail"), ("[2.2, -2.2]", "warn")]
)
def test_extrapolation(at: str, status: str) -> None:
    x = np.clip(NOISE[0], -2.5, 2.5)
    result = run(f"predictors=[x, z] predict_at={at}", x=x, z=x + 0.2 * NOISE[1], y=x + NOISE[2])
    assert finding(result, "extrapolation").status == status


def random_fit(y: Floats) -> Fit:
    return least_squares(np.column_stack([np.ones(60), NOISE[0], NOISE[1]]), y)


def test_breusch_pagan_agrees_with_statsmodels() -> None:
    from statsmodels.stats.diagnostic import het_breuschpagan

    fit = random_fit(NOISE[2] * np.exp(NOISE[0] / 3))
    peer = het_breuschpagan(fit.residuals, np.column_stack([np.ones(60), NOISE[0], NOISE[1]]))
    found = diagnostics.breusch_pagan(fit)
    assert (found.statistic, found.p_value) == pytest.approx(peer[:2])


def test_influence_measures_agree_with_statsmodels() -> None:
    from statsmodels.api import OLS

    fit = random_fit(NOISE[2])
    peer = OLS(NOISE[2], np.column_stack([np.ones(60), NOISE[0], NOISE[1]])).fit().get_influence()
    assert diagnostics.studentized(fit) == pytest.approx(peer.resid_studentized_external)
    assert diagnostics.cooks_distance(fit) == pytest.approx(peer.cooks_distance[0])
    assert diagnostics.press(fit) == pytest.approx(float((peer.resid_press**2).sum()))


def test_durbin_watson_p_value_agrees_with_simulation() -> None:
    # Exact by simulation: residuals of normal noise have the same law whatever the coefficients.
    x = np.linspace(0, 1, 15)
    matrix = np.column_stack([np.ones(15), x, x**2])
    draws = np.random.default_rng(0).normal(size=(40_000, 15))
    basis = np.linalg.qr(matrix)[0]
    left = draws - draws @ basis @ basis.T
    d = (np.diff(left, axis=1) ** 2).sum(axis=1) / (left**2).sum(axis=1)
    for row in (0, 1, 2, 3, 4, 5):
        found = diagnostics.durbin_watson(least_squares(matrix, draws[row]))
        below = float((d <= found.statistic).mean())
        assert found.statistic == pytest.approx(d[row])
        assert found.p_value == pytest.approx(min(1.0, 2 * min(below, 1 - below)), abs=0.012)


def test_generalised_inflation_of_one_column_is_the_usual_one() -> None:
    matrix = np.column_stack([np.ones(60), NOISE[0], NOISE[0] + NOISE[1]])
    fit = least_squares(matrix, NOISE[2])
    usual = 1 / (1 - np.corrcoef(matrix[:, 1], matrix[:, 2])[0, 1] ** 2)
    assert diagnostics.generalized_inflation(fit, matrix, [1]) == pytest.approx(usual)
    assert diagnostics.variance_inflation(fit, matrix)[1] == pytest.approx(usual)
