"""Full factorials and fractions: sizes, and which of them answers a request."""

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.designs import make_layout
from havoc_pipeline.tools.doe.layout import Layout, Request, letters_of


def layout(factors: int, levels: int | tuple[int, ...] = 2, **asked: object) -> Layout:
    counts = levels if isinstance(levels, tuple) else (levels,) * factors
    return make_layout(Request(letters_of(factors), counts, **asked))[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("factors", "asked", "design", "runs", "resolution"),
    [
        (2, {}, "full", 4, None),
        (4, {}, "full", 16, None),
        (5, {}, "fractional", 16, 5),
        (6, {}, "fractional", 16, 4),
        (7, {}, "fractional", 16, 4),
        (8, {}, "fractional", 16, 4),
        (9, {}, "fractional", 32, 4),
        (15, {}, "fractional", 32, 4),
        (3, {"runs": 4}, "fractional", 4, 3),
        (4, {"runs": 8}, "fractional", 8, 4),
        (3, {"runs": 16}, "full", 16, None),
        (3, {"runs": 12, "center_points": 4}, "full", 12, None),
        (5, {"runs": 16, "center_points": 3}, "fractional", 19, 5),
        (5, {"design": "fractional", "runs": 19, "center_points": 3}, "fractional", 19, 5),
        (5, {"design": "fractional", "runs": 32, "replicates": 2}, "fractional", 32, 5),
        (5, {"design": "fractional", "resolution": 5, "center_points": 3}, "fractional", 19, 5),
        (5, {"design": "fractional", "resolution": 3}, "fractional", 8, 3),
        (3, {"design": "fractional"}, "fractional", 4, 3),
        (4, {"resolution": 5}, "full", 16, None),
        (9, {"resolution": 5}, "fractional", 128, 6),
        (5, {"generators": "D=AB E=AC"}, "fractional", 8, 3),
        (3, {"replicates": 2}, "full", 16, None),
        (3, {"runs": 8, "replicates": 2}, "full", 16, None),
        (3, {"runs": 16, "replicates": 2}, "full", 16, None),
        (3, {"axial": "rotatable"}, "central_composite", 20, None),
    ],
)
def test_design_that_answers(
    factors: int, asked: dict[str, object], design: str, runs: int, resolution: int | None
) -> None:
    made = layout(factors, **asked)  # type: ignore[arg-type]
    assert (made.design, made.runs, made.resolution) == (design, runs, resolution)


def test_a_total_is_understood_where_only_it_fits() -> None:
    twice = layout(5, design="fractional", runs=32, replicates=2)
    assert twice.runs == 32
    assert np.unique(twice.matrix, axis=0).shape[0] == 16


@pytest.mark.parametrize(("levels", "runs"), [((3, 3, 3), 27), ((2, 3, 4), 24), ((5, 2), 10)])
def test_every_combination_occurs_once(levels: tuple[int, ...], runs: int) -> None:
    made = layout(len(levels), levels)
    assert made.design == "full"
    assert np.unique(made.matrix, axis=0).shape == (runs, len(levels))
    for column, count in zip(made.matrix.T, levels, strict=True):
        assert np.unique(column).tolist() == np.linspace(-1, 1, count).tolist()


def test_first_factor_changes_fastest() -> None:
    assert layout(2, (3, 2)).matrix.tolist() == [[-1, -1], [0, -1], [1, -1], [-1, 1], [0, 1], [1, 1]]


def test_centre_points_stand_last_and_are_not_replicated() -> None:
    made = layout(2, replicates=3, center_points=2)
    assert made.runs == 14
    assert made.points[-2:] == ("centre", "centre")
    assert (made.matrix[-2:] == 0).all()


@pytest.mark.parametrize(
    ("factors", "asked", "message"),
    [
        (1, {}, "1 factor cannot make a design; the least is 2"),
        (16, {}, "16 factors are too many for a design; the limit is 15"),
        (5, {"runs": 20}, r"no power of two.*runs=16 \(resolution V\) or runs=32 \(full factorial\)"),
        (7, {"runs": 4}, r"does not fit 7 two-level factors; use runs=8 \(resolution III\)"),
        (9, {"runs": 32, "resolution": 5}, "reach resolution IV at most, not V; use runs=128"),
        (4, {"design": "fractional", "resolution": 5}, "reaches resolution V; use design=full with 16 runs"),
        (12, {"design": "fractional", "resolution": 12}, "ask for a lower resolution"),
        (9, {"runs": 32, "resolution": 40}, "reach resolution IV at most, not 40"),
        (4, {"design": "fractional", "runs": 16}, r"are the full factorial.*fewer runs \(8\)"),
        (2, {"design": "fractional"}, "no useful fraction; use design=full with 4 runs"),
        (4, {"design": "full", "runs": 12}, "take 16 or a multiple"),
        (11, {"design": "full"}, "2048 runs; the limit is 1024"),
        (3, {"replicates": 200}, "1600 runs; the limit is 1024"),
        (3, {"center_points": 5000}, "limit is 1024"),
        (3, {"design": "full", "axial": "rotatable"}, "leave axial out"),
        (3, {"design": "full", "resolution": 3}, "leave resolution out"),
        (3, {"design": "full", "generators": "C=AB"}, "leave generators out"),
        (5, {"design": "fractional", "axial": 1.5}, "leave axial out"),
        (5, {"generators": "E=A"}, "alias main effects with each other"),
        (5, {"generators": "D=ABC E=BCD"}, "alias main effects with each other"),
        (5, {"generators": "E=ABC", "resolution": 5}, "reach resolution IV, not V"),
        (5, {"generators": "E=ABCD", "runs": 8}, "make 16 runs, not 8"),
        (3, {"runs": 0}, "runs=0 is too low"),
        (3, {"resolution": 2}, "resolution=2 is too low"),
        (3, {"replicates": 0}, "replicates=0 is too low"),
        (3, {"center_points": -1}, "center_points=-1 is too low"),
    ],
)
def test_what_cannot_be(factors: int, asked: dict[str, object], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        layout(factors, **asked)  # type: ignore[arg-type]


def test_levels_out_of_reach() -> None:
    with pytest.raises(CommandError, match="2187 runs; the limit is 1024"):
        layout(7, 3)
    with pytest.raises(CommandError, match="levels=1 is not possible"):
        layout(2, 1)
    with pytest.raises(CommandError, match="levels=3 does not go with design=fractional"):
        layout(5, 3, design="fractional")
