"""The learned judges: a small network from the features of a pair to its probability."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.lexicon import Floats


class Scorer:
    """One hidden layer with a ramp, and a logistic output.

    Args:
        arrays: holds `mean`, `scale` (features,), `w1` (features, hidden), `b1`, `w2` (hidden,), `b2`
            under a common prefix.
        prefix: such as `column_`.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]], prefix: str) -> None:
        held = {name: arrays[prefix + name].astype(np.float32) for name in NAMES}
        weight = held["w1"] / held["scale"][:, None]
        self._w1, self._b1 = weight, held["b1"] - held["mean"] @ weight
        self._w2, self._b2 = held["w2"], held["b2"]

    def probabilities(self, features: Floats) -> Floats:
        """Return the probability of every pair.

        Args:
            features: shape (n, features).

        Returns:
            float32 (n,).
        """
        hidden = np.maximum(features @ self._w1 + self._b1, 0.0)
        logits = hidden @ self._w2 + self._b2
        chance: Floats = (1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
        return chance


NAMES = ("mean", "scale", "w1", "b1", "w2", "b2")
