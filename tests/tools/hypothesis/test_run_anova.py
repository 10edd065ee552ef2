"""RUN_ANOVA with one factor, held against published analyses and NIST's certified values."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.dsl.command import Command
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tables import Table
from havoc_pipeline.tools.result import format_number

# Montgomery (2019), Design and Analysis of Experiments, table 3.1: etch rate by radio-frequency power.
ETCH = {
    "160": [575, 542, 530, 539, 570],
    "180": [565, 593, 590, 579, 610],
    "200": [600, 651, 610, 637, 629],
    "220": [725, 700, 715, 685, 710],
}
# Beall (1942), Biometrika 32, 243-262: insects after spraying; R's data set InsectSprays.
SPRAYS = {
    "A": [10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13],
    "B": [11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13],
    "C": [0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4],
    "D": [3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4],
    "E": [3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4],
    "F": [11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13],
}


def long(groups: dict[str, Any]) -> Table:
    rows = [(level, value) for level, values in groups.items() for value in values]
    return Table.from_columns({"y": [str(v) for _, v in rows], "g": [level for level, _ in rows]})


def run(command: str, table: Table) -> Any:
    plan = [step for step in parse_plan(command) if isinstance(step, Command)]
    return execute(plan, table)[0].result


def finding(result: Any, check: str) -> Any:
    return next(f for f in result.findings if f.check == check)


def lre(value: float, certified: float) -> float:
    return min(15.0, -math.log10(max(abs(value - certified) / abs(certified), 1e-15)))


def test_etch_rate_agrees_with_montgomery_table_3_4() -> None:
    result = run("RUN_ANOVA response=y factor=g", long(ETCH))
    assert result.ss_between == pytest.approx(66870.55)
    assert result.ss_within == pytest.approx(5339.20)
    assert result.f == pytest.approx(66.80, abs=0.005)
    assert (result.df_between, result.df_within) == (3, 16)
    assert result.values["mean_220"] == pytest.approx(707.0)


def test_etch_rate_intervals_agree_with_montgomery_section_3_3() -> None:
    # Page 76: the mean at 220 W lies between 689.68 and 724.32 (MSE 333.70, t = 2.120).
    values = run("RUN_ANOVA response=y factor=g", long(ETCH)).values
    assert values["ci_low_220"] == pytest.approx(689.68, abs=0.01)
    assert values["ci_high_220"] == pytest.approx(724.32, abs=0.01)


def test_tukey_half_width_agrees_with_montgomery_example_3_7() -> None:
    # q(0.05; 4, 16) = 4.05, so T = 33.09 with the rounded quantile.
    pair = run("RUN_ANOVA response=y factor=g", long(ETCH)).pairs[0]
    assert pair.high - pair.difference == pytest.approx(33.09, abs=0.05)
    assert pair.difference == pytest.approx(551.2 - 587.4)


def test_insect_sprays_agree_with_r() -> None:
    # R 4: summary(aov(count ~ spray)) gives F 34.7; oneway.test gives F = 36.065, denom df = 30.043.
    table = long(SPRAYS)
    assert run("RUN_ANOVA response=y factor=g", table).f == pytest.approx(34.702, abs=5e-4)
    welch = run("RUN_ANOVA response=y factor=g method=welch", table)
    assert welch.f == pytest.approx(36.065, abs=5e-4)
    assert welch.df_within == pytest.approx(30.043, abs=5e-4)
    assert welch.p_value == pytest.approx(7.999e-12, rel=1e-3)


def test_insect_sprays_pairs_agree_with_r_tukey_hsd() -> None:
    # R 4: TukeyHSD(aov(count ~ spray, InsectSprays))$spray["B-A",]: 0.8333333 -3.866075 5.532742 0.9951810.
    values = run("RUN_ANOVA response=y factor=g", long(SPRAYS)).values
    assert values["difference_a_b"] == pytest.approx(-0.8333333, abs=1e-7)
    assert values["difference_low_a_b"] == pytest.approx(-5.532742, abs=1e-6)
    assert values["difference_high_a_b"] == pytest.approx(3.866075, abs=1e-6)
    assert values["p_value_a_b"] == pytest.approx(0.9951810, abs=1e-7)


@pytest.mark.parametrize(("posthoc", "variance"), [("tukey", "equal"), ("games_howell", "unequal")])
def test_pairs_agree_with_statsmodels_for_unequal_sizes(posthoc: str, variance: str) -> None:
    from statsmodels.stats.multicomp import pairwise_tukeyhsd

    groups = {"A": SPRAYS["A"][:7], "C": SPRAYS["C"], "F": SPRAYS["F"][:9]}
    result = run(f"RUN_ANOVA response=y factor=g posthoc={posthoc}", long(groups))
    y = np.concatenate([np.array(v, float) for v in groups.values()])
    labels = np.repeat(list(groups), [len(v) for v in groups.values()])
    peer = pairwise_tukeyhsd(y, labels, use_var=variance)
    ours = np.array([(p.p_value, -p.high, -p.low) for p in result.pairs])
    assert ours[:, 0] == pytest.approx(peer.pvalues, abs=1e-6)
    assert ours[:, 1:] == pytest.approx(peer.confint, abs=1e-4)


def test_welch_agrees_with_statsmodels() -> None:
    from statsmodels.stats.oneway import anova_oneway

    groups = {"A": SPRAYS["A"][:7], "C": SPRAYS["C"], "F": SPRAYS["F"][:9]}
    peer = anova_oneway([np.array(v, float) for v in groups.values()], use_var="unequal", welch_correction=True)
    result = run("RUN_ANOVA response=y factor=g method=welch", long(groups))
    assert (result.f, result.p_value) == pytest.approx((peer.statistic, peer.pvalue), rel=1e-10)


def small_lesage(start: int, repeats: int) -> dict[str, list[str]]:
    """NIST SmLs data as generated: nine treatments about `start` + 0.4, 0.3, 0.5, 0.3, …"""
    found = {}
    for place, tenth in enumerate([4, 3, 5, 3, 5, 3, 5, 3, 5]):
        around = [tenth] + [tenth - 1, tenth + 1] * (repeats // 2)
        found[str(place + 1)] = [f"{start}.{digit}" for digit in around]
    return found


@pytest.mark.parametrize(
    ("start", "repeats", "f"), [(1, 21, 21), (10**6, 201, 201), (10**12, 21, 21), (10**12, 2001, 2001)]
)
def test_constant_leading_digits_do_not_spoil_f(start: int, repeats: int, f: float) -> None:
    # NIST StRD SmLs01, 05, 07 and 09: certified F is 21, 201, 21 and 2001, residual sd 0.1.
    result = run("RUN_ANOVA response=y factor=g posthoc=none", long(small_lesage(start, repeats)))
    assert lre(result.f, f) > 12.5
    assert lre(result.residual_sd, 0.1) > 12.5


@pytest.mark.reference
@pytest.mark.parametrize(
    "name",
    ["SiRstv", "SmLs01", "SmLs02", "SmLs03", "AtmWtAg", "SmLs04", "SmLs05", "SmLs06", "SmLs07", "SmLs08", "SmLs09"],
)
def test_nist_certified_values(reference: Path, name: str) -> None:
    lines = (reference / "nist_strd" / f"{name}.dat").read_text().split("\n")
    match = re.search(r"Data\s+\(lines\s+(\d+) to\s+(\d+)", "\n".join(lines[:20]))
    assert match is not None
    rows = [line.split() for line in lines[int(match[1]) - 1 : int(match[2])] if line.strip()]
    table = Table.from_columns({"g": [row[0] for row in rows], "y": [row[1] for row in rows]})
    between = next(line.split() for line in lines[35:60] if line.startswith("Between"))
    within = next(line.split() for line in lines[35:60] if line.startswith("Within"))
    result = run("RUN_ANOVA response=y factor=g posthoc=none", table)
    agreement = [
        lre(result.f, float(between[-1])), lre(result.ss_between, float(between[-3])),
        lre(result.ss_within, float(within[-2])), lre(result.ms_between, float(between[-2])),
    ]  # fmt: skip
    assert min(agreement) > 13, agreement


def test_columns_side_by_side_equal_the_long_table() -> None:
    wide = Table.from_columns({f"p{k}": [str(v) for v in values] for k, values in ETCH.items()})
    result = run("RUN_ANOVA response=[p160, p180, p200, p220]", wide)
    assert result.f == pytest.approx(66.80, abs=0.005)
    assert "columns" in result.statement
    assert not result.series


def test_effect_sizes_follow_their_definitions() -> None:
    result = run("RUN_ANOVA response=y factor=g", long(ETCH))
    assert result.eta_squared == pytest.approx(66870.55 / 72209.75)
    mse = 5339.20 / 16
    assert result.omega_squared == pytest.approx((66870.55 - 3 * mse) / (72209.75 + mse))
    assert result.effect_low < result.omega_squared < result.effect_high


def test_effect_interval_inverts_the_noncentral_f() -> None:
    # Steiger (2004): the limits are the noncentralities that put 0.95 and 0.05 below the observed F.
    from scipy.stats import ncf

    result = run("RUN_ANOVA response=y factor=g alpha=0.1", long(SPRAYS))
    for share, probability in ((result.effect_low, 0.95), (result.effect_high, 0.05)):
        noncentrality = share * 72 / (1 - share)
        assert ncf.cdf(result.f, 5, 66, noncentrality) == pytest.approx(probability, abs=1e-9)
    assert result.confidence_interval(0.9) == pytest.approx((result.effect_low, result.effect_high))


def test_statement_says_what_was_found_with_numbers_filled_in() -> None:
    result = run("RUN_ANOVA response=y factor=g ALPHA_0_01", long(ETCH))
    text = result.statement.format(**{k: format_number(k, v) for k, v in result.values.items()})
    assert result.decision == "supported"
    assert "highest for 220 (707)" in text
    assert "lowest for 160 (551.2)" in text
    assert not re.search(r"\d{3}", result.statement.replace("{mean_220}", "").replace("{mean_160}", "")
                         .replace("220", "").replace("160", ""))  # fmt: skip


def test_no_difference_is_not_supported() -> None:
    table = long({"a": [1, 2, 3, 4], "b": [2, 3, 4, 1], "c": [1.5, 2.5, 3.5, 2]})
    result = run("RUN_ANOVA response=y factor=g", table)
    assert result.decision == "not supported"
    assert result.statement.startswith("The data do not show")


def test_missing_values_are_left_out() -> None:
    groups = {level: [*values, ""] for level, values in ETCH.items()}
    result = run("RUN_ANOVA response=y factor=g", long(groups))
    assert result.f == pytest.approx(66.80, abs=0.005)
    assert finding(result, "missing values").status == "warn"
    assert np.isnan(result.series["residuals"]).sum() == 4


def test_levels_that_only_differ_in_punctuation_keep_their_own_values() -> None:
    values = run("RUN_ANOVA response=y factor=g", long({"A-1": [1, 2, 3], "A 1": [4, 5, 7]})).values
    assert sorted([values["mean_a_1"], values["mean_a_1_2"]]) == pytest.approx([2.0, 16 / 3])


def test_transform_works_on_the_response() -> None:
    result = run("RUN_ANOVA response=y factor=g transform=log", long(ETCH))
    assert result.values["mean_220"] == pytest.approx(np.log(ETCH["220"]).mean())


def test_figure_draws() -> None:
    assert len(run("RUN_ANOVA response=y factor=g", long(ETCH)).figure().axes) == 1


@pytest.mark.parametrize(
    ("groups", "command", "message"),
    [
        ({"1": [1], "2": [2], "5": [3]}, "", "one value"),
        ({"a": [1, 1], "b": [2, 2]}, "", "does not vary within any group"),
        ({"a": [0.1] * 3, "b": [0.7] * 7}, "", "does not vary within any group"),
        ({"a": [1, 2], "b": [5]}, "method=welch", "group `b` has one value"),
        ({"a": [1, 2, 3], "b": [5, 5, 5]}, "method=welch", "no variation"),
        ({"a": [1, 2, 3], "b": [""] * 3}, "", "1 group with values"),
        ({"a": [1, 2], "b": [5]}, "posthoc=games_howell", "posthoc=tukey"),
    ],
)
def test_data_that_cannot_be_compared_are_refused(groups: dict[str, Any], command: str, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        run(f"RUN_ANOVA response=y factor=g {command}", long(groups))


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("RUN_ANOVA response=y", "factor="),
        ("RUN_ANOVA response=[y, y2] factor=g", "leave factor= out, or average the columns first"),
        ("RUN_ANOVA response=y factor=[g, h, k]", "FIT_REGRESSION"),
        ("RUN_ANOVA response=y factor=[g, h] method=welch", "one factor"),
        ("RUN_ANOVA response=y factor=[g, h] posthoc=games_howell", "one factor"),
        ("RUN_ANOVA response=y factor=[g, g]", "twice"),
    ],
)
def test_commands_that_do_not_fit_are_refused(command: str, message: str) -> None:
    table = Table.from_columns(
        {
            "y": [str(v / 2) for v in range(12)], "y2": [str(v * 1.5) for v in range(12)], "g": ["a", "b", "c"] * 4,
            "h": ["u", "v"] * 6, "k": ["x", "x", "z", "z"] * 3,
        }
    )  # fmt: skip
    with pytest.raises(CommandError, match=re.escape(message)):
        run(command, table)
