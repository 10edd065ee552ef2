"""llama.cpp as the search's reader, through llama-cpp-python: what it would be as the embedded engine.

Its cache holds the sequence read last. A partial answer that leaves it is read again from where the two part: a few
tokens in one pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class LlamaState:
    """Tokens read; their logits are computed when asked for."""

    reader: "LlamaReader"
    ids: tuple[int, ...]

    def logits_of(self, token_ids: ArrayLike) -> NDArray[np.float32]:
        return self.reader.logits(self.ids)[None, np.asarray(token_ids)]


class LlamaReader:
    """A GGUF file, read on one thread with a float32 cache."""

    def __init__(self, file: Path, context: int) -> None:
        import llama_cpp

        f32 = llama_cpp.GGML_TYPE_F32
        self._cpp = llama_cpp
        self._llm = llama_cpp.Llama(
            str(file), n_ctx=context, n_batch=context, n_ubatch=context, n_threads=1, n_threads_batch=1, type_k=f32,
            type_v=f32, flash_attn=False, verbose=False,
        )  # fmt: skip
        self._cached: tuple[int, ...] = ()
        self.vocab_size, self.max_length = self._llm.n_vocab(), context

    def prefill(self, ids: ArrayLike) -> LlamaState:
        return LlamaState(self, tuple(np.asarray(ids).tolist()))

    def extend(self, state: LlamaState, ids_BT: ArrayLike) -> LlamaState:
        (row,) = np.asarray(ids_BT).tolist()
        return LlamaState(self, (*state.ids, *row))

    def forget(self) -> None:
        """Drop the cache, so that the next question is read from its beginning."""
        self._cached = ()

    def logits(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Logits (V,) of the next token; a view that the next call overwrites."""
        self._llm.n_tokens = min(shared(self._cached, ids), len(ids) - 1)
        self._llm.eval(ids[self._llm.n_tokens :])
        self._cached = tuple(ids)
        told = self._cpp.llama_get_logits(self._llm.ctx)
        found: NDArray[np.float32] = np.ctypeslib.as_array(told, shape=(self.vocab_size,))
        return found


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the common beginning."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
