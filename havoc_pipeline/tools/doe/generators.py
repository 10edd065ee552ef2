"""Generators of two-level fractions as text: `D=ABC E=-BCD`, also `I=ABCD`."""

from __future__ import annotations

import re

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.defining_words import LETTERS, Fraction, Generator, mask_of, members

_SEPARATORS = re.compile(r"\s*[,;\n]\s*|\s+and\s+|\s+(?=[A-Za-z]\s*=)", re.IGNORECASE)
_GENERATOR = re.compile(r"([A-Za-z])\s*=\s*(\+/-|±|[-+−]?)\s*([A-Za-z](?:\s*[*.·×]?\s*[A-Za-z])*)\Z")


def half_fraction(factors: int) -> Fraction:
    """Half of the full factorial: the last factor is the product of all others."""
    last = factors - 1
    return Fraction(factors, (Generator(last, (1 << last) - 1),))


def parse_generators(text: str, factors: int) -> tuple[Generator, ...]:
    """Read generators and check that they make a fraction of `factors` factors.

    Parameters
    ----------
    text : str
        One or more of `D=ABC`, `E=-BCD` or `I=ABCE`, separated by spaces, commas or `and`; letters
        stand for the factors in their order, without I.
    factors : int

    Returns
    -------
    tuple of Generator
        In the order of the text, as products of factors that none of them sets.

    Raises
    ------
    CommandError
        When a generator cannot be read, names a factor that is not there, or they run in a circle.
    """
    found = list[Generator]()
    for part in filter(None, (piece.strip() for piece in _SEPARATORS.split(text.strip()))):
        found.append(_generator(part, factors, {generator.added for generator in found}))
    if not found:
        raise CommandError('generators is empty; write them such as generators="D=ABC E=BCD"')
    _check_single(found, factors)
    return _in_basic_factors(found)


def _generator(part: str, factors: int, taken: set[int]) -> Generator:
    match = _GENERATOR.match(part)
    if match is None:
        raise CommandError(f'the generator `{part}` cannot be read; write it as a product, such as generators="D=ABC"')
    left, sign = match[1].upper(), -1 if match[2] in ("-", "−") else 1
    right = re.findall(r"[A-Z]", match[3].upper())
    word = [_factor(letter, part, factors) for letter in right]
    if len(set(word)) < len(word):
        raise CommandError(f"the generator `{part}` names a factor twice; each stands once in a product")
    if left == "I":
        return _of_word(part, word, sign, taken)
    added = _factor(left, part, factors)
    if added in word:
        raise CommandError(f"the generator `{part}` sets {left} by itself; leave {left} out on the right")
    return Generator(added, mask_of(tuple(word)), sign)


def _of_word(part: str, word: list[int], sign: int, taken: set[int]) -> Generator:
    """The generator that `I = word` means: the last factor that is not yet set is set by the others."""
    free = [factor for factor in sorted(word) if factor not in taken]
    if len(word) < 2 or not free:
        raise CommandError(
            f"the word `{part}` sets no factor of its own; give words that are independent of each other"
        )
    return Generator(free[-1], mask_of(tuple(f for f in word if f != free[-1])), sign)


def _factor(letter: str, part: str, factors: int) -> int:
    known = LETTERS[:factors]
    if letter not in known:
        why = "I stands for the mean" if letter == "I" else f"the {factors} factors are {known[0]} to {known[-1]}"
        raise CommandError(f"the generator `{part}` names {letter}, but {why}; use letters in the order of the factors")
    return known.index(letter)


def _check_single(generators: list[Generator], factors: int) -> None:
    for generator in generators:
        if sum(other.added == generator.added for other in generators) > 1:
            raise CommandError(f"factor {LETTERS[generator.added]} has two generators; give each factor one")
    if factors - len(generators) < 1:
        raise CommandError(f"{len(generators)} generators for {factors} factors leave no factor to vary; give fewer")


def _in_basic_factors(generators: list[Generator]) -> tuple[Generator, ...]:
    """The same generators with every factor that another one sets replaced by its product."""
    added = mask_of(tuple(generator.added for generator in generators))
    known, waiting = dict[int, Generator](), list(generators)
    while waiting:
        ready = [g for g in waiting if all(factor in known for factor in members(g.mask & added))]
        if not ready:
            circle = ", ".join(map(str, waiting))
            raise CommandError(
                f"the generators {circle} run in a circle; set each factor by others that none of them sets"
            )
        known |= {generator.added: _substituted(generator, known) for generator in ready}
        waiting = [generator for generator in waiting if generator.added not in known]
    return tuple(known[generator.added] for generator in generators)


def _substituted(generator: Generator, known: dict[int, Generator]) -> Generator:
    mask, sign = generator.mask, generator.sign
    for factor in set(members(mask)) & set(known):
        mask, sign = mask ^ known[factor].word, sign * known[factor].sign
    return Generator(generator.added, mask, sign)
