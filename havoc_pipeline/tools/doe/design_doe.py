"""Designs of experiments: full and fractional factorials, Box-Behnken, central composite."""

from __future__ import annotations

from typing import Literal

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.designs import check_factors, make_layout
from havoc_pipeline.tools.doe.experiment_design import describe_design
from havoc_pipeline.tools.doe.layout import Request, letters_of
from havoc_pipeline.tools.doe.layout_checks import verify
from havoc_pipeline.tools.registry import Alpha, tool
from havoc_pipeline.tools.result import Result

Design = Literal["full", "fractional", "box_behnken", "central_composite"]
Axial = Literal["rotatable", "face_centered", "orthogonal"]


@tool("DESIGN_DOE", family="doe", needs_table=False)
def design_doe(
    factors: int | list[str],
    design: Design | None = None,
    levels: int | list[int] | None = None,
    runs: int | None = None,
    resolution: int | None = None,
    generators: str | None = None,
    center_points: int | None = None,
    replicates: int | None = None,
    axial: Axial | float | None = None,
    seed: int = 1,
    alpha: Alpha = Alpha(0.05),
) -> Result:
    """Make an experimental design: which settings to run, in which order.

    Parameters
    ----------
    factors : number or list of texts
        How many factors (2 to 15), or their names.
    design : word
        Left out: what fits the other parameters; else the full two-level factorial up to 4 factors
        and the smallest fraction of resolution IV or more beyond.
    levels : number or list of numbers
        Settings of each factor in a full factorial, equally spaced; one number for all, or one each.
    runs : number
        Different runs of a factorial, a power of two for a fraction (the total is understood too); the
        total of a Box-Behnken or central composite design.
    resolution : number
        Least resolution of a fraction: 3, 4, 5, …
    generators : text
        Such as "D=ABC E=-BC"; letters are the factors in their order, without I. Left out: those of
        minimum aberration.
    center_points : number
        Runs with every factor half-way, added once (not per replicate).
    replicates : number
        How often each run other than the centre points is made.
    axial : word or number
        Axial points of a central composite design: rotatable, face_centered (no setting beyond low
        and high), orthogonal (quadratic terms), or a distance in coded units.
    seed : number
        Seed of the random run order; the same seed gives the same order.
    alpha : number
        Significance level for the power.

    Returns
    -------
    ExperimentDesign

    Raises
    ------
    CommandError
        When no design meets the parameters; the message says what would.

    References
    ----------
    Box and Hunter (1961), Technometrics 3, 311-351; Fries and Hunter (1980), Technometrics 22,
    601-608; Box and Behnken (1960), Technometrics 2, 455-475; Box and Hunter (1957), Ann. Math. Stat.
    28, 195-241.

    In words
    --------
    Design an experiment for {factors} factors

    Example
    -------
    DESIGN_DOE factors=["Temperature", "Pressure", "Time", "Speed", "Feed"] design=fractional runs=16 center_points=3
    """
    names = _names(factors)
    counts = _levels(levels, len(names))
    request = Request(names, counts, design, runs, resolution, generators, center_points, replicates, axial)
    if seed < 0:
        raise CommandError(f"seed={seed} is negative; give a whole number from 0")
    layout, why = make_layout(request)
    verify(layout)
    return describe_design(names, layout, why, seed, float(alpha))


def _names(factors: int | str | list[str]) -> tuple[str, ...]:
    """Names of the factors; letters when only their number is given."""
    if isinstance(factors, int):
        check_factors(factors)
        return letters_of(factors)
    listed = [factors] if isinstance(factors, str) else factors
    check_factors(len(listed))
    if not all(isinstance(entry, str) for entry in listed):
        raise CommandError(
            'factors lists numbers; give names in quotes, such as ["Temp", "Time"], and use levels= for settings'
        )
    names = tuple(entry.strip() for entry in listed)
    if "" in names or len({name.casefold() for name in names}) < len(names):
        raise CommandError(f"the factors {', '.join(names)} are not all named and different; give each its own name")
    return names


def _levels(levels: int | list[int] | None, factors: int) -> tuple[int, ...]:
    """Settings of each factor; two when left out."""
    if not isinstance(levels, list):
        return (levels if levels is not None else 2,) * factors
    if len(levels) != factors:
        raise CommandError(f"levels lists {len(levels)} numbers for {factors} factors; give one number, or one each")
    return tuple(levels)
