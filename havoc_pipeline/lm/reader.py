"""What the search needs of a model that reads tokens: in process or behind a server."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class ReadState(Protocol):
    """A model that has read some tokens; an immutable value."""

    def logits_of(self, token_ids: ArrayLike) -> NDArray[np.float32]:
        """Scores (1, N) of N candidates for the next token, up to a constant that they share."""
        ...


class Reader(Protocol):
    """A checkpoint that reads tokens, as `model.runtime.HavocRuntime` does."""

    vocab_size: int
    max_length: int

    def prefill(self, ids: ArrayLike) -> ReadState:
        """The state after reading `ids` (T,)."""
        ...

    def extend(self, state: Any, ids_BT: ArrayLike) -> ReadState:
        """The state after one more row of tokens (1, T)."""
        ...
