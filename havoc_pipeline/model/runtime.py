"""HAVOC in numpy alone: loads in tens of milliseconds and decodes beams that share one prefill.

    runtime = HavocRuntime.load("checkpoint")
    state = runtime.prefill(prompt_ids)                 # one beam; state.logits is (V,)
    state = runtime.extend(state, [[next_id]])          # or several forced tokens at once
    state = state.fork([0, 0, 0])                       # three beams, nothing computed again
    state = runtime.extend(state, [[4], [9], [2]])      # state.logits_BV is (3, V)

States are values: extending or forking one leaves it as it was. One thread at a time may use a
runtime. On a small model one BLAS thread is fastest: set OPENBLAS_NUM_THREADS=1 before numpy loads.

Shape suffixes: B beams, T tokens of this call, M model width, V vocabulary, N candidates, X any
number of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.decoder import Decoder
from havoc_pipeline.model.fused import Weights, load_weights
from havoc_pipeline.model.kv_cache import Prefix, Tail

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class State:
    """Beams that have read some tokens; an immutable value.

    `hidden_BM` is the last hidden state of each beam, after the last norm.
    """

    runtime: "HavocRuntime"
    prefix: Prefix
    tail: Tail
    used: int
    hidden_BM: Array

    @property
    def beams(self) -> int:
        """How many beams."""
        return len(self.hidden_BM)

    @property
    def length(self) -> int:
        """How many tokens each beam has read."""
        return self.prefix.length + self.used

    @cached_property
    def logits_BV(self) -> Array:
        """Logits (B, V) of each beam's next token; computed when first asked for."""
        return self.runtime.logits(self.hidden_BM)

    @property
    def logits(self) -> Array:
        """Logits (V,) of the next token of a single beam.

        Raises `ModelError` when there are several beams.
        """
        if self.beams != 1:
            raise ModelError(f"The state has {self.beams} beams, not 1: use logits_BV.")
        logits_V: Array = self.logits_BV[0]
        return logits_V

    def logits_of(self, token_ids: ArrayLike) -> Array:
        """Return logits (B, N) of N candidate tokens only: cheap when a grammar allows few."""
        return self.runtime.logits(self.hidden_BM, token_ids)

    def fork(self, indices: Sequence[int] | NDArray[np.intp]) -> "State":
        """Return a state whose beam i is this state's beam `indices[i]`; repeats are welcome.

        Raises `ModelError` when an index is not a beam's.
        """
        rows = np.asarray(indices, dtype=np.intp)
        if rows.ndim != 1 or not rows.size or rows.min() < 0 or rows.max() >= self.beams:
            raise ModelError(
                f"Cannot fork beams {list(np.ravel(rows))}: give a list of numbers from 0 to {self.beams - 1}."
            )
        tail = self.tail.copied(self.used, rows)
        return State(self.runtime, self.prefix, tail, self.used, self.hidden_BM[rows])


class HavocRuntime:
    """A HAVOC checkpoint, ready to read tokens."""

    def __init__(self, weights: Weights) -> None:
        self._decoder = Decoder(weights)
        self._head_VM = weights.head_VM
        self._nothing = self._decoder.tail(0).as_prefix()
        self.vocab_size = weights.shape.vocab_size
        self.max_length = weights.shape.max_position_embeddings

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the runtime of the checkpoint folder `path` (config.json, model.safetensors).

        Raises `ModelError` when the folder holds no whole HAVOC checkpoint.
        """
        return cls(load_weights(Path(path)))

    def prefill(self, ids: ArrayLike) -> State:
        """Return the state of one beam that has read `ids` (T,).

        Raises `ModelError` when the ids are none, too many or out of the vocabulary.
        """
        ids_BT = self._checked(np.atleast_2d(ids), beams=1, past=0)
        tail = self._decoder.tail(ids_BT.shape[1])
        hidden_BTM = self._decoder.read(ids_BT, self._nothing, tail, 0, last_only=True)
        prefix, fresh = tail.as_prefix(), self._decoder.tail(0)
        return State(self, prefix, fresh, 0, hidden_BTM[:, -1])

    def extend(self, state: State, ids_BT: ArrayLike) -> State:
        """Return the state after each beam has read its row of `ids_BT` (B, T) as well.

        Raises `ModelError` when the rows are not one a beam, too long or out of the vocabulary.
        """
        ids = self._checked(np.asarray(ids_BT), state.beams, state.length)
        tail = state.tail.with_room(state.used, ids.shape[1])
        hidden_BTM = self._decoder.read(ids, state.prefix, tail, state.used, last_only=True)
        return State(self, state.prefix, tail, tail.filled, hidden_BTM[:, -1])

    def forward_hidden(self, ids: ArrayLike) -> Array:
        """Return the last hidden state (T, M), after the last norm, of every token of `ids` (T,).

        Raises `ModelError` as `prefill` does.
        """
        ids_BT = self._checked(np.atleast_2d(ids), beams=1, past=0)
        tail = self._decoder.tail(ids_BT.shape[1])
        hidden_TM: Array = self._decoder.read(ids_BT, self._nothing, tail, 0, last_only=False)[0]
        return hidden_TM

    def logits(self, hidden_XM: Array, token_ids: ArrayLike | None = None) -> Array:
        """Return logits (X, V) from hidden states (X, M), or (X, N) of N candidate tokens.

        Raises `ModelError` when a candidate is out of the vocabulary.
        """
        head_VM = self._head_VM
        if token_ids is not None:
            head_VM = head_VM[self._in_vocabulary(np.asarray(token_ids))]
        # This order of the product reads the wide matrix in the layout it is stored in.
        return np.ascontiguousarray((head_VM @ hidden_XM.T).T)

    def _checked(self, ids: NDArray[np.generic], beams: int, past: int) -> NDArray[np.intp]:
        if ids.ndim != 2 or ids.shape[0] != beams or ids.shape[1] == 0:
            raise ModelError(f"Token ids have shape {ids.shape}: give {beams} row(s) of at least one token.")
        if past + ids.shape[1] > self.max_length:
            raise ModelError(
                f"{past + ids.shape[1]} tokens are more than the {self.max_length} that this model "
                "reads: shorten the question or show fewer columns."
            )
        return self._in_vocabulary(ids)

    def _in_vocabulary(self, ids: NDArray[np.generic]) -> NDArray[np.intp]:
        if ids.size and ids.dtype.kind not in "iu":
            raise ModelError(f"Token ids are of type {ids.dtype}: give whole numbers.")
        whole = ids.astype(np.intp)
        if whole.size and (whole.min() < 0 or whole.max() >= self.vocab_size):
            raise ModelError(
                f"Token ids run from {whole.min()} to {whole.max()}; this model knows 0 to "
                f"{self.vocab_size - 1}: use the tokenizer saved with it."
            )
        return whole
