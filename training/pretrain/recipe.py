"""A pretraining recipe: what a TOML file says, checked when it is read.

A key that is not known is refused, so that a misspelt one cannot train unnoticed.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from havoc_pipeline.model.configuration import HavocConfig, preset
from training.pretrain.failure import PretrainError


@dataclass(frozen=True)
class Batch:
    """Tokens in a sequence, or in the longest document; sequences in a step over all processes; in one pass of one."""

    length: int = 64
    sequences: int = 8
    micro: int = 4


@dataclass(frozen=True)
class Documents:
    """Whole documents of like length instead of windows: about so many tokens in a step over all
    processes (0: windows), documents drawn together and sorted by length, passes of a step,
    and whether the words of mentions are varied (`training/noise.py`)."""

    tokens: int = 0
    pool: int = 4096
    passes: int = 1
    noise: bool = False


@dataclass(frozen=True)
class Loss:
    """Cross-entropy: the share of a target spread evenly, and whether the head is cut to the tokens
    that answers can hold."""

    smoothing: float = 0.0
    answers: bool = False


@dataclass(frozen=True)
class Optimizer:
    """AdamW: peak rate, share of it at the end, steps of rise, moments, decay, gradient norm allowed."""

    rate: float = 3e-3
    final: float = 0.1
    warmup: int = 10
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    decay: float = 0.1
    clip: float = 1.0


@dataclass(frozen=True)
class Compute:
    """How a step is computed: "bfloat16" or "float32" products, sharding over the processes, blocks
    computed again backward, tokens of logits at a time, the device's rate for the log (0: measure),
    and blocks written out by hand (`fused.py`), for one process that shards nothing."""

    products: str = "float32"
    shard: bool = True
    checkpointing: bool = False
    head_chunk: int = 256
    peak_tflops: float = 0.0
    fused: bool = False


@dataclass(frozen=True)
class Guard:
    """When a step is skipped: a loss that is no number, or above the mean of the last `window` accepted
    losses by `deviations` standard deviations and by `margin` nats; `patience` skips in a row stop the run."""

    window: int = 50
    deviations: float = 6.0
    margin: float = 0.5
    patience: int = 5


@dataclass(frozen=True)
class Keep:
    """A checkpoint each `every` steps, the last `last` of them kept."""

    every: int = 20
    last: int = 2


@dataclass(frozen=True)
class Recipe:
    """A whole run. `model` names a preset of `havoc_pipeline.model` and any of its sizes to replace;
    `vectors` starts the embeddings of whole words from HAVOC's word vectors."""

    steps: int = 100
    seed: int = 0
    vectors: bool = False
    model: dict[str, Any] = field(default_factory=lambda: {"preset": "toy"})
    batch: Batch = field(default_factory=Batch)
    documents: Documents = field(default_factory=Documents)
    loss: Loss = field(default_factory=Loss)
    optimizer: Optimizer = field(default_factory=Optimizer)
    compute: Compute = field(default_factory=Compute)
    guard: Guard = field(default_factory=Guard)
    keep: Keep = field(default_factory=Keep)

    def __post_init__(self) -> None:
        _check(self)

    def config(self) -> HavocConfig:
        """Return the model's configuration; raises `ModelError` when its sizes do not fit."""
        sizes = dict(self.model)
        return preset(sizes.pop("preset", "toy"), **sizes)

    def fingerprint(self) -> str:
        """Return a hash of all that decides the loss curve on paper; how it is computed is left out."""
        decides = {k: v for k, v in asdict(self).items() if k not in ("keep", "compute")}
        decides["batch"] = {k: v for k, v in decides["batch"].items() if k != "micro"}
        decides["documents"] = {k: v for k, v in decides["documents"].items() if k != "passes"}
        decides["products"] = self.compute.products
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


_PARTS: dict[str, Any] = {
    "batch": Batch,
    "documents": Documents,
    "loss": Loss,
    "optimizer": Optimizer,
    "compute": Compute,
    "guard": Guard,
    "keep": Keep,
}


def read(path: Path) -> Recipe:
    """Return the recipe of a TOML file; raises `PretrainError` when it cannot be read or a key is unknown."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PretrainError(f"The recipe {path} cannot be read ({error}): give a TOML file.") from error
    parts = {name: _part(kind, name, given.pop(name, {})) for name, kind in _PARTS.items()}
    model = given.pop("model", {"preset": "toy"})
    return _part(Recipe, "", {**given, "model": model, **parts})  # type: ignore[no-any-return]


def _part(kind: Any, name: str, given: dict[str, Any]) -> Any:
    known = {f.name: f for f in fields(kind)}
    for key, value in given.items():
        if key not in known:
            where = f"[{name}]" if name else "the recipe"
            raise PretrainError(f"{key!r} is no key of {where}: choose from {', '.join(known)}.")
        _require_type(f"{name}.{key}".lstrip("."), value, str(known[key].type))
    floats = {key: float(value) for key, value in given.items() if str(known[key].type) == "float"}
    return kind(**{**given, **floats})


def _require_type(key: str, value: object, wanted: str) -> None:
    allowed: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}
    if wanted not in allowed:
        return
    if not isinstance(value, allowed[wanted]) or (isinstance(value, bool) and wanted != "bool"):
        raise PretrainError(f"{key} is {value!r}; it must be of type {wanted}: write it so.")


def _check(recipe: Recipe) -> None:
    batch, keep, guard, documents = recipe.batch, recipe.keep, recipe.guard, recipe.documents
    counts = {"steps": recipe.steps, "batch.sequences": batch.sequences, "batch.micro": batch.micro}
    counts |= {"documents.pool": documents.pool, "documents.passes": documents.passes}
    counts |= {"keep.every": keep.every, "keep.last": keep.last, "guard.patience": guard.patience}
    counts |= {"guard.window": guard.window, "compute.head_chunk": recipe.compute.head_chunk}
    for key, value in counts.items():
        if value < 1:
            raise PretrainError(f"{key} is {value}; it must be at least 1: set it so.")
    longest = recipe.config().max_position_embeddings
    if not 2 <= batch.length <= longest:
        raise PretrainError(f"batch.length is {batch.length}; it must be from 2 to the model's {longest}: set it so.")
    if documents.tokens < 0:
        raise PretrainError(f"documents.tokens is {documents.tokens}; it must be at least 0, for windows: set it so.")
    if documents.noise and not documents.tokens:
        raise PretrainError("documents.noise is set without documents.tokens: windows cut mentions, set both.")
    if not 0 <= recipe.loss.smoothing < 1:
        raise PretrainError(f"loss.smoothing is {recipe.loss.smoothing}; it is a share: give from 0 to below 1.")
    _check_compute(recipe.compute)


def _check_compute(compute: Compute) -> None:
    if compute.products not in ("float32", "bfloat16"):
        raise PretrainError(f"compute.products is {compute.products!r}: choose 'float32' or 'bfloat16'.")
    if compute.fused and (compute.shard or compute.checkpointing):
        raise PretrainError("compute.fused is for one process and keeps what it computes: unset shard, checkpointing.")
    if compute.products == "bfloat16" and not (compute.shard or compute.fused):
        raise PretrainError(
            "compute.products is 'bfloat16' without compute.shard or compute.fused, which bring the precision: set one."
        )
