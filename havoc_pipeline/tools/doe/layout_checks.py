"""Checks that only a made design has: that it is what it says, its axial points, blocks and run order."""

from __future__ import annotations

import numpy as np

from havoc_pipeline.tools.doe.defining_words import word_sums
from havoc_pipeline.tools.doe.layout import Layout
from havoc_pipeline.tools.doe.model_terms import CodedFactor, build_model
from havoc_pipeline.tools.result import Finding

TOLERANCE = 1e-9


def verify(layout: Layout) -> None:
    """Hold the two-level part against its words, found anew from the runs.

    Raises
    ------
    RuntimeError
        When they differ: the program is at fault, not the user.
    """
    if layout.fraction is None:
        return
    corners = np.array([point == "corner" for point in layout.points])
    rows = layout.matrix[corners]
    expected = {mask: sign * rows.shape[0] for mask, sign in layout.fraction.words.items()}
    if word_sums(rows) != expected:
        raise RuntimeError(f"the {layout.design} design in {rows.shape[0]} runs lacks the words it should have")


def axial_finding(layout: Layout) -> Finding:
    """Whether a central composite design predicts alike in all directions, and asks for extreme settings."""
    reference = "Box and Hunter (1957), Ann. Math. Stat. 28, 195-241"
    ratio = rotatability(layout)
    turned, beyond = abs(ratio - 1) < TOLERANCE, layout.axial > 1 + TOLERANCE
    text = "rotatable: predictions are equally precise in every direction"
    if not turned:
        text = f"not rotatable (fourth moment {ratio:z.2f} of what that takes): precision depends on the direction"
    text += f"; axial points lie at ±{layout.axial:.3g}, " if beyond else "; "
    text += "beyond the low and high settings" if beyond else "no setting lies beyond low and high"
    mend = "use axial=face_centered if those settings cannot be run" if beyond else ""
    return Finding("axial points", "pass" if turned else "note", text, ratio, None, 1.0, reference, mend)


def rotatability(layout: Layout) -> float:
    """Fourth moment of a factor over three times the mixed moment of two; 1 when rotatable."""
    squares = layout.matrix**2
    return float((squares[:, 0] ** 2).sum() / (3 * (squares[:, 0] * squares[:, 1]).sum()))


def block_finding(layout: Layout) -> Finding:
    """How the design can be split into blocks that do not disturb the model's terms."""
    reference = "Box and Behnken (1960), Technometrics 2, 455-475"
    if layout.blocks is None:
        text = "these runs do not split into orthogonal blocks; keep the conditions the same throughout"
        return Finding("blocks", "note", text, reference=reference)
    count, largest = int(layout.blocks.max()), block_correlation(layout)
    text = f"can be run in {count} blocks of {layout.runs // count} (column block); checked: block means of every term "
    text += f"agree (largest departure {largest:.1g})"
    mend = "if the conditions may change, run one block after the other, each in random order"
    return Finding("blocks", "note", text, largest, None, TOLERANCE, reference, mend)


def block_correlation(layout: Layout) -> float:
    """Largest mean of a model term within a block, about its overall mean, in units of its spread."""
    factors = [
        CodedFactor(str(place), layout.matrix[:, [place]], curved=True) for place in range(layout.matrix.shape[1])
    ]
    columns = build_model(factors, "quadratic").matrix[:, 1:]
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    blocks = layout.blocks if layout.blocks is not None else np.ones(layout.runs)
    return max(float(np.abs(scaled[blocks == block].mean(axis=0)).max()) for block in np.unique(blocks))


def run_order_finding(seed: int) -> Finding:
    """Why the run order is random, and which one it is."""
    reference = "Fisher (1935), The Design of Experiments, chapter 2"
    text = f"the runs stand in random order (seed {seed}), so that drifts do not pass for effects"
    mend = "keep to the order; note every run that departs from it"
    return Finding("run order", "note", text, float(seed), None, None, reference, mend)
