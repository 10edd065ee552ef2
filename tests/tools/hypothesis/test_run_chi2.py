"""RUN_CHI2 over tables: results, orientation, findings, data it must refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.result import Finding, Result

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]
Columns = dict[str, list[Any]]


def spread_out(counts: list[list[int]], rows: str = "AB", columns: tuple[str, ...] = ("fail", "pass")) -> Columns:
    """One row an item, in an order without runs."""
    items = [(r, c) for r, line in zip(rows, counts, strict=True) for c, n in zip(columns, line, strict=True)
             for _ in range(n)]  # fmt: skip
    order = np.random.default_rng(8).permutation(len(items))
    return {"line": [items[i][0] for i in order], "result": [items[i][1] for i in order]}


def counted(counts: list[list[int]], rows: str = "AB", columns: tuple[str, ...] = ("fail", "pass")) -> Columns:
    """One row a cell, with its count."""
    cells = [(r, c, n) for r, line in zip(rows, counts, strict=True) for c, n in zip(columns, line, strict=True)]
    return {"line": [c[0] for c in cells], "result": [c[1] for c in cells], "n": [c[2] for c in cells]}


def test_two_shares_agree_with_newcombe(answer: Answer) -> None:
    # Newcombe (1998), Stat. Med. 17, 873-890, table II: 56/70 - 48/80, method 10
    found = answer("RUN_CHI2 row=line column=result", spread_out([[56, 14], [48, 32]]))
    assert (found.values["share_a_percent"], found.values["share_b_percent"]) == (80.0, 60.0)
    assert found.values["difference"] == pytest.approx(20.0)
    assert (found.values["ci_low"], found.values["ci_high"]) == pytest.approx((5.24, 33.39), abs=5e-3)
    assert found.event == "fail"
    assert found.decision == "supported"


def test_p_is_without_correction_and_the_others_stand_beside(answer: Answer) -> None:
    # R: chisq.test(matrix(c(12, 5, 7, 7), ncol = 2)) gives p 0.4233 with Yates's correction
    found = answer("RUN_CHI2 row=line column=result", spread_out([[12, 7], [5, 7]]))
    assert found.values["p_value_yates"] == pytest.approx(0.4233, abs=5e-5)
    assert found.values["chi2_yates"] == pytest.approx(0.6411, abs=5e-5)
    assert found.p_value == found.p_value_pearson < found.values["p_value_yates"]
    assert found.method == "the chi-square test without continuity correction"
    assert found.values["p_value_fisher"] > found.p_value


def test_frequencies_count_like_rows(answer: Answer) -> None:
    rows = answer("RUN_CHI2 row=line column=result", spread_out([[12, 7], [5, 7]]))
    cells = answer("RUN_CHI2 row=line column=result count=n", counted([[12, 7], [5, 7]]))
    assert cells.values == pytest.approx(rows.values)


def test_several_groups_agree_with_r(answer: Answer) -> None:
    # R's ?chisq.test: X-squared 30.07, df 2, p 2.954e-07
    columns = counted([[762, 327, 468], [484, 239, 477]], "FM", ("Dem", "Ind", "Rep"))
    found = answer("RUN_CHI2 row=line column=result count=n", columns)
    assert (found.chi2, found.df, found.n) == (pytest.approx(30.07, abs=5e-3), 2, 2757)
    assert found.cramers_v == pytest.approx((30.0701 / 2757) ** 0.5, abs=1e-5)
    assert found.confidence_interval(0.95) == pytest.approx((found.cramers_v_ci_low, found.cramers_v_ci_high))
    assert "Rep is less frequent for F" in found.statement


def test_outcome_may_stand_in_either_place(answer: Answer) -> None:
    columns = spread_out([[30, 70], [10, 90], [12, 88]], "ABC")
    one = answer("RUN_CHI2 row=line column=result", columns)
    other = answer("RUN_CHI2 row=result column=line", columns)
    assert one.values == pytest.approx(other.values)
    assert one.values["share_a_percent"] == 30.0
    assert "lowest for B" in one.statement
    assert "highest for A" in one.statement


def test_zeros_and_ones_are_an_outcome(answer: Answer) -> None:
    columns = spread_out([[30, 70], [10, 90]])
    columns["bad"] = [int(value == "fail") for value in columns["result"]]
    found = answer("RUN_CHI2 row=line column=bad", columns)
    assert (found.event, found.values["share_a_percent"]) == ("1", 30.0)


def test_small_counts_use_fisher(answer: Answer, finding: Find) -> None:
    # R: fisher.test(TeaTasting): p 0.4857, odds ratio 6.408309
    found = answer("RUN_CHI2 row=line column=result", spread_out([[3, 1], [1, 3]]))
    assert found.p_value == pytest.approx(0.4857, abs=5e-5)
    assert found.values["odds_ratio"] == pytest.approx(6.408309, abs=2e-5)
    assert found.method == "Fisher's exact test"
    assert "Fisher" in finding(found, "expected counts").statement


def test_small_counts_in_large_tables_use_random_tables(answer: Answer, finding: Find) -> None:
    # Agresti (2002), table 2.8, job satisfaction: chi-square 5.97, p 0.74; R's fisher.test: 0.7827
    job = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
    found = answer("RUN_CHI2 row=line column=result count=n", counted(job, "abcd", ("vd", "ld", "ms", "vs")))
    assert found.chi2 == pytest.approx(5.97, abs=5e-3)
    assert found.p_value_pearson == pytest.approx(0.7434, abs=5e-5)
    assert found.p_value == pytest.approx(0.7827, abs=0.03)
    assert "random tables" in found.method
    assert finding(found, "expected counts").status == "warn"


def test_goodness_of_fit_agrees_with_r(answer: Answer) -> None:
    # R's ?chisq.test: chisq.test(c(A = 20, B = 15, C = 25)): X-squared 2.5, p 0.2865
    found = answer("RUN_CHI2 row=kind", {"kind": ["A"] * 20 + ["B"] * 15 + ["C"] * 25})
    assert (found.chi2, found.df) == (pytest.approx(2.5), 2)
    assert found.p_value == pytest.approx(0.2865, abs=5e-5)
    assert found.effect_size == pytest.approx((2.5 / 60) ** 0.5)
    assert found.ci_low <= found.effect_size <= found.ci_high
    assert found.decision == "not supported"


def test_goodness_of_fit_with_frequencies(answer: Answer) -> None:
    found = answer("RUN_CHI2 row=kind count=n", {"kind": ["A", "B", "C"], "n": [20, 15, 25]})
    assert found.chi2 == pytest.approx(2.5)
    zero = answer("RUN_CHI2 row=kind count=n", {"kind": ["A", "B", "C"], "n": [20, 0, 25]})
    assert (zero.levels, zero.values["count_b"]) == (3, 0)


def test_two_levels_of_few_items_are_exact(answer: Answer) -> None:
    # Binomial: 2 * P(X <= 1 | n = 8, 1/2) = 2 * 9 / 256
    found = answer("RUN_CHI2 row=kind", {"kind": ["A"] * 7 + ["B"]})
    assert found.p_value == pytest.approx(18 / 256)
    assert "binomial" in found.method


def test_few_items_of_many_levels_are_drawn(answer: Answer) -> None:
    found = answer("RUN_CHI2 row=kind", {"kind": ["A"] * 8 + ["B", "C", "D"]})
    assert "random samples" in found.method
    assert found.p_value < 0.05


def test_rows_of_one_cell_that_scatter(answer: Answer, finding: Find) -> None:
    random = np.random.default_rng(1)
    calm = {"line": ["A", "B"] * 15, "n": random.poisson(40, 30).tolist()}
    assert finding(answer("RUN_CHI2 row=line count=n", calm), "overdispersion").status == "pass"
    wild = {"line": ["A", "B"] * 15, "n": random.negative_binomial(2, 0.05, 30).tolist()}
    assert finding(answer("RUN_CHI2 row=line count=n", wild), "overdispersion").status == "fail"


def test_outcomes_in_runs(answer: Answer, finding: Find) -> None:
    runs = {"line": ["A", "B"] * 60, "result": (["fail"] * 20 + ["pass"] * 20) * 3}
    assert finding(answer("RUN_CHI2 row=line column=result", runs), "independence").status == "warn"
    mixed = spread_out([[30, 70], [28, 72]])
    assert finding(answer("RUN_CHI2 row=line column=result", mixed), "independence").status == "pass"


def test_clear_but_small_effect(answer: Answer, finding: Find) -> None:
    large = counted([[10_400, 89_600], [10_000, 90_000]])
    found = answer("RUN_CHI2 row=line column=result count=n", large)
    assert found.decision == "supported"
    assert finding(found, "effect size").status == "note"


def test_too_few_items_to_say_no(answer: Answer, finding: Find) -> None:
    found = answer("RUN_CHI2 row=line column=result", spread_out([[12, 7], [5, 7]]))
    # Cohen (1988), table 7.3: with n 31 and one degree of freedom, power 0.80 needs w = 0.50
    assert finding(found, "sample size").statistic == pytest.approx(0.50, abs=0.005)
    assert finding(found, "sample size").status == "warn"


def test_one_tiny_group(answer: Answer, finding: Find) -> None:
    found = answer("RUN_CHI2 row=line column=result count=n", counted([[100, 900], [4, 16]]))
    assert finding(found, "balance").status == "note"


def test_numbers_as_categories(answer: Answer, finding: Find) -> None:
    columns = {"temp": [20 + i % 14 for i in range(84)], "result": ["fail", "pass", "pass"] * 28}
    assert finding(answer("RUN_CHI2 row=temp column=result", columns), "coding").status == "warn"


def test_levels_without_items(answer: Answer, finding: Find) -> None:
    found = answer("RUN_CHI2 row=line column=result count=n", counted([[20, 30], [25, 35], [0, 0]], "ABC"))
    assert "C of `line`" in finding(found, "empty levels").statement
    assert found.df == 1


def test_equal_chances(answer: Answer, finding: Find) -> None:
    equal = {"line": ["A", "B"] * 6, "n": [9, 8] * 6}
    assert finding(answer("RUN_CHI2 row=line count=n", equal), "equal chances").status == "note"
    unequal = {"line": ["A"] * 8 + ["B"] * 4, "n": [9, 8] * 6}
    assert finding(answer("RUN_CHI2 row=line count=n", unequal), "equal chances").status == "warn"


def test_missing_rows(answer: Answer, finding: Find) -> None:
    columns = spread_out([[12, 7], [5, 7]])
    whole = answer("RUN_CHI2 row=line column=result", columns)
    gaps = {"line": [*columns["line"], None, "A"], "result": [*columns["result"], "fail", None]}
    found = answer("RUN_CHI2 row=line column=result", gaps)
    assert found.chi2 == pytest.approx(whole.chi2)
    assert finding(found, "missing values").statistic == pytest.approx(2 / 33)


@pytest.mark.parametrize("bad", [[1.5, 2.5, 3.0, 4.0], [-1, 2, 3, 4]])
def test_counts_must_be_counts(answer: Answer, bad: list[float]) -> None:
    columns = {"line": list("AABB"), "result": ["fail", "pass"] * 2, "n": bad}
    with pytest.raises(DataError, match="whole numbers"):
        answer("RUN_CHI2 row=line column=result count=n", columns)


@pytest.mark.parametrize("command", ["RUN_CHI2 row=line column=result", "RUN_CHI2 row=line"])
def test_one_level_is_refused(answer: Answer, command: str) -> None:
    with pytest.raises(DataError, match="at least 2"):
        answer(f'{command} where=(line == "A")', spread_out([[5, 5], [5, 5]]))


def test_levels_that_occur_once_want_their_count(answer: Answer) -> None:
    with pytest.raises(DataError, match="count="):
        answer("RUN_CHI2 row=kind", {"kind": ["A", "B", "C"], "n": [20, 15, 25]})


def test_nothing_counted_is_refused(answer: Answer) -> None:
    with pytest.raises(DataError, match="1 item"):
        answer("RUN_CHI2 row=kind count=n where=(n == 0)", {"kind": ["A", "B", "C"], "n": [0, 0, 5]})


def test_a_column_against_itself_is_refused(answer: Answer) -> None:
    with pytest.raises(CommandError, match="both"):
        answer("RUN_CHI2 row=line column=line", spread_out([[5, 5], [5, 5]]))


def test_coded_levels_keep_apart(answer: Answer) -> None:
    columns = spread_out([[30, 70], [10, 90]])
    columns["line"] = ["-1" if value == "A" else "1" for value in columns["line"]]
    found = answer("RUN_CHI2 row=line column=result", columns)
    assert (found.values["share_minus_1_percent"], found.values["share_1_percent"]) == (30.0, 10.0)


def test_tables_and_figures(answer: Answer) -> None:
    found = answer("RUN_CHI2 row=line column=result", spread_out([[30, 70], [10, 90]]))
    counts = next(table for table in found.tables if table.title == "Counts")
    assert counts.rows == (("A", 30, 70, 100), ("B", 10, 90, 100), ("total", 40, 160, 200))
    assert found.figure().axes[0].has_data()
    several = counted([[762, 327, 468], [484, 239, 477]], "FM", ("Dem", "Ind", "Rep"))
    assert len(answer("RUN_CHI2 row=line column=result count=n", several).figure().axes[0].patches) == 6
    assert len(answer("RUN_CHI2 row=line", spread_out([[30, 70], [10, 90]])).figure().axes[0].patches) == 2
