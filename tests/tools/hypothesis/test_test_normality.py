"""TEST_NORMALITY: one sample, groups, columns; findings; data it must refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.result import Finding, Result

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]

# Weights of eleven men: Shapiro and Wilk (1965), Biometrika 52, p. 606
MEN = {"weight (lb)": [148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236]}


def normal(n: int, seed: int = 1) -> list[float]:
    return list(np.random.default_rng(seed).normal(10, 1, n))


@pytest.mark.parametrize(
    ("method", "statistic", "p"),
    [
        ("anderson_darling", 0.94677, 0.01045),  # statsmodels 0.14, normal_ad
        ("shapiro_wilk", 0.78881, 0.006704),  # R: shapiro.test
        ("lilliefors", 0.25922, 0.0374),  # formula of Dallal and Wilkinson (1986)
        ("jarque_bera", 6.98285, 0.03046),  # scipy's tutorial
    ],
)
def test_each_method(answer: Answer, method: str, statistic: float, p: float) -> None:
    found = answer(f'TEST_NORMALITY value="weight (lb)" method={method}', MEN)
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p), rel=1e-3)
    assert found.decision == "not supported"
    assert "right-skewed" in found.statement


def test_named_values(answer: Answer) -> None:
    found = answer("TEST_NORMALITY value=y", {"y": normal(80)})
    assert found.decision == "supported"
    assert found.skewness_ci_low < found.skewness < found.skewness_ci_high
    assert found.confidence_interval(0.95) == pytest.approx((found.skewness_ci_low, found.skewness_ci_high))
    assert 0 < found.largest_gap_percent < 15
    assert 0.97 < found.plot_correlation <= 1


def test_few_values_leave_it_open(answer: Answer, finding: Find) -> None:
    found = answer("TEST_NORMALITY value=y", {"y": normal(12, 3)})
    assert found.decision == "inconclusive"
    assert finding(found, "sample size").status == "warn"
    assert "so few" in found.statement


def test_many_values_show_trifles(answer: Answer, finding: Find) -> None:
    slight = np.random.default_rng(2).standard_t(12, 8000)
    found = answer("TEST_NORMALITY value=y", {"y": list(slight)})
    assert found.decision == "not supported"
    assert finding(found, "practical departure").status == "note"


def test_groups_are_adjusted(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(3)
    columns = {"y": [*random.exponential(4, 40), *random.normal(0, 1, 80)], "g": ["a"] * 40 + ["b"] * 40 + ["c"] * 40}
    found = answer("TEST_NORMALITY value=y group=g", columns)
    single = answer('TEST_NORMALITY value=y where=(g == "a")', columns)
    assert (found.groups, found.rejected) == (3, 1)
    assert found.values["p_value_a"] == pytest.approx(single.p_value)
    assert found.p_value == pytest.approx(3 * single.p_value)
    assert ": a (" in found.statement
    assert finding(found, "multiplicity").statistic == 3
    assert finding(found, "within the groups").status == "note"


def test_groups_that_are_normal(answer: Answer, finding: Find) -> None:
    columns = {"y": [*normal(40), *[v + 9 for v in normal(40, 2)]], "g": ["a"] * 40 + ["b"] * 40}
    found = answer("TEST_NORMALITY value=y group=g", columns)
    assert found.decision == "supported"
    assert finding(found, "within the groups").status == "pass"
    assert answer("TEST_NORMALITY value=y", columns).decision == "not supported"


def test_small_groups_are_left_out(answer: Answer, finding: Find) -> None:
    columns = {"y": [*normal(30), 1.0, 2.0, 5.0], "g": ["a"] * 30 + ["b"] * 3}
    found = answer("TEST_NORMALITY value=y group=g", columns)
    assert found.groups == 1
    assert "b: 3 values are too few" in finding(found, "sample size").statement
    with pytest.raises(DataError, match="no group can be tested"):
        answer('TEST_NORMALITY value=y group=g where=(g == "b")', columns)


def test_columns_are_pooled(answer: Answer, finding: Find) -> None:
    columns = {"h1": normal(30), "h2": normal(30, 2)}
    pooled = answer("TEST_NORMALITY value=[h1, h2]", columns)
    assert pooled.n == 60
    assert finding(pooled, "within the columns").status == "pass"
    apart = {"h1": normal(30), "h2": [v + 8 for v in normal(30, 2)]}
    mixed = answer("TEST_NORMALITY value=[h1, h2]", apart)
    assert finding(mixed, "mixture").status == "warn"
    assert finding(mixed, "independence").status == "pass"
    assert finding(answer("TEST_NORMALITY value=[h1, h2]", {"h1": normal(30), "h2": [None] * 29 + [9.0]}), "shape")


@pytest.mark.parametrize(
    ("draw", "word"),
    [
        (lambda r: r.lognormal(0, 0.8, 80), "right-skewed"),
        (lambda r: -r.lognormal(0, 0.8, 80), "left-skewed"),
        (lambda r: r.standard_t(2.2, 80) * np.sign(r.normal(size=80)), "heavy-tailed"),
        (lambda r: np.concatenate([r.normal(-4, 1, 40), r.normal(4, 1, 40)]), "two-peaked or flat"),
    ],
)
def test_shape_has_a_name_and_a_mend(answer: Answer, finding: Find, draw: Callable[..., Any], word: str) -> None:
    found = answer("TEST_NORMALITY value=y", {"y": list(draw(np.random.default_rng(6)))})
    assert word in finding(found, "shape").statement
    assert finding(found, "shape").mend


def test_transformation_that_mends(answer: Answer, finding: Find) -> None:
    columns = {"y": list(np.random.default_rng(6).lognormal(0, 0.8, 80))}
    assert finding(answer("TEST_NORMALITY value=y", columns), "transformation").mend == "use transform=log"
    assert answer("TEST_NORMALITY value=y transform=log", columns).decision == "supported"


def test_close_case_is_told(answer: Answer, finding: Find) -> None:
    closest = None
    for seed in range(60):
        values = list(np.random.default_rng(seed).standard_t(5, 40))
        found = answer("TEST_NORMALITY value=y", {"y": values})
        closest = finding(found, "sensitivity") if finding(found, "sensitivity").status == "note" else closest
    assert closest is not None
    assert "opposite verdict" in closest.statement


def test_chi_square_of_jarque_bera_is_doubted(answer: Answer, finding: Find) -> None:
    columns = {"y": [float(v) for v in [1, 2, 2.5, 3, 3.2, 3.5, 4, 4.4, 5, 9]]}
    found = answer("TEST_NORMALITY value=y method=jarque_bera", columns)
    assert finding(found, "approximation").status == "warn"
    assert (
        finding(answer("TEST_NORMALITY value=y method=jarque_bera", {"y": normal(300)}), "approximation").status
        == "note"
    )


def test_ties_outliers_and_drift_warn(answer: Answer, finding: Find) -> None:
    coarse = answer("TEST_NORMALITY value=y", {"y": [round(v) for v in normal(60)]})
    assert finding(coarse, "resolution").status == "warn"
    far = answer("TEST_NORMALITY value=y", {"y": [*normal(40), 30.0]})
    assert finding(far, "outliers").status == "warn"
    drift = answer("TEST_NORMALITY value=y", {"y": [0.1 * i + 0.01 * (i % 3) for i in range(60)]})
    assert finding(drift, "independence").status == "warn"
    in_groups = {"y": [*normal(40), *normal(39, 2), 60.0], "g": ["a"] * 40 + ["b"] * 40}
    assert finding(answer("TEST_NORMALITY value=y group=g", in_groups), "outliers").status == "warn"


@pytest.mark.parametrize(
    ("values", "method", "match"),
    [
        (normal(7), "anderson_darling", "at least 8"),
        (normal(4), "lilliefors", "at least 5"),
        ([1.0, 2.0], "shapiro_wilk", "at least 3"),
        (normal(5001), "shapiro_wilk", "use anderson_darling"),
    ],
)
def test_sizes_outside_the_method_are_refused(answer: Answer, values: list[float], method: str, match: str) -> None:
    with pytest.raises(DataError, match=match):
        answer(f"TEST_NORMALITY value=y method={method}", {"y": values})


def test_equal_values_are_refused(answer: Answer) -> None:
    with pytest.raises(DataError, match="equal"):
        answer('TEST_NORMALITY value=y where=(g == "a")', {"y": [2.5] * 9 + [3.0], "g": ["a"] * 9 + ["b"]})


def test_three_values_have_no_kurtosis(answer: Answer, finding: Find) -> None:
    found = answer("TEST_NORMALITY value=y method=shapiro_wilk", {"y": [1.0, 2.0, 4.0]})
    assert "kurtosis" not in finding(found, "shape").statement


def test_missing_values_are_left_out(answer: Answer) -> None:
    values = normal(30)
    with_gaps = answer("TEST_NORMALITY value=y", {"y": [None, *values, None]})
    assert with_gaps.p_value == pytest.approx(answer("TEST_NORMALITY value=y", {"y": values}).p_value)


def test_residuals_of_an_earlier_step() -> None:
    table = Table.from_columns({"x": list(np.arange(40.0) ** 1.1), "y": list(np.arange(40.0) ** 1.1 + normal(40))})
    steps = parse_plan("FIT_REGRESSION response=y predictors=x; TEST_NORMALITY value=r1.residuals")
    assert execute([step for step in steps if isinstance(step, Command)], table)[1].result.decision == "supported"


def test_figures(answer: Answer) -> None:
    (ax,) = answer('TEST_NORMALITY value="weight (lb)"', MEN).figure().axes
    assert ax.get_xlabel() == "weight (lb)"
    columns = {"y": [*normal(40), *normal(40, 2)], "g": ["a"] * 40 + ["b"] * 40}
    (ax,) = answer("TEST_NORMALITY value=y group=g", columns).figure().axes
    assert len(ax.lines) == 4
