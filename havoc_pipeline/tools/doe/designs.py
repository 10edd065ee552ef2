"""Which design answers a request when it names none, and the making of it."""

from __future__ import annotations

from dataclasses import replace

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.factorial import fractional_factorial, full_factorial
from havoc_pipeline.tools.doe.layout import MOST_FACTORS, Layout, Request, check_size
from havoc_pipeline.tools.doe.minimum_aberration import smallest_fraction
from havoc_pipeline.tools.doe.response_surface import box_behnken, central_composite

FULL_UP_TO = 4
"""Factors up to which the full factorial is taken when no design is named."""

_MAKERS = {
    "full": full_factorial,
    "fractional": fractional_factorial,
    "box_behnken": box_behnken,
    "central_composite": central_composite,
}


def make_layout(request: Request) -> tuple[Layout, str]:
    """The design that was asked for, or the one that fits what was asked.

    Parameters
    ----------
    request : Request

    Returns
    -------
    layout : Layout
    why : str
        Why this kind of design was taken; empty when it was named.

    Raises
    ------
    CommandError
        When the parameters contradict each other or no such design exists.
    """
    check_factors(request.factors)
    check_request(request)
    if request.design is not None:
        return _MAKERS[request.design](request), ""
    design, why = _fitting(request)
    whole = design == "full" and set(request.levels) == {2}  # it has every resolution
    return _MAKERS[design](replace(request, resolution=None) if whole else request), why


def check_request(request: Request) -> None:
    """Raise a CommandError for numbers that no design takes."""
    limits = {"runs": 1, "resolution": 3, "center_points": 0, "replicates": 1}
    for name, least in limits.items():
        value = getattr(request, name)
        if value is not None and value < least:
            raise CommandError(f"{name}={value} is too low; the least is {least}: give more or leave {name} out")
    for level in request.levels:
        if not 2 <= level <= 50:
            raise CommandError(f"levels={level} is not possible; a factor takes 2 to 50 levels: give such a number")
    check_size(request.replicates or 1)
    check_size(request.center_points or 0)


def check_factors(count: int) -> None:
    """Raise a CommandError for fewer than 2 or more than 15 factors."""
    if count < 2:
        mend = "name a second factor (for a single one, run its settings in random order)"
        raise CommandError(f"{count} factor{'s' * (count != 1)} cannot make a design; the least is 2: {mend}")
    if count > MOST_FACTORS:
        mend = "screen in two steps, or hold some factors constant"
        raise CommandError(f"{count} factors are too many for a design; the limit is {MOST_FACTORS}: {mend}")


def _fitting(request: Request) -> tuple[str, str]:
    if request.axial is not None:
        return "central_composite", "axial points belong to a central composite design"
    if request.generators is not None:
        return "fractional", "generators belong to a fraction"
    if max(request.levels) > 2:
        return "full", "more than two levels: full factorial"
    if request.runs is not None:
        whole = any(
            (request.runs - centre) % (1 << request.factors) == 0 and request.runs > centre
            for centre in (0, request.center_points or 0)
        )
        return ("full" if whole else "fractional"), "as the number of runs allows"
    if request.resolution is not None:
        reached = smallest_fraction(request.factors, request.resolution) is not None
        return ("fractional" if reached else "full"), "as the resolution asks"
    if request.factors <= FULL_UP_TO:
        return "full", f"up to {FULL_UP_TO} factors: two-level full factorial"
    return "fractional", f"more than {FULL_UP_TO} factors: smallest two-level fraction of resolution IV or more"
