"""RUN_CORRELATION, held against published coefficients, R and scipy."""

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
from havoc_pipeline.tools.hypothesis.coefficients import kendall, pearson, spearman
from havoc_pipeline.tools.hypothesis.correlation_findings import holm
from havoc_pipeline.tools.hypothesis.ranks import inversions, kendall_exact_p, midranks, spearman_exact_p
from havoc_pipeline.tools.result import format_number

# Anscombe (1973), Am. Stat. 27, 17-21: four data sets with r = 0.816.
ANSCOMBE_X = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
ANSCOMBE_1 = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
ANSCOMBE_2 = [9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74]
ANSCOMBE_3 = [7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73]
# Hollander and Wolfe (1973), p. 187, as in R's help page of cor.test: lightness and quality of tuna.
TUNA_X = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
TUNA_Y = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]


def table_of(**columns: Any) -> Table:
    return Table.from_columns({name: [str(v) for v in values] for name, values in columns.items()})


def run(command: str, table: Table) -> Any:
    plan = [step for step in parse_plan(command) if isinstance(step, Command)]
    return execute(plan, table)[0].result


def finding(result: Any, check: str) -> Any:
    return next(f for f in result.findings if f.check == check)


def test_anscombe_agrees_with_the_paper() -> None:
    result = run("RUN_CORRELATION x=x y=y", table_of(x=ANSCOMBE_X, y=ANSCOMBE_1))
    assert result.correlation == pytest.approx(0.816, abs=5e-4)
    assert result.r_squared == pytest.approx(0.667, abs=5e-4)
    # R 4: cor.test(anscombe$x1, anscombe$y1): t = 4.2415, df = 9, p-value = 0.00217, 0.4243912 0.9506933.
    assert (result.statistic, result.df) == pytest.approx((4.2415, 9), abs=5e-5)
    assert result.p_value == pytest.approx(0.00217, abs=5e-6)
    assert (result.ci_low, result.ci_high) == pytest.approx((0.4243912, 0.9506933), abs=5e-8)


def test_tuna_agrees_with_r_for_all_three_methods() -> None:
    # R 4, help page of cor.test: Pearson 0.5711816 (t = 1.8411, p = 0.1082, -0.1497426 0.8955795);
    # Kendall T = 26, tau 0.4444444, exact p 0.1194.
    table = table_of(x=TUNA_X, y=TUNA_Y)
    result = run("RUN_CORRELATION x=x y=y", table)
    assert result.correlation == pytest.approx(0.5711816, abs=5e-8)
    assert result.p_value == pytest.approx(0.1082, abs=5e-5)
    assert (result.ci_low, result.ci_high) == pytest.approx((-0.1497426, 0.8955795), abs=5e-8)
    rank = run("RUN_CORRELATION x=x y=y method=kendall", table)
    assert (rank.correlation, rank.p_value) == pytest.approx((0.4444444, 0.1194), abs=5e-5)
    assert run("RUN_CORRELATION x=x y=y method=spearman", table).correlation == pytest.approx(0.6, abs=1e-12)


@pytest.mark.parametrize("n", [7, 30, 400])
@pytest.mark.parametrize("digits", [0, 6])
def test_coefficients_and_p_values_agree_with_scipy(n: int, digits: int) -> None:
    from scipy import stats

    generator = np.random.default_rng(n)
    x = np.round(generator.normal(size=n), digits)
    y = np.round(0.4 * x + generator.normal(size=n), digits)
    ours, peer = pearson(x, y), stats.pearsonr(x, y)
    assert (ours.coefficient, ours.p_value) == pytest.approx((peer.statistic, peer.pvalue), rel=1e-9)
    assert ours.interval(0.9) == pytest.approx(tuple(peer.confidence_interval(0.9)))
    assert spearman(x, y).coefficient == pytest.approx(stats.spearmanr(x, y).statistic)
    if digits == 0 or n > 10:
        assert spearman(x, y).p_value == pytest.approx(stats.spearmanr(x, y).pvalue, rel=1e-9)
    tau = stats.kendalltau(x, y)
    assert (kendall(x, y).coefficient, kendall(x, y).p_value) == pytest.approx((tau.statistic, tau.pvalue), rel=1e-9)


def test_exact_p_values_enumerate_all_orders() -> None:
    from itertools import permutations

    u, v = np.arange(1.0, 7), np.array([2.0, 1, 4, 3, 6, 5])
    orders = np.array(list(permutations(u)))
    rho = np.array([np.corrcoef(u, order)[0, 1] for order in orders])
    far = np.abs(rho) >= abs(np.corrcoef(u, v)[0, 1]) - 1e-12
    assert spearman_exact_p(u, v) == pytest.approx(far.mean())
    scores = np.array([15 - 2 * inversions(order.astype(np.intp)) for order in orders])
    assert kendall_exact_p(9, 6) == pytest.approx((np.abs(scores) >= 9).mean())


def test_spearman_small_sample_critical_value() -> None:
    # Zar (1972), J. Am. Stat. Assoc. 67, 578-580: for n = 8 the two-sided 5% critical value is 0.738.
    x = np.arange(1.0, 9)
    y = np.array([1.0, 2, 3, 6, 8, 4, 5, 7])
    assert spearman(x, y).coefficient == pytest.approx(0.7380952)
    assert spearman(x, y).p_value < 0.05
    assert spearman(x, np.array([2.0, 1, 3, 6, 8, 4, 5, 7])).p_value > 0.05


def test_inversions_of_many_codes() -> None:
    codes = np.random.default_rng(2).integers(0, 40, size=300).astype(np.intp)
    slow = sum(int((codes[i] > codes[i + 1 :]).sum()) for i in range(codes.size))
    assert inversions(codes) == slow


def test_midranks_share_ties() -> None:
    assert midranks(np.array([3.0, 1, 3, 7])).tolist() == [2.5, 1, 2.5, 4]


def test_partial_correlation_follows_the_recursion() -> None:
    # Kendall and Stuart (1973), The Advanced Theory of Statistics 2, eq. 27.5.
    x, y, z = np.random.default_rng(5).normal(size=(3, 30))
    y = y + z
    x = x + z
    r = np.corrcoef([x, y, z])
    expected = (r[0, 1] - r[0, 2] * r[1, 2]) / math.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))
    found = pearson(x, y, z[:, None])
    assert found.coefficient == pytest.approx(expected)
    assert found.df == 27
    assert found.statistic == pytest.approx(expected * math.sqrt(27 / (1 - expected**2)))
    t_xy, t_xz, t_yz = (kendall(*pair).coefficient for pair in ((x, y), (x, z), (y, z)))
    tau = (t_xy - t_xz * t_yz) / math.sqrt((1 - t_xz**2) * (1 - t_yz**2))
    assert kendall(x, y, z[:, None]).coefficient == pytest.approx(tau)
    ranks = [midranks(v) for v in (x, y, z)]
    assert spearman(x, y, z[:, None]).coefficient == pytest.approx(
        pearson(ranks[0], ranks[1], ranks[2][:, None]).coefficient
    )


def test_partial_through_the_language_names_what_is_held() -> None:
    x, y, z = np.random.default_rng(6).normal(size=(3, 30))
    table = table_of(x=x + 3 * z, y=y + 3 * z, z=z)
    result = run("RUN_CORRELATION x=x y=y control=z", table)
    assert "when z is held constant" in result.statement
    assert result.n == 30
    assert abs(result.correlation) < abs(run("RUN_CORRELATION x=x y=y", table).correlation)
    assert "less controls" in finding(result, "linearity").statement


def test_several_columns_are_adjusted_by_holm() -> None:
    noise = np.random.default_rng(8).normal(size=(4, 40))
    table = table_of(a=noise[0], b=noise[1] + 0.45 * noise[3], c=noise[2], y=noise[3])
    result = run("RUN_CORRELATION x=[a, b, c] y=y", table)
    values = result.values
    assert values["p_value_holm_b"] == pytest.approx(3 * values["p_value_b"])
    assert result.correlation == values["correlation_b"]
    text = result.statement.format(**{k: format_number(k, v) for k, v in values.items()})
    assert "b is most strongly related to y" in text
    assert "allowing for 3 tests" in text
    assert finding(result, "multiplicity").statement.startswith("3 tests")


def test_holm_agrees_with_its_definition() -> None:
    # Holm (1979): 0.01, 0.04, 0.03, 0.005 become 0.03, 0.06, 0.06, 0.02 (R 4: p.adjust).
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_multiplicity_warns_when_a_result_falls() -> None:
    noise = np.random.default_rng(21).normal(size=(6, 30))
    columns = {f"x{k}": noise[k] for k in range(5)}
    columns["x0"] = noise[0] + 0.5 * noise[5]
    result = run(f"RUN_CORRELATION x=[{', '.join(columns)}] y=y", table_of(**columns, y=noise[5]))
    assert result.values["p_value_x0"] < 0.05 < result.values["p_value_holm_x0"]
    assert finding(result, "multiplicity").status == "warn"
    assert result.decision == "not supported"


def test_anscombe_curve_and_outlier_are_found() -> None:
    bent = run("RUN_CORRELATION x=x y=y", table_of(x=ANSCOMBE_X, y=ANSCOMBE_2))
    assert bent.correlation == pytest.approx(0.816, abs=5e-4)
    assert finding(bent, "linearity").status == "warn"
    straight = run("RUN_CORRELATION x=x y=y", table_of(x=ANSCOMBE_X, y=ANSCOMBE_1))
    assert finding(straight, "linearity").status == "pass"
    assert finding(straight, "outliers").status == "pass"


def test_far_row_is_named_with_the_coefficient_without_it() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 40))
    x[6], y[6] = 12, 12
    found = finding(run("RUN_CORRELATION x=x y=y", table_of(x=x, y=y)), "outliers")
    assert found.status == "warn"
    assert "row 7 " in found.statement
    assert "instead of" in found.statement


def test_drift_of_both_warns_and_of_one_does_not() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 60))
    drift = np.linspace(0, 8, 60)
    both = run("RUN_CORRELATION x=x y=y", table_of(x=x + drift, y=y + drift))
    assert finding(both, "independence").status == "warn"
    assert finding(run("RUN_CORRELATION x=x y=y", table_of(x=x + drift, y=y)), "independence").status == "pass"


def test_skewed_data_point_to_ranks() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 20))
    found = finding(run("RUN_CORRELATION x=x y=y", table_of(x=np.exp(3 * x), y=y)), "normality")
    assert found.status == "warn"
    assert "spearman" in found.mend


def test_ties_are_noted_for_ranks() -> None:
    x, y = np.random.default_rng(3).integers(1, 5, size=(2, 30))
    result = run("RUN_CORRELATION x=x y=y method=kendall", table_of(x=x, y=y))
    assert finding(result, "ties").status == "note"
    assert "ties" in result.conventions["p-value"]


def test_shared_columns_warn() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 30)) + 10
    result = run("RUN_CORRELATION x=x y=(y / x)", table_of(x=x, y=y))
    assert finding(result, "shared column").status == "warn"


def test_few_rows_warn() -> None:
    result = run("RUN_CORRELATION x=x y=y", table_of(x=TUNA_X, y=TUNA_Y))
    assert finding(result, "sample size").status == "warn"


def test_perfect_relation_and_smallest_sample() -> None:
    result = run("RUN_CORRELATION x=x y=y", table_of(x=[1.5, 2, 4], y=[3, 4, 8]))
    assert (result.correlation, result.p_value, result.decision) == (1.0, 0.0, "supported")
    loose = run("RUN_CORRELATION x=x y=y", table_of(x=[1.5, 2, 4], y=[3, 5, 8]))
    assert (loose.ci_low, loose.ci_high) == (-1.0, 1.0)


def test_interval_at_another_level_and_figure() -> None:
    result = run("RUN_CORRELATION x=[x, z] y=y", table_of(x=ANSCOMBE_X, y=ANSCOMBE_1, z=ANSCOMBE_3))
    low, high = result.confidence_interval(0.99, "x")
    assert low < result.values["ci_low_x"] < result.values["ci_high_x"] < high
    assert len([ax for ax in result.figure().axes if ax.lines]) == 2


def test_each_pair_uses_its_own_complete_rows() -> None:
    table = table_of(x=[*ANSCOMBE_X, 3], z=[*ANSCOMBE_3, ""], y=[*ANSCOMBE_1, 4.1])
    values = run("RUN_CORRELATION x=[x, z] y=y", table).values
    assert (values["n_x"], values["n_z"]) == (12, 11)


@pytest.mark.parametrize(
    ("columns", "command", "error", "message"),
    [
        ({"x": [1, 2], "y": [2, 1]}, "x=x y=y", DataError, "at least 3"),
        ({"x": [2, 2, 2, 5], "y": [1, 3, 2, ""]}, "x=x y=y", DataError, "equal 2"),
        ({"x": [1, 2, 4], "y": [3, 1, 2]}, "x=x y=x", CommandError, "more than once"),
        ({"x": [1, 2, 4, 3], "y": [3, 1, 2, 7], "z": [2, 4, 8, 6]}, "x=x y=y control=z", DataError, "determined"),
    ],
)
def test_what_cannot_correlate_is_refused(columns: Any, command: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        run(f"RUN_CORRELATION {command}", table_of(**columns))
