"""The table of minimum-aberration fractions against published word-length patterns and by search."""

from itertools import combinations

import pytest

from havoc_pipeline.tools.doe.defining_words import Fraction, Generator, word_sums
from havoc_pipeline.tools.doe.minimum_aberration import best_fraction, sizes, smallest_fraction

# Numbers of words of length 3, 4, 5, … from the tables of Chen, Sun and Wu (1993), Int. Stat. Rev. 61,
# 131-145 (16, 32 and 64 runs), and of Wu and Hamada (2009), Experiments (8 and 128 runs).
PUBLISHED = {
    (4, 8): (0, 1),
    (5, 8): (2, 1, 0),
    (6, 8): (4, 3, 0, 0),
    (7, 8): (7, 7, 0, 0, 1),
    (5, 16): (0, 0, 1),
    (6, 16): (0, 3, 0, 0),
    (7, 16): (0, 7, 0, 0, 0),
    (8, 16): (0, 14, 0, 0, 0, 1),
    (9, 16): (4, 14, 8, 0, 4, 1, 0),
    (10, 16): (8, 18, 16, 8, 8, 5, 0, 0),
    (11, 16): (12, 26, 28, 24, 20, 13, 4, 0, 0),
    (7, 32): (0, 1, 2, 0, 0),
    (8, 32): (0, 3, 4, 0, 0, 0),
    (9, 32): (0, 6, 8, 0, 0, 1, 0),
    (10, 32): (0, 10, 16, 0, 0, 5, 0, 0),
    (11, 32): (0, 25, 0, 27, 0, 10, 0, 1, 0),
    (8, 64): (0, 0, 2, 1, 0, 0),
    (9, 64): (0, 1, 4, 2, 0, 0, 0),
    (10, 64): (0, 2, 8, 4, 0, 1, 0, 0),
    (11, 64): (0, 4, 14, 8, 0, 3, 2, 0, 0),
    (9, 128): (0, 0, 0, 3, 0, 0, 0),
    (10, 128): (0, 0, 3, 3, 1, 0, 0, 0),
    (11, 128): (0, 0, 6, 6, 2, 1, 0, 0, 0),
}

# Resolutions by number of factors and runs: NIST/SEMATECH e-Handbook, section 5.3.3.4.7; Montgomery (2019), chapter 8.
RESOLUTIONS = {
    3: {4: 3},
    4: {8: 4},
    5: {8: 3, 16: 5},
    6: {8: 3, 16: 4, 32: 6},
    7: {8: 3, 16: 4, 32: 4, 64: 7},
    8: {16: 4, 32: 4, 64: 5, 128: 8},
    9: {16: 3, 32: 4, 64: 4, 128: 6},
    10: {16: 3, 32: 4, 64: 4, 128: 5},
    11: {16: 3, 32: 4, 64: 4, 128: 5},
}


@pytest.mark.parametrize(("factors", "runs"), PUBLISHED)
def test_word_lengths_are_the_published_ones(factors: int, runs: int) -> None:
    assert best_fraction(factors, runs).lengths[2:] == PUBLISHED[factors, runs]


@pytest.mark.parametrize("factors", RESOLUTIONS)
def test_resolutions_are_the_published_ones(factors: int) -> None:
    found = {runs: best_fraction(factors, runs).resolution for runs in sizes(factors) if runs <= 128}
    assert found == RESOLUTIONS[factors]


@pytest.mark.parametrize("factors", range(3, 16))
def test_every_fraction_has_its_size_and_its_words(factors: int) -> None:
    for runs in sizes(factors):
        design = best_fraction(factors, runs)
        matrix = design.matrix()
        assert matrix.shape == (runs, factors)
        assert (design.resolution or 0) >= 3
        assert word_sums(matrix) == {mask: sign * runs for mask, sign in design.words.items()}


# NIST Dataplot, index of resolution-IV designs DEXRES4 (after Box, Hunter and Hunter), numbers as letters.
DATAPLOT = {
    (6, 16): "E=ABC F=BCD",
    (7, 16): "E=ABC F=BCD G=ACD",
    (8, 16): "E=BCD F=ACD G=ABC H=ABD",
    (9, 32): "F=BCDE G=ACDE H=ABDE J=ABCE",
    (10, 32): "F=ABCD G=ABCE H=ABDE J=ACDE K=BCDE",
    (11, 32): "F=ABC G=BCD H=CDE J=ACD K=ADE L=BDE",
}


@pytest.mark.parametrize(("factors", "runs"), DATAPLOT)
def test_generators_are_those_in_common_use(factors: int, runs: int) -> None:
    assert " ".join(map(str, best_fraction(factors, runs).generators)) == DATAPLOT[factors, runs]


def test_sizes_go_from_just_above_the_factors_to_half() -> None:
    assert sizes(7) == [8, 16, 32, 64]
    assert sizes(2) == []
    assert sizes(15)[-1] == 1024


@pytest.mark.parametrize(
    ("factors", "basic"),
    [(5, 3), (6, 3), (7, 3), (6, 4), (7, 4), (8, 4), (9, 4), (10, 4), (15, 4), (7, 5), (8, 5), (9, 5), (8, 6), (9, 6)],
)
def test_no_other_choice_of_columns_has_fewer_short_words(factors: int, basic: int) -> None:
    """Every set of products of the basic factors is tried."""
    products = [mask for mask in range(1 << basic) if mask.bit_count() > 1]
    tried = combinations(products, factors - basic)
    least = min(Fraction(factors, tuple(map(Generator, range(basic, factors), chosen))).lengths for chosen in tried)
    assert least == best_fraction(factors, 1 << basic).lengths


def test_smallest_fraction_reaches_the_resolution_or_there_is_none() -> None:
    assert smallest_fraction(9, 5) == best_fraction(9, 128)
    assert smallest_fraction(4, 5) is None
    # FACTS of this project: another package hands out 9 factors at "resolution V" in 32 runs, which are IV.
    assert best_fraction(9, 32).resolution == 4
