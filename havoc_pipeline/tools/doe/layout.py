"""What is asked of a design, and the coded runs that answer it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.defining_words import LETTERS, Fraction
from havoc_pipeline.tools.doe.model_terms import ModelKind
from havoc_pipeline.tools.samples import Floats

MOST_FACTORS = 15
MOST_RUNS = 1024


@dataclass(frozen=True)
class Request:
    """The parameters of DESIGN_DOE; None where the user left one out.

    Attributes
    ----------
    names : tuple of str
    levels : tuple of int
        One a factor.
    """

    names: tuple[str, ...]
    levels: tuple[int, ...]
    design: str | None = None
    runs: int | None = None
    resolution: int | None = None
    generators: str | None = None
    center_points: int | None = None
    replicates: int | None = None
    axial: str | float | None = None

    @property
    def factors(self) -> int:
        """Number of factors."""
        return len(self.names)

    def refuse(self, *parameters: str, design: str) -> None:
        """Raise a CommandError when one of these parameters is given, which `design` does not take."""
        for name in parameters:
            if getattr(self, name) is not None:
                raise CommandError(f"{name}={getattr(self, name)} does not go with a {design} design; leave {name} out")


@dataclass(frozen=True)
class Layout:
    """Coded runs in standard order, centre points last.

    Attributes
    ----------
    design : str
        `full`, `fractional`, `box_behnken` or `central_composite`.
    matrix : float array, shape (runs, factors)
        -1 is the low and +1 the high setting of a factor, 0 half-way.
    points : tuple of str
        Kind of each run: `corner`, `grid`, `edge`, `axial` or `centre`.
    model : str
        Model that the design is made for.
    fraction : Fraction or None
        Two-level part, when there is one.
    axial : float
        Axial distance in coded units; NaN without axial points.
    blocks : int array, shape (runs,), or None
        An orthogonal split into blocks, numbered from 1.
    conventions : mapping of str to str
        Choices made where the request left them open, or where sources differ.
    """

    design: str
    matrix: Floats
    points: tuple[str, ...]
    model: ModelKind
    replicates: int
    center_points: int
    fraction: Fraction | None = None
    axial: float = math.nan
    blocks: NDArray[np.int64] | None = None
    conventions: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """Number of runs with replicates and centre points."""
        return int(self.matrix.shape[0])

    @property
    def centre(self) -> NDArray[np.bool_]:
        """Centre points, shape (runs,)."""
        return np.array([point == "centre" for point in self.points])

    @property
    def resolution(self) -> int | None:
        """Resolution of the two-level part; None when that is complete or missing."""
        return self.fraction.resolution if self.fraction is not None else None

    @property
    def generators(self) -> str:
        """Generators of the two-level part as text."""
        return " ".join(map(str, self.fraction.generators)) if self.fraction is not None else ""


def letters_of(factors: int) -> tuple[str, ...]:
    """Names of factors that have none: A, B, … without I."""
    return tuple(LETTERS[:factors])


def with_centre(runs: Floats, points: list[str], replicates: int, center_points: int) -> tuple[Floats, tuple[str, ...]]:
    """All runs `replicates` times over, then the centre points, with the kind of each.

    Raises
    ------
    CommandError
        When that is more than 1024 runs.
    """
    total = runs.shape[0] * replicates + center_points
    check_size(total)
    centre = np.zeros((center_points, runs.shape[1]))
    return np.vstack([np.tile(runs, (replicates, 1)), centre]), tuple(points * replicates + ["centre"] * center_points)


def check_size(total: int) -> None:
    """Raise a CommandError for more than 1024 runs."""
    if total > MOST_RUNS:
        raise CommandError(
            f"the design would take {total} runs; the limit is {MOST_RUNS}: choose design=fractional, fewer levels or "
            "fewer replicates"
        )
