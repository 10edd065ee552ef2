"""How finely values are recorded: the step between neighbouring values against their spread."""

from __future__ import annotations

import numpy as np

from havoc_pipeline.tools.result import Finding
from havoc_pipeline.tools.samples import Floats

NOISE = 1e-9
"""Differences below this share of the largest value are rounding of doubles, not steps."""
COARSE = 1.0
"""Step in standard deviations beyond which the readings are too coarse to show the spread."""
REFERENCE = "Wheeler (2006), EMP III: Evaluating the Measurement Process, ch. 3 (chunky data)"


def step_of(values: Floats) -> float:
    """Smallest distance between two different values (shape (n,)); 0 when all are equal."""
    gaps = np.diff(np.unique(values))
    real = gaps[gaps > NOISE * max(float(np.abs(values).max()), 1e-300)]
    return float(real.min()) if real.size else 0.0


def resolution(values: Floats, name: str, *, limit: float = COARSE) -> Finding:
    """Whether the recorded step is small against the standard deviation.

    Parameters
    ----------
    values : float array, shape (n,)
        Without NaN.
    name : str
        What the sentence calls them.
    limit : float
        Step, in standard deviations, beyond which the finding warns.
    """
    step, sd = step_of(values), float(values.std(ddof=1)) if values.size > 1 else 0.0
    if sd <= 0 or step <= 0:
        return Finding("resolution", "note", f"{name}: all values are equal", reference=REFERENCE)
    ratio, distinct = step / sd, int(np.unique(values).size)
    text = f"{name}: {distinct} different values in steps of {step:.3g}, {ratio:.2g} standard deviations"
    if ratio <= limit:
        return Finding("resolution", "pass", text, ratio, None, limit, REFERENCE)
    return Finding(
        "resolution", "warn", f"{text}; so coarse a scale hides the real spread and shape", ratio, None, limit,
        REFERENCE, "record one more digit, or check the measurement system first",
    )  # fmt: skip
