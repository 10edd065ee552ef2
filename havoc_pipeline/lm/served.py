"""HAVOC's own model behind a server: the search of `search.py`, with every probability from there.

A plan is no single greedy text: the search weighs alternatives, adds what the nearest phrasings say
to the first decision, and calibrates. So the search, its grammar and the calibration stay here, and
the server computes what the model computes: a completions request carries the reading's token ids
and one decision's candidates, and brings back their log-probabilities, in the server's own words
(`dialects.py`). Plans are those of the embedded engine, up to rounding; a question takes one short
request a decision, whose common prefix the server has cached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.connection import Connection
from havoc_pipeline.lm.dialects import Dialect, LlamaServer, dialect_of
from havoc_pipeline.lm.engine import HavocEngine
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.model.fused import read_shape
from havoc_pipeline.model.identity import PLANNER, SHIPPED, fingerprint, is_planner
from havoc_pipeline.model.runtime import HavocRuntime

MOST_OPEN = 512
"""Cases open at once: as many as are asked together, and some."""
MOST_APART = 0.2
"""Difference of a log-probability up to which weights are the same: q8_0 rounds by 0.04, an older HAVOC-mini is 1.6 off."""


@dataclass(frozen=True)
class ServedState:
    """Tokens that the server is asked about; it keeps what it computed for them."""

    runtime: ServedRuntime
    ids: tuple[int, ...]

    def logits_of(self, token_ids: ArrayLike) -> NDArray[np.float32]:
        """Log-probabilities (1, N) of N candidates for the next token.

        Raises
        ------
        ModelError
            When the server does not answer or refuses.
        """
        wanted: list[int] = np.asarray(token_ids, dtype=np.intp).tolist()
        most = self.runtime.dialect.most or len(wanted)
        parts = [wanted[at : at + most] for at in range(0, len(wanted), most)]
        return np.array([[score for part in parts for score in self.runtime.scores(self.ids, part)]], np.float32)


class ServedRuntime:
    """A checkpoint behind a server that reads tokens as `model.runtime.HavocRuntime` does.

    Parameters
    ----------
    connection : Connection
    model : str
        One of the names that the server gives it.
    folder : Path
        The same checkpoint here, for its sizes.
    dialect : Dialect
        How the server is asked.
    """

    def __init__(self, connection: Connection, model: str, folder: Path, dialect: Dialect) -> None:
        shape = read_shape(folder)
        self.vocab_size, self.max_length = shape.vocab_size, shape.max_position_embeddings
        self._connection, self._model, self.dialect = connection, model, dialect

    def prefill(self, ids: ArrayLike) -> ServedState:
        """The state after reading `ids` (T,); nothing is sent yet."""
        return ServedState(self, tuple(np.asarray(ids, dtype=np.intp).tolist()))

    def extend(self, state: ServedState, ids_BT: ArrayLike) -> ServedState:
        """The state after one more row of tokens (1, T)."""
        (row,) = np.asarray(ids_BT, dtype=np.intp).tolist()
        return ServedState(self, (*state.ids, *row))

    def scores(self, ids: Sequence[int], candidates: Sequence[int]) -> list[float]:
        """Log-probability of each candidate after `ids`, from the server.

        Raises
        ------
        ModelError
            When the server does not answer, refuses, or leaves a candidate out.
        """
        asked = {"model": self._model, **self.dialect.asked(ids, candidates)}
        told = self._connection.post("completions", asked)
        try:
            return self.dialect.told(told, candidates)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ModelError(f"the server at {self._connection.base} gave no log-probability for some candidates "
                             f"({error}); {self.dialect.mend}") from error  # fmt: skip


class ServedEngine(HavocEngine):
    """The engine of a planner whose runtime is a server; requests go side by side."""

    most_open = MOST_OPEN
    together = True

    def __init__(self, planner: Planner, base: str, name: str) -> None:
        super().__init__(planner)
        self._base, self._name = base, name

    @property
    def model(self) -> str:
        """Name for `dspy.LM`, with the checkpoint's hash."""
        return f"havoc/served-{self._planner.fingerprint[:16]}"

    def dump_state(self) -> dict[str, Any]:
        """Where the server stands and the hash of its checkpoint."""
        return {"api_base": self._base, "name": self._name, "fingerprint": self._planner.fingerprint}

    @classmethod
    def load_state(cls, state: dict[str, Any]) -> Self:
        """The engine of a saved state; raises as `load_served` does."""
        return cls(served_planner(state["name"], state["api_base"]), state["api_base"], state["name"])


def load_served(name: str, base: str) -> ServedEngine:
    """The engine of a planner that `havoc serve` or llama.cpp's server serves.

    Parameters
    ----------
    name : str
        `havoc-mini`, or the name of another planner.
    base : str
        `http://HOST:PORT/v1`.

    Raises
    ------
    ModelError
        When the server does not answer, does not serve it, or serves other weights than stand here.
    """
    return ServedEngine(served_planner(name, base), base, name)


def served_planner(name: str, base: str) -> Planner:
    """The planner of a server's checkpoint, with tokenizer, phrasings and calibration from here."""
    connection = Connection(base)
    entries = connection.get("models").get("data", ())
    dialect = dialect_of(next((str(entry.get("owned_by")) for entry in entries), ""))
    served = {str(known): entry for entry in entries for known in (entry.get("id"), *(entry.get("aliases") or ()))}
    if name not in served:
        raise ModelError(f"the server at {base} does not serve `{name}`; it serves {', '.join(served) or 'nothing'}")
    if isinstance(dialect, LlamaServer):
        return _on_llama_server(connection, name, dialect)
    weights = next((known.removeprefix(PLANNER) for known in served if known.startswith(PLANNER)), None)
    if weights is None:
        raise ModelError(f"`{name}` at {base} does not say which weights it has, as HAVOC's own planners do; start it "
                         "with `havoc serve`, or serve another model under a name that does not begin with havoc")  # fmt: skip
    folder = _folder_of(weights, Path(str(served[name].get("root") or "")), base)
    return Planner(folder, ServedRuntime(connection, name, folder, dialect))


def _folder_of(weights: str, root: Path, base: str) -> Path:
    """The checkpoint here with the weights that are served: its tokenizer and card are needed."""
    here = [folder for folder in (SHIPPED, root) if is_planner(folder)]
    match = next((folder for folder in here if fingerprint(folder) == weights), None)
    if match is None:
        raise ModelError(f"the server at {base} has weights {weights}, which no checkpoint here has (shipped: "
                         f"{fingerprint(SHIPPED)}); run the same release of HAVOC on both sides")  # fmt: skip
    return match


def _on_llama_server(connection: Connection, name: str, dialect: Dialect) -> Planner:
    """The shipped planner, once its GGUF export at a llama.cpp server has computed what it computes here.

    A GGUF file does not say which checkpoint it was made from, so it is asked one decision whose answer is known.
    """
    runtime = ServedRuntime(connection, name, SHIPPED, dialect)
    ids = np.arange(24) * 271 % runtime.vocab_size
    candidates = np.arange(0, runtime.vocab_size, runtime.vocab_size // 64)
    there, here = (reader.prefill(ids).logits_of(candidates)[0] for reader in (runtime, HavocRuntime.load(SHIPPED)))
    apart = float(np.abs((there - np.logaddexp.reduce(there)) - (here - np.logaddexp.reduce(here))).max())
    if apart > MOST_APART:
        raise ModelError(f"`{name}` at {connection.base} has other weights than the shipped HAVOC-mini (a log-probability "
                         f"differs by {apart:.2g}, rounding explains {MOST_APART:g}); serve this release's own export: "
                         "havoc model export --format gguf --out havoc-mini.gguf")  # fmt: skip
    return Planner(SHIPPED, runtime)
