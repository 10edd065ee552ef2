"""Box-Behnken and central composite designs against their published sizes, distances and blocks."""

import math

import numpy as np
import pytest

from havoc_pipeline.errors import CommandError
from havoc_pipeline.tools.doe.designs import make_layout
from havoc_pipeline.tools.doe.experiment_design import code_layout
from havoc_pipeline.tools.doe.layout import Layout, Request, letters_of
from havoc_pipeline.tools.doe.layout_checks import block_correlation, rotatability
from havoc_pipeline.tools.doe.model_terms import build_model
from havoc_pipeline.tools.doe.response_surface import axial_distance, uniform_precision


def layout(factors: int, design: str, **asked: object) -> Layout:
    return make_layout(Request(letters_of(factors), (2,) * factors, design, **asked))[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(("factors", "runs", "centre"), [(3, 15, 3), (4, 27, 3), (5, 46, 6), (6, 54, 6), (7, 62, 6)])
def test_box_behnken_sizes(factors: int, runs: int, centre: int) -> None:
    # Box and Behnken (1960), Technometrics 2, 455-475.
    made = layout(factors, "box_behnken")
    assert (made.runs, made.center_points) == (runs, centre)
    assert made.points.count("edge") == runs - centre


@pytest.mark.parametrize("factors", range(3, 8))
def test_box_behnken_has_three_even_settings_and_no_corner(factors: int) -> None:
    made = layout(factors, "box_behnken")
    at_once = {3: 2, 4: 2, 5: 2, 6: 3, 7: 3}[factors]
    edges = made.matrix[~made.centre]
    assert set(np.unique(made.matrix)) == {-1.0, 0.0, 1.0}
    assert (np.abs(edges).sum(axis=1) == at_once).all()
    assert np.unique(edges, axis=0).shape == edges.shape
    assert (made.matrix.sum(axis=0) == 0).all()
    assert (made.matrix.T @ made.matrix == np.diag(np.full(factors, edges.shape[0] * at_once / factors))).all()


def test_box_behnken_of_six_factors_varies_the_published_triples() -> None:
    # Box and Behnken (1960), the design for six factors; JASP and Minitab give the same (test_reference).
    edges = layout(6, "box_behnken").matrix[:48]
    groups = {tuple(np.flatnonzero(run).tolist()) for run in edges}
    assert groups == {(0, 1, 3), (1, 2, 4), (2, 3, 5), (0, 3, 4), (1, 4, 5), (0, 2, 5)}


@pytest.mark.parametrize(("factors", "blocks"), [(4, 3), (5, 2), (6, 2), (7, 2)])
def test_box_behnken_blocks_are_orthogonal(factors: int, blocks: int) -> None:
    made = layout(factors, "box_behnken")
    assert made.blocks is not None
    assert np.bincount(made.blocks)[1:].tolist() == [made.runs // blocks] * blocks
    assert block_correlation(made) < 1e-12


def test_box_behnken_of_three_factors_and_uneven_centre_points_have_no_blocks() -> None:
    assert layout(3, "box_behnken").blocks is None
    assert layout(4, "box_behnken", center_points=4).blocks is None


# Runs and axial distance of rotatable designs of uniform precision: Box and Hunter (1957), as textbooks on
# response surfaces tabulate them (Myers, Montgomery and Anderson-Cook 2016, chapter 8).
CENTRAL_COMPOSITE = [(2, 13, 1.414), (3, 20, 1.682), (4, 31, 2.0), (5, 32, 2.0), (6, 53, 2.378), (7, 92, 2.828)]


@pytest.mark.parametrize(("factors", "runs", "axial"), CENTRAL_COMPOSITE)
def test_central_composite_sizes(factors: int, runs: int, axial: float) -> None:
    made = layout(factors, "central_composite")
    assert made.runs == runs
    assert made.axial == pytest.approx(axial, abs=5e-4)
    assert rotatability(made) == pytest.approx(1.0, abs=1e-12)


def test_uniform_precision_of_complete_cubes() -> None:
    # The same table: centre points of the full 2^5 and 2^6, and of the half of 2^8.
    assert [uniform_precision(32, 5), uniform_precision(64, 6), uniform_precision(128, 8)] == [10, 15, 20]


@pytest.mark.parametrize("factors", range(2, 8))
def test_uniform_precision_by_its_definition(factors: int) -> None:
    """No number of centre points but a neighbouring one brings the two variances closer."""
    standard = layout(factors, "central_composite").center_points
    gaps = [precision_gap(layout(factors, "central_composite", center_points=n)) for n in range(1, 2 * standard + 2)]
    assert abs(1 + int(np.argmin(gaps)) - standard) <= 1


def precision_gap(made: Layout) -> float:
    """Distance of the prediction variances at the centre and one root mean square setting away."""
    model = build_model(code_layout(made, letters_of(made.matrix.shape[1])), "quadratic")
    inverse = np.linalg.inv(model.matrix.T @ model.matrix)
    away = np.zeros(len(model.names))
    square = float((made.matrix[:, 0] ** 2).mean())
    away[[0, 1, list(model.names).index("A²")]] = 1.0, square**0.5, square
    return abs(float(made.runs * (away @ inverse @ away - inverse[0, 0])))


@pytest.mark.parametrize("factors", range(2, 13))
def test_factorial_part_leaves_interactions_apart(factors: int) -> None:
    made = layout(factors, "central_composite")
    assert made.resolution is None or made.resolution >= 5


@pytest.mark.parametrize(("factors", "axial"), [(2, 1.0), (3, 1.216), (4, 1.414)])
def test_orthogonal_axial_distance_with_one_centre_point(factors: int, axial: float) -> None:
    # Myers, Montgomery and Anderson-Cook (2016): orthogonal designs with a single centre point.
    made = layout(factors, "central_composite", axial="orthogonal", center_points=1)
    assert made.axial == pytest.approx(axial, abs=1e-3)


@pytest.mark.parametrize(("centre", "times"), [(1, 1), (6, 1), (4, 3)])
def test_orthogonal_squares_are_uncorrelated(centre: int, times: int) -> None:
    made = layout(3, "central_composite", axial="orthogonal", center_points=centre, replicates=times)
    squares = made.matrix**2
    assert np.cov(squares.T) == pytest.approx(np.diag(squares.var(axis=0, ddof=1)), abs=1e-12)


def test_face_centred_and_given_distances() -> None:
    assert layout(3, "central_composite", axial="face_centered").axial == 1.0
    assert np.abs(layout(3, "central_composite", axial=1.633).matrix).max() == 1.633
    assert axial_distance("rotatable", 8, 3, 1, 6) == pytest.approx(8**0.25)


@pytest.mark.parametrize(
    ("factors", "design", "runs", "centre"),
    [
        (3, "box_behnken", 17, 5),
        (3, "central_composite", 15, 1),
        (5, "central_composite", 52, 10),
        (5, "central_composite", 32, 6),
    ],
)
def test_total_runs_settle_the_centre_points(factors: int, design: str, runs: int, centre: int) -> None:
    made = layout(factors, design, runs=runs)
    assert (made.runs, made.center_points) == (runs, centre)


def test_replicates_leave_the_centre_points_alone() -> None:
    made = layout(3, "box_behnken", replicates=2)
    assert made.runs == 2 * 12 + 3
    doubled = layout(3, "central_composite", replicates=2, center_points=4)
    assert doubled.runs == 2 * 14 + 4
    assert rotatability(doubled) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("factors", "asked", "message"),
    [
        (2, {"design": "box_behnken"}, "takes 3 to 7 factors, not 2"),
        (8, {"design": "box_behnken"}, "use design=central_composite"),
        (3, {"design": "box_behnken", "runs": 12}, r"use runs=15 \(3 centre points\)"),
        (3, {"design": "box_behnken", "runs": 15, "center_points": 5}, r"use runs=17 \(5 centre points\)"),
        (3, {"design": "central_composite", "runs": 10}, r"use runs=20 \(6 centre points\)"),
        (3, {"design": "box_behnken", "axial": "rotatable"}, "leave axial out"),
        (3, {"design": "box_behnken", "resolution": 5}, "leave resolution out"),
        (5, {"design": "central_composite", "generators": "E=ABCD"}, "leave generators out"),
        (3, {"design": "central_composite", "axial": -1.0}, "no distance"),
        (3, {"design": "central_composite", "axial": 0.0}, "axial=0 is no distance"),
        (14, {"design": "central_composite", "resolution": 9}, "ask for a lower one"),
    ],
)
def test_what_cannot_be(factors: int, asked: dict[str, object], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        layout(factors, **asked)  # type: ignore[arg-type]


def test_levels_that_do_not_fit() -> None:
    with pytest.raises(CommandError, match="levels=4 does not go with a Box-Behnken design"):
        make_layout(Request(letters_of(3), (4, 4, 4), "box_behnken"))
    assert not math.isnan(make_layout(Request(letters_of(3), (5, 5, 5), "central_composite"))[0].axial)
