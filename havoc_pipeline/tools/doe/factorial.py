"""Full factorials of any levels, and two-level fractions of minimum aberration."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.defining_words import Fraction, roman
from havoc_pipeline.tools.doe.generators import parse_generators
from havoc_pipeline.tools.doe.layout import MOST_RUNS, Layout, Request, check_size, with_centre
from havoc_pipeline.tools.doe.minimum_aberration import best_fraction, sizes, smallest_fraction
from havoc_pipeline.tools.doe.model_terms import ModelKind
from havoc_pipeline.tools.samples import Floats

GOOD_RESOLUTION = 4
"""Resolution that is looked for when none is asked."""


def full_factorial(request: Request) -> Layout:
    """Every combination of the levels.

    Parameters
    ----------
    request : Request
        `runs`, when given, must be the number of combinations or a multiple of it.

    Returns
    -------
    Layout

    Raises
    ------
    CommandError
        When parameters of other designs are given, or the size does not fit.
    """
    request.refuse("resolution", "generators", "axial", design="full factorial")
    combinations = math.prod(request.levels)
    check_size(combinations)
    replicates = _replicates(request, combinations)
    two_level = set(request.levels) == {2}
    runs = Fraction(request.factors).matrix() if two_level else _grid(request.levels)
    matrix, points = with_centre(
        runs, ["corner" if two_level else "grid"] * combinations, replicates, request.center_points or 0
    )
    model: ModelKind = "interactions" if two_level else "quadratic"
    return Layout(
        "full",
        matrix,
        points,
        model,
        replicates,
        request.center_points or 0,
        Fraction(request.factors) if two_level else None,
    )


def _grid(levels: tuple[int, ...]) -> Floats:
    """All combinations of equally spaced levels from -1 to +1, the first factor fastest."""
    axes = [np.linspace(-1, 1, count) for count in reversed(levels)]
    mesh = np.meshgrid(*axes, indexing="ij")
    return np.column_stack([axis.ravel() for axis in reversed(mesh)])


def _replicates(request: Request, combinations: int) -> int:
    """How often the full factorial is run: as asked, or as `runs=` asks."""
    if request.runs is None:
        return request.replicates or 1
    for total in (request.runs, request.runs - (request.center_points or 0)):
        times, rest = divmod(total, combinations)
        if rest == 0 and times >= 1 and request.replicates in (None, times):
            return times
        if rest == 0 and times == 1:
            return request.replicates or 1
    raise CommandError(
        f"runs={request.runs} does not fit a full factorial of {combinations} combinations; take {combinations} or a "
        "multiple of it, or design=fractional"
    )


def fractional_factorial(request: Request) -> Layout:
    """A two-level fraction: the generators asked for, or those of minimum aberration.

    Parameters
    ----------
    request : Request
        `runs` is the number of different runs (a total with replicates and centre points is
        understood where only it fits); `resolution` the least that will do.

    Returns
    -------
    Layout

    Raises
    ------
    CommandError
        When no fraction has these runs, this resolution or these generators.
    """
    request.refuse("axial", design="fractional")
    if set(request.levels) != {2}:
        raise CommandError(
            f"levels={max(request.levels)} does not go with design=fractional, which has two levels; "
            "use design=full or box_behnken for more"
        )
    fraction, convention = _fraction(request)
    replicates, centre = request.replicates or 1, request.center_points or 0
    matrix, points = with_centre(fraction.matrix(), ["corner"] * fraction.runs, replicates, centre)
    model: ModelKind = "interactions" if (fraction.resolution or 99) >= 5 else "linear"
    return Layout(
        "fractional", matrix, points, model, replicates, centre, fraction, conventions={"generators": convention}
    )


def _fraction(request: Request) -> tuple[Fraction, str]:
    if request.generators is not None:
        return _as_asked(request), "as given"
    if request.runs is None:
        return _by_resolution(request), "minimum aberration (Fries and Hunter)"
    fraction = best_fraction(request.factors, different_runs(request))
    wanted = request.resolution or 0
    if fraction.resolution is None:
        raise CommandError(
            f"{fraction.runs} runs are the full factorial of {request.factors} factors, no fraction; "
            f"use design=full, or fewer runs{_smaller(request.factors)}"
        )
    if fraction.resolution < wanted:
        raise CommandError(
            f"{request.factors} factors in {fraction.runs} runs reach resolution {roman(fraction.resolution)} at most, not "
            f"{roman(wanted)}; {_where_reached(request.factors, wanted)}"
        )
    return fraction, "minimum aberration (Fries and Hunter)"


def _smaller(factors: int) -> str:
    return f" ({', '.join(map(str, sizes(factors)))})" if sizes(factors) else ""


def _as_asked(request: Request) -> Fraction:
    fraction = Fraction(request.factors, parse_generators(request.generators or "", request.factors))
    resolution, wanted = fraction.resolution or 0, request.resolution or 0
    if resolution < 3:
        raise CommandError(
            f"these generators alias main effects with each other (resolution {roman(resolution)}); "
            "take products of two or more factors, all different"
        )
    if resolution < wanted:
        raise CommandError(
            f"these generators reach resolution {roman(resolution)}, not {roman(wanted)}; "
            "leave generators out to have the best ones found"
        )
    plain = replace(request, generators=None)
    if request.runs is not None and different_runs(plain) != fraction.runs:
        raise CommandError(
            f"{len(fraction.generators)} generators for {request.factors} factors make {fraction.runs} "
            f"runs, not {request.runs}; change the one or the other"
        )
    return fraction


def _by_resolution(request: Request) -> Fraction:
    """The smallest fraction of the resolution asked, or of IV, or the half fraction when IV is out of reach."""
    factors, wanted = request.factors, request.resolution
    possible = sizes(factors)
    if not possible:
        raise CommandError(f"{factors} factors have no useful fraction; use design=full with {1 << factors} runs")
    fraction = smallest_fraction(factors, wanted if wanted is not None else GOOD_RESOLUTION)
    if fraction is not None:
        return fraction
    if wanted is None:
        return best_fraction(factors, possible[-1])
    raise CommandError(
        f"no fraction of {factors} factors reaches resolution {roman(wanted)}; {_where_reached(factors, wanted)}"
    )


def _where_reached(factors: int, wanted: int) -> str:
    """Which runs reach a resolution, as the mend of an error."""
    enough = smallest_fraction(factors, wanted)
    if enough is not None:
        return f"use runs={enough.runs}"
    if 1 << factors <= MOST_RUNS:
        return f"use design=full with {1 << factors} runs, or a lower resolution"
    return "ask for a lower resolution"


def different_runs(request: Request) -> int:
    """Different runs of a fraction that `runs=` means: that number, or what is left of a total.

    Raises
    ------
    CommandError
        When it is no power of two that the factors allow.
    """
    asked, centre, times = request.runs or 0, request.center_points or 0, request.replicates or 1
    readings = [asked, asked - centre, asked / times, (asked - centre) / times]
    whole = [int(r) for r in readings if r >= 1 and float(r).is_integer() and int(r).bit_count() == 1]
    if not whole:
        raise CommandError(f"runs={asked} is no power of two, which a two-level design takes; {_neighbours(request)}")
    fitting = [runs for runs in whole if request.factors < runs <= min(1 << request.factors, MOST_RUNS)]
    if not fitting:
        raise CommandError(f"runs={asked} does not fit {request.factors} two-level factors; {_neighbours(request)}")
    return next((runs for runs in fitting if runs < 1 << request.factors), fitting[0])


def _neighbours(request: Request) -> str:
    """The sizes nearest to the runs asked for, with their resolutions."""
    factors, asked = request.factors, request.runs or 0
    possible = [(n, f"resolution {roman(best_fraction(factors, n).resolution or 0)}") for n in sizes(factors)]
    possible += [(1 << factors, "full factorial")] if 1 << factors <= MOST_RUNS else []
    below, above = [p for p in possible if p[0] <= asked][-1:], [p for p in possible if p[0] > asked][:1]
    return "use " + " or ".join(f"runs={runs} ({grade})" for runs, grade in below + above)
