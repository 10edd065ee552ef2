"""The file of weights that the linker ships with: read, changed in part, written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).parents[2] / "havoc_pipeline" / "linking" / "linker.npz"


def load_weights(path: Path = WEIGHTS) -> dict[str, NDArray[np.float32]]:
    """Return the arrays of the file by name; none when there is no file yet."""
    if not path.is_file():
        return {}
    with np.load(path) as held:
        return {name: held[name].astype(np.float32) for name in held.files}


def save_weights(arrays: Mapping[str, NDArray[np.floating]], path: Path = WEIGHTS) -> None:
    """Write arrays into the file, in half precision; those not named stay as they are."""
    held = {name: array for name, array in load_weights(path).items() if not name.startswith("second")}
    kept = held | {name: array.astype(np.float32) for name, array in arrays.items()}
    np.savez_compressed(path, **{name: array.astype(np.float16) for name, array in kept.items()})  # type: ignore[arg-type]
