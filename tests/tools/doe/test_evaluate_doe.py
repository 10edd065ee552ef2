"""EVALUATE_DOE as a user writes it: what it finds in good, broken and unusual designs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

from havoc_pipeline.errors import CommandError, DataError
from havoc_pipeline.tools.doe.defining_words import Fraction
from havoc_pipeline.tools.doe.minimum_aberration import best_fraction
from havoc_pipeline.tools.result import Finding, Result, ResultTable
from havoc_pipeline.tools.samples import Floats

Answer = Callable[..., Any]
Find = Callable[[Result, str], Finding]


def columns(runs: Floats, names: str = "ABCDEFGHJK") -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in zip(names, runs.T, strict=False)}


def table(result: Result, title: str) -> ResultTable:
    return next(entry for entry in result.tables if entry.title.startswith(title))


def plackett_burman() -> Floats:
    row = np.array([1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1.0])  # Plackett and Burman (1946), Biometrika 33
    return np.vstack([*(np.roll(row, shift) for shift in range(11)), -np.ones(11)])


FULL = Fraction(3).matrix()
QUARTER = best_fraction(6, 16).matrix()


def test_full_factorial_is_supported(answer: Answer) -> None:
    found = answer("EVALUATE_DOE factors=[A, B, C]", columns(FULL))
    assert found.decision == "supported"
    assert (found.model, found.runs, found.terms, found.error_df) == ("interactions", 8, 6, 1)
    assert (found.d_efficiency, found.max_vif, found.max_correlation) == pytest.approx((100, 1, 0))
    assert math.isnan(found.resolution)
    assert math.isinf(found.generalized_resolution)


def test_fraction_is_recognised_from_its_runs(answer: Answer) -> None:
    # 2^(6-2) with E=ABC, F=BCD: I = ABCE = BCDF = ADEF (Montgomery 2019, chapter 8).
    found = answer("EVALUATE_DOE factors=[A, B, C, D, E, F]", columns(QUARTER))
    assert (found.model, found.resolution, found.generalized_resolution) == ("linear", 4, 4)
    assert "resolution {resolution}" in found.statement
    assert table(found, "Defining relation").rows == ((4, 3, "ABCE, ADEF, BCDF"),)
    assert dict(table(found, "Aliases").rows)["A·E"] == "B·C + D·F"


def test_fraction_in_real_settings_texts_and_shuffled(answer: Answer) -> None:
    data = columns(QUARTER[np.random.default_rng(2).permutation(16)])
    data["A"] = [180 if value < 0 else 220 for value in data["A"]]
    data["B"] = ["wet" if value < 0 else "dry" for value in data["B"]]
    found = answer("EVALUATE_DOE factors=[A, B, C, D, E, F]", data)
    assert found.resolution == 4
    # `dry` stands before `wet`, so every word with B turns its sign
    assert table(found, "Defining relation").rows == ((4, 3, "-ABCE, ADEF, -BCDF"),)


def test_interactions_of_a_resolution_iv_fraction_cannot_be_estimated(answer: Answer, finding: Find) -> None:
    found = answer("EVALUATE_DOE factors=[A, B, C, D, E, F] model=interactions", columns(QUARTER))
    assert found.decision == "not supported"
    assert (found.terms, found.aliased_terms) == (21, 8)
    assert finding(found, "estimability").status == "fail"
    assert "A·F" not in finding(found, "estimability").statement
    assert "B·C" in finding(found, "estimability").statement


def test_alias_table_agrees_with_the_alias_matrix(answer: Answer) -> None:
    """Chains from words and bias from least squares must say the same."""
    from havoc_pipeline.tools.doe.alias_tables import bias_table
    from havoc_pipeline.tools.doe.model_choice import with_every_term

    found = answer("EVALUATE_DOE factors=[A, B, C, D, E] model=linear", columns(best_fraction(5, 8).matrix()))
    bias = bias_table(found.fitted, with_every_term(found.coded))
    assert bias is not None
    chains = dict(table(found, "Aliases").rows)
    assert dict(bias.rows) == {name: chains[name] for name in "ABCDE"}


def test_plackett_burman_is_partly_aliased(answer: Answer, finding: Find) -> None:
    found = answer("EVALUATE_DOE factors=[A, B, C, D, E, F, G]", columns(plackett_burman()[:, :7]))
    assert found.generalized_resolution == pytest.approx(3 + 2 / 3)  # Deng and Tang (1999)
    assert math.isnan(found.resolution)
    assert finding(found, "resolution").status == "warn"
    also = dict(table(found, "Aliases").rows)["A"]
    assert "A·" not in also  # an effect is not aliased with its own interactions, but with all others by a third
    assert also.count("0.33 ") == 15


def test_largest_estimable_model_is_taken(answer: Answer) -> None:
    squares = np.array([[a, b] for a in (-1.0, 0, 1) for b in (-1.0, 0, 1)])
    assert answer("EVALUATE_DOE factors=[A, B]", columns(squares)).model == "quadratic"
    assert answer("EVALUATE_DOE factors=[A, B, C]", columns(FULL)).model == "interactions"
    assert answer("EVALUATE_DOE factors=[A, B, C]", columns(best_fraction(3, 4).matrix())).model == "linear"
    centre = np.vstack([FULL, np.zeros((3, 3))])
    assert answer("EVALUATE_DOE factors=[A, B, C]", columns(centre)).model == "interactions"


def test_squares_that_centre_points_cannot_separate(answer: Answer, finding: Find) -> None:
    centre = columns(np.vstack([FULL, np.zeros((3, 3))]))
    found = answer("EVALUATE_DOE factors=[A, B, C] model=quadratic", centre)
    assert found.decision == "not supported"
    assert finding(found, "estimability").statement.endswith(": B², C²")
    without = answer("EVALUATE_DOE factors=[A, B, C] model=quadratic", columns(FULL))
    assert without.aliased_terms == 3


def test_central_composite_in_real_settings(answer: Answer) -> None:
    cube, stars = Fraction(4).matrix(), np.vstack([2 * np.eye(4), -2 * np.eye(4)])
    runs = np.vstack([cube, stars, np.zeros((6, 4))]) * [10, 0.5, 3, 100] + [200, 4, 50, 900]
    found = answer("EVALUATE_DOE factors=[A, B, C, D]", columns(runs))
    assert (found.model, found.center_points, found.pure_error_df, found.lack_of_fit_df) == ("quadratic", 6, 5, 10)
    assert found.max_vif == pytest.approx(1.05)  # worked out in test_assessment
    assert found.values["vif_a_squared"] == pytest.approx(1.05)
    assert found.coded.matrix.max() == pytest.approx(2)


def test_bias_of_the_mean_is_shown(answer: Answer) -> None:
    squares = np.array([[a, b] for a in (-1.0, 0, 1) for b in (-1.0, 0, 1)])
    found = answer("EVALUATE_DOE factors=[A, B] model=linear", columns(squares))
    assert dict(table(found, "Aliases").rows)["mean"] == "0.67 A² + 0.67 B²"


def test_two_factors_changed_together(answer: Answer, finding: Find) -> None:
    found = answer("EVALUATE_DOE factors=[A, B]", {"A": [-1, 1] * 4, "B": [5, 7] * 4})
    assert found.decision == "not supported"
    assert found.resolution == 2
    assert finding(found, "resolution").status == "fail"
    assert math.isnan(found.power_2_sigma)
    assert finding(found, "power").status == "warn"


def test_categories(answer: Answer) -> None:
    gas = ["Ar", "He", "N2"]
    data = {"Gas": [g for g in gas for _ in range(4)], "T": [1, 2, 1, 2] * 3, "Op": ["x", "x", "y", "y"] * 3}
    found = answer("EVALUATE_DOE factors=[Gas, T, Op]", data)
    assert found.decision == "supported"
    assert found.d_efficiency == pytest.approx(100)
    assert {"vif_gas_1", "vif_gas_2", "vif_gas_1_t"} <= set(found.values)
    assert table(found, "Factors").rows[0] == ("A", "Gas", "categories", "Ar (4), He (4), N2 (4)", 0.0)


def test_series_has_the_leverage_of_every_row(answer: Answer) -> None:
    data = columns(FULL)
    data["B"][2] = None
    found = answer("EVALUATE_DOE factors=[A, B, C] model=linear", data)
    leverage = found.series["leverage"]
    assert leverage.shape == (8,)
    assert np.flatnonzero(np.isnan(leverage)).tolist() == [2]
    assert np.nansum(leverage) == pytest.approx(4)


def test_missing_settings_are_reported(answer: Answer, finding: Find) -> None:
    data = columns(FULL)
    data["B"][2] = None
    found = answer("EVALUATE_DOE factors=[A, B, C] model=linear", data)
    assert found.runs == 7
    assert "1 of 8 rows lack a value" in finding(found, "missing values").statement


def test_factors_are_found(answer: Answer, finding: Find) -> None:
    data = {"RunOrder": list(range(1, 9))} | columns(FULL) | {"Force": [3.1, 2.7, 4.4, 5.2, 3.3, 2.9, 4.8, 5.0]}
    found = answer("EVALUATE_DOE", data)
    assert found.names == ("A", "B", "C")
    assert finding(found, "factors").statement.endswith("A, B, C")
    assert "factors" in found.conventions


def test_filter_and_groups(answer: Answer) -> None:
    data = columns(np.tile(FULL, (2, 1))) | {"line": ["x"] * 8 + ["y"] * 8}
    assert answer('EVALUATE_DOE factors=[A, B, C] where=(line == "x")', data).runs == 8
    assert answer("EVALUATE_DOE factors=[A, B, C] by=line", data).runs == 8


def test_many_factors(answer: Answer) -> None:
    rng = np.random.default_rng(3)
    data = {f"x{place}": rng.choice([-1, 1], 60).tolist() for place in range(20)}
    found = answer(f"EVALUATE_DOE factors=[{', '.join(data)}]", data)
    assert found.model == "linear"
    assert found.generalized_resolution < 3
    assert found.figure().axes


@pytest.mark.parametrize("runs", [FULL, Fraction(2).matrix(), QUARTER])
def test_figure(runs: Floats, answer: Answer, tmp_path: Any) -> None:
    names = list("ABCDEF")[: runs.shape[1]]
    figure = answer(f"EVALUATE_DOE factors=[{', '.join(names)}]", columns(runs)).figure()
    figure.savefig(tmp_path / "figure.png")
    drawn = {text.get_text() for text in figure.findobj(Text)}
    assert all(any(name in words for words in drawn) for name in names)


def test_single_factor(answer: Answer) -> None:
    found = answer("EVALUATE_DOE factors=A", {"A": [1, 2, 3, 1, 2, 3]})
    assert (found.model, found.terms, found.pure_error_df) == ("quadratic", 2, 3)
    assert found.figure() is not None


@pytest.mark.parametrize(
    ("command", "data", "error", "message"),
    [
        ("EVALUATE_DOE factors=[A, B]", {"A": [1.5, 1.5, 1.5], "B": [1, 2, 1]}, DataError, "`A` has 1 setting in 3 runs"),
        ("EVALUATE_DOE factors=[A, A]", {"A": [1, 2, 1], "B": [1, 2, 1]}, CommandError, "`A` is named twice"),
        ("EVALUATE_DOE factors=[A, B] response=B", {"A": [1, 2, 1], "B": [1, 2, 1]}, CommandError, "and as the response"),
        ("EVALUATE_DOE", {"A": [1.2, 2.7, 1.8]}, DataError, "no column of the 1 looks like a factor"),
        ("EVALUATE_DOE factors=[A, B]", {"A": [1.5, None, 2], "B": [None, 2, 1]}, DataError, "1 of 3 runs have all settings"),
    ],
)  # fmt: skip
def test_errors(command: str, data: dict[str, list[Any]], error: type[Exception], message: str, answer: Answer) -> None:
    with pytest.raises(error, match=message):
        answer(command, data)


def test_too_many_factors(answer: Answer) -> None:
    data = {f"x{place}": [1, 2] * 20 for place in range(31)}
    with pytest.raises(CommandError, match="31 factors are too many; the limit is 30"):
        answer(f"EVALUATE_DOE factors=[{', '.join(data)}]", data)


def test_too_large_a_model(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havoc_pipeline.tools.doe.model_choice.LARGEST_MATRIX", 40)
    with pytest.raises(DataError, match="take model=linear"):
        answer("EVALUATE_DOE factors=[A, B, C] model=interactions", columns(FULL))
