"""The least-squares solver, held against NIST's certified regressions."""

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from havoc_pipeline.errors import DataError
from havoc_pipeline.tools.regression.double_double import accurate_sum, dot, multiply, two_product, two_sum
from havoc_pipeline.tools.regression.least_squares import Fit, independent_columns, least_squares, polynomial
from havoc_pipeline.tools.samples import Floats

# Longley (1967), J. Am. Stat. Assoc. 62, 819-841: y and six predictors.
LONGLEY = np.array(
    [
        [60323, 83.0, 234289, 2356, 1590, 107608, 1947], [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
        [60171, 88.2, 258054, 3682, 1616, 109773, 1949], [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
        [63221, 96.2, 328975, 2099, 3099, 112075, 1951], [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
        [64989, 99.0, 365385, 1870, 3547, 115094, 1953], [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
        [66019, 101.2, 397469, 2904, 3048, 117388, 1955], [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
        [68169, 108.4, 442769, 2936, 2798, 120445, 1957], [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
        [68655, 112.6, 482704, 3813, 2552, 123366, 1959], [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
        [69331, 115.7, 518173, 4806, 2572, 127852, 1961], [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
    ]
)  # fmt: skip
# NIST StRD, Longley.dat: certified estimates and standard deviations.
LONGLEY_CERTIFIED = [
    (-3482258.63459582, 890420.383607373), (15.0618722713733, 84.9149257747669),
    (-0.358191792925910e-01, 0.334910077722432e-01), (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675), (-0.511041056535807e-01, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]  # fmt: skip


def lre(value: float, certified: float) -> float:
    if certified == 0:
        return min(15.0, -math.log10(max(abs(value), 1e-15)))
    return min(15.0, -math.log10(max(abs(value - certified) / abs(certified), 1e-15)))


def agreement(fit: Fit, certified: list[tuple[float, float]]) -> tuple[float, float]:
    """Fewest digits of a coefficient and of a standard error."""
    coefficients = [lre(b, c) for b, (c, _) in zip(fit.coefficients, certified, strict=True)]
    errors = [lre(s, c) for s, (_, c) in zip(fit.standard_errors, certified, strict=True)]
    return min(coefficients), min(errors)


def test_longley_reaches_fourteen_digits() -> None:
    fit = least_squares(np.column_stack([np.ones(16), LONGLEY[:, 1:]]), LONGLEY[:, 0])
    assert min(agreement(fit, LONGLEY_CERTIFIED)) > 14
    assert lre(fit.sigma, 304.854073561965) > 14


@pytest.mark.parametrize("base", [1.0, 0.1])
def test_wampler_1_and_2_reach_twelve_digits(base: float) -> None:
    # Wampler (1970), J. Am. Stat. Assoc. 65, 549-565: y is an exact polynomial with coefficients base^k.
    x = np.arange(21.0)
    y = np.sum([(base * x) ** k for k in range(6)], axis=0)
    fit = polynomial(x, y, 5)
    # y is rounded to a double, which alone costs the second set some digits.
    assert min(lre(b, base**k) for k, b in enumerate(fit.coefficients)) > 12.5
    assert fit.sigma < 1e-12


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "degree", "digits"),
    [
        # Digits reached: Norris 14.1, Pontius 13.5, NoInt 14.7, Filip 14.0, Longley 14.6, Wampler 13.2 to 15.
        ("Norris", 1, 13.5), ("Pontius", 2, 13), ("NoInt1", 0, 14), ("NoInt2", 0, 14), ("Filip", 10, 13),
        ("Longley", -1, 14), ("Wampler1", 5, 14), ("Wampler2", 5, 13), ("Wampler3", 5, 14), ("Wampler4", 5, 14),
        ("Wampler5", 5, 14),
    ],
)  # fmt: skip
def test_nist_certified_regressions(reference: Path, name: str, degree: int, digits: float) -> None:
    data, certified = read_nist(reference / "nist_strd" / f"{name}.dat")
    y, x = data[:, 0], data[:, 1:]
    if degree > 0:
        fit = polynomial(x[:, 0], y, degree)
    else:
        fit = least_squares(x if degree == 0 else np.column_stack([np.ones(y.size), x]), y)
    reached = agreement(fit, certified)
    assert min(reached) > digits, reached


def read_nist(path: Path) -> tuple[Floats, list[tuple[float, float]]]:
    lines = path.read_text().split("\n")
    match = re.search(r"Data\s+\(lines\s+(\d+) to\s+(\d+)", "\n".join(lines[:20]))
    assert match is not None
    data = np.array(
        [[float(v) for v in line.split()] for line in lines[int(match[1]) - 1 : int(match[2])] if line.strip()]
    )
    rows = [re.match(r"\s+B\d+\s+(\S+)\s+(\S+)\s*$", line) for line in lines[25:60]]
    return data, [(float(row[1]), float(row[2])) for row in rows if row]


def test_inverse_is_that_of_the_normal_equations() -> None:
    matrix = np.column_stack([np.ones(12), np.random.default_rng(0).normal(size=(12, 3))])
    fit = least_squares(matrix, np.arange(12.0))
    assert fit.inverse @ (matrix.T @ matrix) == pytest.approx(np.eye(4), abs=1e-12)
    assert fit.leverage.sum() == pytest.approx(4)
    assert fit.fitted + fit.residuals == pytest.approx(np.arange(12.0))


def test_dependent_columns_are_left_out_in_order() -> None:
    x = np.random.default_rng(1).normal(size=(20, 2))
    matrix = np.column_stack([np.ones(20), x, 2 * x[:, 0] - x[:, 1] + 3, x[:, 0] ** 2, np.zeros(20)])
    fit = least_squares(matrix, x[:, 0] + 1)
    assert fit.kept == (0, 1, 2, 4)
    assert np.isnan(fit.coefficients[[3, 5]]).all()
    assert fit.df == 16


def test_more_columns_than_rows_keep_as_many_as_rows() -> None:
    assert len(independent_columns(np.random.default_rng(1).normal(size=(3, 5)))) == 3


def test_large_data_skip_the_refinement_and_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.column_stack([np.ones(50), np.random.default_rng(1).normal(size=(50, 3))])
    y = np.sin(np.arange(50.0))
    refined = least_squares(matrix, y)
    monkeypatch.setattr("havoc_pipeline.tools.regression.least_squares.REFINED_SIZE", 0)
    plain = least_squares(matrix, y)
    assert plain.coefficients == pytest.approx(refined.coefficients, rel=1e-12)
    assert plain.standard_errors == pytest.approx(refined.standard_errors, rel=1e-12)


def test_values_that_cannot_be_fitted_are_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        least_squares(np.array([[1.0], [math.inf]]), np.ones(2))
    with pytest.raises(DataError, match="zero"):
        least_squares(np.zeros((3, 1)), np.ones(3))
    with pytest.raises(DataError, match="choose 1 to 2"):
        polynomial(np.array([1.0, 2, 3, 3]), np.ones(4), 3)


def test_double_double_keeps_every_digit() -> None:
    a, b = np.array([0.1, 1e16, 3.7]), np.array([0.3, 1.0, -1e-9])
    for operation, exact in ((two_sum, Fraction.__add__), (two_product, Fraction.__mul__)):
        high, low = operation(a, b)
        for x, y, h, e in zip(a, b, high, low, strict=True):
            assert Fraction(float(h)) + Fraction(float(e)) == exact(Fraction(float(x)), Fraction(float(y)))


def test_sums_and_products_of_pairs_do_not_cancel() -> None:
    high = np.array([[1e16], [1.0], [-1e16], [1e-5]])
    assert accurate_sum(high, np.zeros_like(high))[0][0] == 1.00001
    product, rest = dot(np.array([[1e8 + 1, 1e8]]), np.zeros((1, 2)), np.array([1e8 - 1, -1e8]))
    assert product[0] + rest[0] == -1.0
    square = multiply((np.array([1.0]), np.array([1e-20])), (np.array([1.0]), np.array([1e-20])))
    assert square[1][0] == pytest.approx(2e-20)
