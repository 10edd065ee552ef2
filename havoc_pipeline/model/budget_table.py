"""The budget of a model as the tables of docs/MODEL.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havoc_pipeline.model.budget import (
    GIB,
    TrainingLayout,
    cache_bytes,
    causal_mean,
    forward_flops,
    parameters,
    serving_memory,
    training_flops,
    training_memory,
)

if TYPE_CHECKING:
    from havoc_pipeline.model.configuration import HavocConfig

LENGTHS = (4096, 8192)
Row = tuple[str, ...]


def tables(config: HavocConfig) -> str:
    """Return three Markdown tables: arithmetic and cache, memory in training, memory in serving."""
    return "\n\n".join("\n".join(_lines(rows)) for rows in (_work(config), _training(config), _serving(config)))


def _work(config: HavocConfig) -> list[Row]:
    flops = [(forward_flops(config, causal_mean(n)), training_flops(config, causal_mean(n))) for n in LENGTHS]
    cached = cache_bytes(config)
    return [
        ("a token", *(f"{length:,} tokens of context" for length in LENGTHS)),
        ("parameters", *(f"{parameters(config).total:,}" for _ in LENGTHS)),
        ("forward, GFLOP", *(f"{forward / 1e9:.2f}" for forward, _ in flops)),
        ("training, GFLOP", *(f"{training / 1e9:.2f}" for _, training in flops)),
        ("key-value cache, bytes a token", *(f"{cached:,}" for _ in LENGTHS)),
        ("key-value cache of the context, GiB", *(f"{cached * length / GIB:.2f}" for length in LENGTHS)),
    ]


def _training(config: HavocConfig) -> list[Row]:
    head = ("training: GPUs · tokens · checkpointing", "weights", "AdamW", "gradients", "gathered", "activations",
            "head and loss", "GiB a GPU")  # fmt: skip
    layouts = [
        TrainingLayout(gpus, length, checkpointing=kept)
        for gpus in (8, 64)
        for length in LENGTHS
        for kept in (True, False)
    ]
    return [head, *(_training_row(config, layout) for layout in layouts)]


def _training_row(config: HavocConfig, layout: TrainingLayout) -> Row:
    memory = training_memory(config, layout)
    parts = (memory.weights, memory.optimizer, memory.gradients, memory.gathered, memory.activations, memory.head)
    name = f"{layout.gpus} · {layout.length:,} · {'yes' if layout.checkpointing else 'no'}"
    return (name, *(_gib(part) for part in parts), _gib(memory.total))


def _serving(config: HavocConfig) -> list[Row]:
    rows: list[Row] = [("serving: GPUs · sequences · tokens", "weights", "cache", "working", "GiB a GPU")]
    for gpus, sequences in ((1, 1), (1, 16), (8, 64)):
        for length in LENGTHS:
            memory = serving_memory(config, length, sequences, gpus)
            parts = (memory.weights, memory.cache, memory.working, memory.total)
            rows.append((f"{gpus} · {sequences} · {length:,}", *map(_gib, parts)))
    return rows


def _gib(size: float) -> str:
    return f"{size / GIB:.2f}"


def _lines(rows: list[Row]) -> list[str]:
    ruled = [rows[0], tuple("---" for _ in rows[0]), *rows[1:]]
    return ["| " + " | ".join(row) + " |" for row in ruled]
