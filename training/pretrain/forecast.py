"""What a run would take: memory on each GPU, arithmetic, days, cost. Nothing is built."""

from __future__ import annotations

import math
from dataclasses import dataclass

from havoc_pipeline.model.budget import (
    GIB,
    TrainingLayout,
    TrainingMemory,
    causal_mean,
    parameters,
    training_flops,
    training_memory,
)
from training.pretrain.failure import PretrainError
from training.pretrain.recipe import Recipe


@dataclass(frozen=True)
class Fleet:
    """What the run would be on: GPUs, their memory in GiB, peak rate in TFLOP/s, the share of it
    reached (MFU), and the price of a GPU's hour in any currency."""

    gpus: int = 64
    memory_gib: float = 80.0
    peak_tflops: float = 989.0
    mfu: float = 0.4
    price: float = 2.5

    def __post_init__(self) -> None:
        for name in ("gpus", "memory_gib", "peak_tflops", "mfu"):
            if getattr(self, name) <= 0:
                raise PretrainError(f"{name} is {getattr(self, name)}; it must be above 0: give what the fleet has.")
        if self.mfu > 1:
            raise PretrainError(f"mfu is {self.mfu}; it is a share of the peak rate: give at most 1.")


@dataclass(frozen=True)
class Forecast:
    """The figures of a run on a fleet: bytes a GPU, operations, seconds, cost."""

    memory: TrainingMemory
    tokens: int
    flops_per_token: float
    seconds: float
    cost: float

    @property
    def flops(self) -> float:
        """Operations of the whole run."""
        return self.tokens * self.flops_per_token


def forecast(recipe: Recipe, fleet: Fleet) -> Forecast:
    """Return what `recipe` takes on `fleet`, with whole windows as one document each (the dearest case).

    Raises `PretrainError` when the sequences of a step cannot be shared by so many GPUs.
    """
    config, batch, compute = recipe.config(), recipe.batch, recipe.compute
    step, micro = _tokens(recipe, fleet)
    layout = TrainingLayout(fleet.gpus, batch.length, micro, compute.checkpointing, compute.head_chunk)
    tokens = recipe.steps * step
    per_token = training_flops(config, causal_mean(batch.length))
    seconds = tokens * per_token / (fleet.gpus * fleet.peak_tflops * 1e12 * fleet.mfu)
    cost = seconds / 3600 * fleet.gpus * fleet.price
    return Forecast(training_memory(config, layout), tokens, per_token, seconds, cost)


def _tokens(recipe: Recipe, fleet: Fleet) -> tuple[int, int]:
    """Tokens of a step, and sequences of the longest in one pass of one GPU."""
    batch, documents = recipe.batch, recipe.documents
    if documents.tokens:
        return documents.tokens, math.ceil(documents.tokens / (fleet.gpus * documents.passes * batch.length))
    if batch.sequences % (batch.micro * fleet.gpus):
        raise PretrainError(
            f"batch.sequences is {batch.sequences}, no multiple of batch.micro {batch.micro} times "
            f"{fleet.gpus} GPUs: change one of them."
        )
    return batch.sequences * batch.length, batch.micro


def lines(recipe: Recipe, fleet: Fleet) -> list[str]:
    """Return the forecast as lines to read."""
    seen = forecast(recipe, fleet)
    rows = [("parameters", f"{parameters(recipe.config()).total:,}"), ("tokens", f"{seen.tokens:,}")]
    rows += [(f"memory a GPU: {name}", f"{value / GIB:.2f} GiB") for name, value in vars(seen.memory).items()]
    fits = "fits" if seen.memory.total / GIB <= 0.9 * fleet.memory_gib else "does not fit"
    rows += [
        ("memory a GPU: all", f"{seen.memory.total / GIB:.2f} GiB: {fits} {fleet.memory_gib:g} GiB less a tenth"),
        ("operations a token", f"{seen.flops_per_token / 1e9:.2f} GFLOP"),
        ("operations in all", f"{seen.flops:.3g} FLOP"),
        ("tokens a second", f"{seen.tokens / seen.seconds:,.0f} on {fleet.gpus} GPUs at an MFU of {fleet.mfu:g}"),
        ("days", f"{seen.seconds / 86400:.1f}"),
        ("GPU hours", f"{seen.seconds / 3600 * fleet.gpus:,.0f}"),
        ("cost", f"{seen.cost:,.0f} at {fleet.price:g} a GPU hour"),
    ]
    return [f"{name:<28}{value}" for name, value in rows]
