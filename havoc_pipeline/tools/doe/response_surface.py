"""Designs for a full quadratic model: Box-Behnken and central composite."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.defining_words import Fraction, roman
from havoc_pipeline.tools.doe.layout import MOST_RUNS, Layout, Request, with_centre
from havoc_pipeline.tools.doe.minimum_aberration import best_fraction, sizes
from havoc_pipeline.tools.samples import Floats

FACE_CENTRED, ROTATABLE, ORTHOGONAL = "face_centered", "rotatable", "orthogonal"

_GROUPS: dict[int, tuple[str, ...]] = {
    3: ("AB", "AC", "BC"),
    4: ("AB", "CD", "AD", "BC", "AC", "BD"),
    5: ("AB", "CD", "BE", "AC", "DE", "BC", "AD", "CE", "AE", "BD"),
    6: ("ABD", "BCE", "CDF", "ADE", "BEF", "ACF"),
    7: ("DEF", "AFG", "BEG", "ABD", "CDG", "ACE", "BCF"),
}
"""Factors that vary together while the others stand at 0, by number of factors."""
_GROUPS_IN_A_BLOCK = {4: 2, 5: 5}
_CENTRE = {3: 3, 4: 3, 5: 6, 6: 6, 7: 6}
"""Centre points as published."""


def box_behnken(request: Request) -> Layout:
    """The design of Box and Behnken for 3 to 7 factors.

    Parameters
    ----------
    request : Request
        `runs`, when given, is the total and settles the number of centre points.

    Returns
    -------
    Layout
        With the published split into orthogonal blocks (4 to 7 factors) where the centre points
        divide evenly.

    Raises
    ------
    CommandError
        When there is no such design, or parameters of other designs are given.

    References
    ----------
    Box and Behnken (1960), Technometrics 2, 455-475.
    """
    request.refuse("resolution", "generators", "axial", design="Box-Behnken")
    _check_levels(request, (2, 3), "Box-Behnken", "three levels")
    if request.factors not in _GROUPS:
        raise CommandError(
            f"a Box-Behnken design takes 3 to 7 factors, not {request.factors}; use design=central_composite"
        )
    runs, blocks = _edges(request.factors)
    replicates = request.replicates or 1
    centre = _centre_points(request, runs.shape[0] * replicates, _CENTRE[request.factors], "Box-Behnken")
    matrix, points = with_centre(runs, ["edge"] * runs.shape[0], replicates, centre)
    return Layout(
        "box_behnken",
        matrix,
        points,
        "quadratic",
        replicates,
        centre,
        blocks=_spread_blocks(blocks, replicates, centre),
        conventions={"design": "Box and Behnken (1960)"},
    )


def _edges(factors: int) -> tuple[Floats, NDArray[np.int64]]:
    """Runs without centre points, and the block of each (all 1 when the design has no blocks)."""
    rows, blocks = list[Floats](), list[int]()
    for place, group in enumerate(_GROUPS[factors]):
        for signs in product((-1.0, 1.0), repeat=len(group)):
            run = np.zeros(factors)
            run[["ABCDEFG".index(letter) for letter in group]] = signs[::-1]
            rows.append(run)
            blocks.append(_block(factors, place, math.prod(signs)))
    return np.array(rows), np.array(blocks)


def _block(factors: int, group: int, sign: float) -> int:
    """4 and 5 factors: whole groups form a block; 6 and 7: the sign of the product of the three factors."""
    if factors in _GROUPS_IN_A_BLOCK:
        return 1 + group // _GROUPS_IN_A_BLOCK[factors]
    return 1 if factors == 3 or sign > 0 else 2


def _spread_blocks(blocks: NDArray[np.int64], replicates: int, centre: int) -> NDArray[np.int64] | None:
    count = int(blocks.max())
    if count == 1 or centre % count:
        return None
    return np.concatenate([np.tile(blocks, replicates), np.repeat(np.arange(1, count + 1), centre // count)])


def central_composite(request: Request) -> Layout:
    """A two-level factorial (full, or a fraction of resolution V or more), axial points and centre points.

    Parameters
    ----------
    request : Request
        `axial` is `rotatable` (default), `face_centered`, `orthogonal` or a coded distance; `runs`,
        when given, is the total.

    Returns
    -------
    Layout

    Raises
    ------
    CommandError
        When no such design has these runs, or parameters of other designs are given.

    References
    ----------
    Box and Wilson (1951), J. R. Stat. Soc. B 13, 1-45; Box and Hunter (1957), Ann. Math. Stat. 28,
    195-241 (rotatability, number of centre points).
    """
    request.refuse("generators", design="central composite")
    _check_levels(request, (2, 3, 5), "central composite", "five levels (three when face-centred)")
    times = request.replicates or 1
    cube = _cube(request, times)
    standard = uniform_precision(cube.runs, request.factors, times)
    centre = _centre_points(request, (cube.runs + 2 * request.factors) * times, standard, "central composite")
    alpha = axial_distance(_asked(request), cube.runs, request.factors, times, centre)
    stars = np.vstack([sign * alpha * row for row in np.eye(request.factors) for sign in (-1, 1)])
    kinds = ["corner"] * cube.runs + ["axial"] * len(stars)
    matrix, points = with_centre(np.vstack([cube.matrix(), stars]), kinds, times, centre)
    return Layout(
        "central_composite",
        matrix,
        points,
        "quadratic",
        times,
        centre,
        cube,
        alpha,
        conventions=_conventions(request, cube),
    )


def _asked(request: Request) -> str | float:
    return ROTATABLE if request.axial is None else request.axial


def _conventions(request: Request, cube: Fraction) -> dict[str, str]:
    axial = {
        ROTATABLE: "rotatable: fourth root of the number of factorial runs",
        FACE_CENTRED: "face-centred: 1",
        ORTHOGONAL: "orthogonal quadratic terms (Box and Hunter 1957)",
    }
    part = "full factorial" if cube.resolution is None else f"fraction of resolution {roman(cube.resolution)}"
    asked = _asked(request)
    said = {"axial distance": axial[asked] if isinstance(asked, str) else "as given", "factorial part": part}
    if request.center_points is None and request.runs is None:
        said["centre points"] = "uniform precision (Box and Hunter 1957)"
    return said


def cubes(factors: int) -> list[Fraction]:
    """Factorial parts that leave two-factor interactions apart, smallest first."""
    fractions = [best_fraction(factors, runs) for runs in sizes(factors)]
    whole = [Fraction(factors)] if factors <= 10 else []
    return [f for f in fractions if (f.resolution or 0) >= 5] + whole


def _cube(request: Request, times: int) -> Fraction:
    """The factorial part: the usual one, or the one whose centre points come nearest to the total asked."""
    possible = [c for c in cubes(request.factors) if (c.resolution or 99) >= (request.resolution or 5)]
    if request.runs is None or not possible:
        return _first(possible, request)
    total, stars = request.runs, 2 * request.factors

    def short(cube: Fraction) -> int:
        left = total - (cube.runs + stars) * times
        standard = uniform_precision(cube.runs, request.factors, times)
        wanted = standard if request.center_points is None else request.center_points
        return abs(left - wanted) if left >= min(1, wanted) else total + MOST_RUNS - left

    return min(possible, key=short)


def _first(possible: list[Fraction], request: Request) -> Fraction:
    if not possible:
        raise CommandError(
            f"no factorial part of {request.factors} factors has resolution {request.resolution} within "
            "1024 runs; ask for a lower one (V is enough)"
        )
    return Fraction(request.factors) if request.factors <= 4 else possible[0]


def axial_distance(asked: str | float, cube: int, factors: int, times: int, centre: int) -> float:
    """Distance of the axial points from the centre, in coded units.

    Parameters
    ----------
    asked : str or float
    cube : int
        Different runs of the factorial part.
    factors, times, centre : int
        Number of factors, of replicates, of centre points.

    References
    ----------
    Box and Hunter (1957), Ann. Math. Stat. 28, 195-241; Myers, Montgomery and Anderson-Cook (2016),
    Response Surface Methodology, chapter 8.
    """
    if asked == ROTATABLE:
        return float(cube**0.25)
    if asked == FACE_CENTRED:
        return 1.0
    if asked == ORTHOGONAL:
        corners = cube * times
        total = corners + 2 * factors * times + centre
        return math.sqrt((math.sqrt(corners * total) - corners) / (2 * times))
    if not 0 < float(asked) <= 10:
        raise CommandError(
            f"axial={float(asked):g} is no distance in coded units; give a number from 0 to 10, such as "
            "1.5, or rotatable"
        )
    return float(asked)


def uniform_precision(cube: int, factors: int, times: int = 1) -> int:
    """Centre points at which a rotatable design predicts alike at the centre and at distance 1.

    Distance is counted in root mean squares of a factor's settings.

    Parameters
    ----------
    cube : int
        Different runs of the factorial part.
    factors, times : int
        Number of factors, and of replicates.

    References
    ----------
    Box and Hunter (1957), Ann. Math. Stat. 28, 195-241.
    """
    k, corners = factors, cube * times
    balance = (k + 3 + math.sqrt(9 * k * k + 14 * k - 7)) / (4 * (k + 2))
    total = balance * (corners + 2 * times * math.sqrt(cube)) ** 2 / corners
    return max(1, round(total - corners - 2 * k * times))


def _centre_points(request: Request, others: int, standard: int, design: str) -> int:
    """Centre points as asked, as the total asked leaves them, or as is standard."""
    if request.runs is None:
        return request.center_points if request.center_points is not None else standard
    left = request.runs - others
    if left < 0 or (left < 1 and request.center_points is None) or request.center_points not in (None, left):
        centre = request.center_points if request.center_points is not None else standard
        raise CommandError(
            f"runs={request.runs} does not fit a {design} design of {request.factors} factors, which has {others} runs "
            f"and the centre points; use runs={others + centre} ({centre} centre points)"
        )
    return left


def _check_levels(request: Request, allowed: tuple[int, ...], design: str, has: str) -> None:
    if any(level not in allowed for level in request.levels):
        raise CommandError(
            f"levels={max(request.levels)} does not go with a {design} design, which has {has}; leave levels out"
        )
