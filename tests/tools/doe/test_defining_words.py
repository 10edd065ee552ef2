"""Words, word lengths, resolution and alias chains of two-level designs."""

import math

import numpy as np
import pytest

from havoc_pipeline.tools.doe.defining_words import (
    Fraction,
    Generator,
    alias_chains,
    generalized_resolution,
    letters,
    mask_of,
    word_sums,
)
from havoc_pipeline.tools.doe.generators import half_fraction, parse_generators
from havoc_pipeline.tools.samples import Floats

PLACKETT_BURMAN_12 = "++-+++---+-"
"""Row of the 12-run design of Plackett and Burman (1946), Biometrika 33, 305-325."""


def fraction(text: str, factors: int) -> Fraction:
    return Fraction(factors, parse_generators(text, factors))


def plackett_burman() -> Floats:
    row = np.array([1.0 if sign == "+" else -1.0 for sign in PLACKETT_BURMAN_12])
    return np.vstack([*(np.roll(row, shift) for shift in range(11)), -np.ones(11)])


def chains(text: str, factors: int) -> list[str]:
    words = fraction(text, factors).words
    return [
        " = ".join(("-" if sign < 0 else "") + letters(mask) for mask, sign in chain)
        for chain in alias_chains(words, factors)
    ]


def test_full_factorial_stands_in_standard_order_and_has_no_words() -> None:
    design = Fraction(3)
    assert design.resolution is None
    assert design.words == {}
    assert design.matrix()[:4].tolist() == [[-1, -1, -1], [1, -1, -1], [-1, 1, -1], [1, 1, -1]]


def test_defining_relation_of_a_quarter_fraction() -> None:
    # Montgomery (2019), chapter 8: 2^(6-2) with E=ABC, F=BCD has I = ABCE = BCDF = ADEF.
    words = fraction("E=ABC F=BCD", 6).words
    assert {letters(mask) for mask in words} == {"ABCE", "BCDF", "ADEF"}
    assert set(words.values()) == {1}


def test_signs_multiply() -> None:
    words = {letters(mask): sign for mask, sign in fraction("D=-AB E=AC", 5).words.items()}
    assert words == {"ABD": -1, "ACE": 1, "BCDE": -1}


def test_aliases_of_a_quarter_fraction() -> None:
    # Montgomery (2019), chapter 8: the seven shared contrasts of 2^(6-2) with E=ABC, F=BCD.
    shared = [chain for chain in chains("E=ABC F=BCD", 6) if "=" in chain]
    assert shared == [
        "AB = CE", "AC = BE", "AD = EF", "AE = BC = DF", "AF = DE", "BD = CF", "BF = CD",
    ]  # fmt: skip


def test_every_effect_stands_in_one_chain() -> None:
    found = [mask for chain in alias_chains(fraction("E=ABC F=BCD G=ACD", 7).words, 7) for mask, _ in chain]
    assert len(found) == len(set(found)) == 7 + 21


def test_chain_shows_the_sign() -> None:
    assert chains("C=-AB", 3) == ["A = -BC", "B = -AC", "C = -AB"]


@pytest.mark.parametrize("text", ["D=AB E=-AC", "D=ABC", "D=-AB E=AC F=BC G=-ABC"])
def test_words_are_found_in_the_runs(text: str) -> None:
    factors = 3 + text.count("=") if text != "D=ABC" else 4
    design = fraction(text, factors)
    expected = {mask: sign * design.runs for mask, sign in design.words.items()}
    assert word_sums(design.matrix()) == expected


def test_sums_agree_with_products_when_there_are_many_factors() -> None:
    runs = plackett_burman()
    everything = word_sums(runs)
    short = word_sums(runs, most=5)
    assert short == {mask: total for mask, total in everything.items() if mask.bit_count() <= 4}
    assert everything[mask_of((0, 1, 2))] == round(float(runs[:, :3].prod(axis=1).sum()))


def test_generalised_resolution_of_the_plackett_burman_design() -> None:
    # Deng and Tang (1999): 3.67 for the 12-run design, in which |J3| = 4.
    sums = word_sums(plackett_burman())
    assert generalized_resolution(sums, 12) == pytest.approx(3 + 2 / 3)


def test_generalised_resolution_is_the_resolution_of_a_regular_fraction() -> None:
    design = fraction("E=ABC F=BCD", 6)
    assert generalized_resolution(word_sums(design.matrix()), 16) == 4
    assert math.isinf(generalized_resolution(word_sums(Fraction(3).matrix()), 8))


def test_half_fraction_is_the_product_of_all_others() -> None:
    assert str(half_fraction(5).generators[0]) == "E=ABCD"
    assert half_fraction(5).lengths == (0, 0, 0, 0, 1)


def test_generator_writes_itself_as_it_is_read() -> None:
    assert str(Generator(3, 0b111, -1)) == "D=-ABC"
