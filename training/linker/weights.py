"""The file of weights that the linker ships with: read, changed in part, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

WEIGHTS = Path(__file__).parents[2] / "havoc_pipeline" / "linking" / "linker.npz"
GRID, WORDS = "grid_", "grid_words"
"""What the names of the grid's network begin with; its vocabulary, as UTF-8 bytes."""


def load_weights(path: Path = WEIGHTS) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file by name; none when there is no file yet."""
    if not path.is_file():
        return {}
    with np.load(path) as held:
        return {name: held[name] if name == WORDS else held[name].astype(np.float32) for name in held.files}


def save_weights(arrays: Mapping[str, NDArray[np.floating]], path: Path = WEIGHTS) -> None:
    """Write arrays into the file, in half precision; those not named stay as they are."""
    _write(load_weights(path) | dict(arrays), path)


def replace_network(net: nn.Module, vocabulary: Sequence[str], path: Path = WEIGHTS) -> None:
    """Write the shipped weights with another network of the grid and its vocabulary; all else stays as it is."""
    held = {name: array for name, array in load_weights().items() if not name.startswith(GRID)}
    own = {GRID + name: tensor.numpy() for name, tensor in net.state_dict().items()}
    _write(held | own | {WORDS: np.frombuffer("\n".join(vocabulary).encode("utf-8"), np.uint8)}, path)


def _write(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    small = {name: array if name == WORDS else array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(path, **small)  # type: ignore[arg-type]
