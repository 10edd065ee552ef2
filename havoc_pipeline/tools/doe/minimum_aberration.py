"""Two-level fractions of minimum aberration: of all fractions of a size, the fewest short words.

The table holds those with two or more generators; a half fraction has one, the product of all other
factors. Every entry was proved best by an exhaustive search over the columns of the full factorial
(a test repeats the search for the smaller ones). Up to 11 factors and 128 runs the generators are
those that textbooks print, which have minimum aberration too.
"""

from __future__ import annotations

from functools import cache

from havoc_pipeline.tools.doe.defining_words import Fraction
from havoc_pipeline.tools.doe.generators import half_fraction, parse_generators

LARGEST_RUNS = 1024

REFERENCES = (
    "Fries and Hunter (1980), Technometrics 22, 601-608 (minimum aberration)",
    "Chen, Sun and Wu (1993), Int. Stat. Rev. 61, 131-145 (fractions of 16, 32 and 64 runs)",
    "Xu (2009), Technometrics 51, 262-277 (fractions of 128 to 4096 runs)",
)

_GENERATORS = {
    (5, 8): "D=AB E=AC",
    (6, 8): "D=AB E=AC F=BC",
    (7, 8): "D=AB E=AC F=BC G=ABC",
    (6, 16): "E=ABC F=BCD",
    (7, 16): "E=ABC F=BCD G=ACD",
    (8, 16): "E=BCD F=ACD G=ABC H=ABD",
    (9, 16): "E=ABC F=BCD G=ACD H=ABD J=ABCD",
    (10, 16): "E=ABC F=BCD G=ACD H=ABD J=ABCD K=AB",
    (11, 16): "E=ABC F=BCD G=ACD H=ABD J=ABCD K=AB L=AC",
    (12, 16): "E=ABC F=ABD G=ACD H=BCD J=ABCD K=AB L=AC M=AD",
    (13, 16): "E=ABC F=ABD G=ACD H=BCD J=ABCD K=AB L=AC M=AD N=BC",
    (14, 16): "E=ABC F=ABD G=ACD H=BCD J=ABCD K=AB L=AC M=AD N=BC O=BD",
    (15, 16): "E=ABC F=ABD G=ACD H=BCD J=ABCD K=AB L=AC M=AD N=BC O=BD P=CD",
    (7, 32): "F=ABCD G=ABDE",
    (8, 32): "F=ABC G=ABD H=BCDE",
    (9, 32): "F=BCDE G=ACDE H=ABDE J=ABCE",
    (10, 32): "F=ABCD G=ABCE H=ABDE J=ACDE K=BCDE",
    (11, 32): "F=ABC G=BCD H=CDE J=ACD K=ADE L=BDE",
    (12, 32): "F=ABCDE G=ABC H=ABD J=ACD K=BCD L=ABE M=ACE",
    (13, 32): "F=ABCDE G=ABC H=ABD J=ACD K=BCD L=ABE M=ACE N=BCE",
    (14, 32): "F=ABCDE G=ABC H=ABD J=ACD K=BCD L=ABE M=ACE N=BCE O=ADE",
    (15, 32): "F=ABCDE G=ABC H=ABD J=ACD K=BCD L=ABE M=ACE N=BCE O=ADE P=BDE",
    (8, 64): "G=ABCD H=ABEF",
    (9, 64): "G=ABCD H=ACEF J=CDEF",
    (10, 64): "G=BCDF H=ACDF J=ABDE K=ABCE",
    (11, 64): "G=CDE H=ABCD J=ABF K=BDEF L=ADEF",
    (12, 64): "G=ABCDE H=ABCDF J=ABCEF K=ADEF L=BDEF M=CDEF",
    (13, 64): "G=ABCDEF H=ABCD J=ABCE K=ABDE L=ACDF M=CDEF N=AEF",
    (14, 64): "G=ABCDEF H=ABCD J=ABCE K=ABDE L=ACDE M=BCDF N=BCEF O=BDEF",
    (15, 64): "G=ABCDEF H=ABCD J=ABCE K=ABDE L=ACDE M=BCDF N=BCEF O=BDEF P=CDEF",
    (9, 128): "H=ACDFG J=BCEFG",
    (10, 128): "H=ABCG J=BCDE K=ACDF",
    (11, 128): "H=ABCG J=BCDE K=ACDF L=ABCDEFG",
    (12, 128): "H=ABCDEFG J=ABCD K=ABEF L=ACEG M=ADFG",
    (13, 128): "H=ABCDEFG J=ABCDE K=ABCF L=ABDF M=ACDG N=AEFG",
    (14, 128): "H=ABCDEFG J=ABCD K=ABCE L=ADEF M=BDEF N=CDEG O=ABFG",
    (15, 128): "H=ABCDEFG J=ABCDE K=ABCFG L=ADEFG M=BCDF N=BDEG O=BEF P=CDG",
    (10, 256): "J=ABCDEF K=ABCDGH",
    (11, 256): "J=ABCDEFG K=ABCDH L=ABEFH",
    (12, 256): "J=ABCDEFG K=ABCDH L=ABEFH M=ACEGH",
    (13, 256): "J=ABCDEFG K=ABCDH L=ABEFH M=ACEGH N=ADFG",
    (14, 256): "J=ABCDEFGH K=ABCDE L=ABCFG M=ABDFH N=ADEG O=BDGH",
    (15, 256): "J=ABDG K=CDFG L=AEFG M=BCEFG N=ABCEH O=ABCDFH P=CDEFH",
    (11, 512): "K=ABCDEFG L=ABCDHJ",
    (12, 512): "K=ABCDEFG L=ABCDHJ M=ABEFHJ",
    (13, 512): "K=ABCDEFG L=ABCDHJ M=ABEFHJ N=ACEGH",
    (14, 512): "K=ABCDEFG L=ABCDHJ M=ABEFHJ N=ACEGH O=ADFGJ",
    (15, 512): "K=ABDEF L=ACFGH M=ABCGJ N=BCDEFHJ O=CDGHJ P=AEGHJ",
    (12, 1024): "L=ABCDEFG M=ABCDHJK",
    (13, 1024): "L=ABCDEFG M=ABCDHJK N=ABEFHJ",
    (14, 1024): "L=ABCDEFG M=ABCDHJK N=ABEFHJ O=ACEGHK",
    (15, 1024): "L=ABCDEF M=BCDFGHJ N=ABCGHK O=ABDEGJK P=BEFHJK",
}
"""Generators by (factors, runs)."""


@cache
def best_fraction(factors: int, runs: int) -> Fraction:
    """The fraction of minimum aberration.

    Parameters
    ----------
    factors : int
        2 to 15.
    runs : int
        A power of two, more than `factors` and at most 1024; 2 to the number of factors gives the
        full factorial.

    Returns
    -------
    Fraction
    """
    if runs == 1 << factors:
        return Fraction(factors)
    if runs == 1 << (factors - 1):
        return half_fraction(factors)
    return Fraction(factors, parse_generators(_GENERATORS[factors, runs], factors))


def sizes(factors: int) -> list[int]:
    """Runs that a fraction of so many factors can have, smallest first; the full factorial is none."""
    sizes_ = [1 << power for power in range(1, factors)]
    return [runs for runs in sizes_ if factors < runs <= LARGEST_RUNS]


def smallest_fraction(factors: int, resolution: int) -> Fraction | None:
    """The smallest fraction of at least this resolution; None when only the full factorial has it."""
    fractions = (best_fraction(factors, runs) for runs in sizes(factors))
    return next((f for f in fractions if (f.resolution or 0) >= resolution), None)
