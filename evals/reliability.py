"""How well a stated confidence ranks errors and matches the share that is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def auroc(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """Probability that a right answer carries more confidence than a wrong one; ties count half."""
    sure, good = np.asarray(confidence, float), np.asarray(right, bool)
    if good.all() or not good.any():
        return float("nan")
    above = sure[good][:, None] - sure[~good][None, :]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: mean gap between confidence and share right, over equal-width bins."""
    sure, good = np.asarray(confidence, float), np.asarray(right, float)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [abs(sure[place == b].mean() - good[place == b].mean()) * (place == b).mean() for b in set(place.tolist())]
    return float(sum(gaps))
