"""The grid's network in PyTorch, for learning; `havoc_pipeline.linking.network` runs it in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from havoc_pipeline.linking.grid import CELL, LEVEL_CELL, WORD_NUMBERS
from havoc_pipeline.linking.network import EXTRA, FAR, HEADS, LAYERS, WIDTH
from havoc_pipeline.linking.table_side import TARGET_NUMBERS
from training.linker.grids import Sample
from training.linker.weights import GRID, WEIGHTS, WORDS, load_weights


class Attention(nn.Module):
    """Attention within one row or column of the grid, with a bias by distance where order counts."""

    def __init__(self, width: int, heads: int, *, ordered: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.zeros(heads, 2 * FAR + 1)) if ordered else None

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        bias = torch.zeros(b, 1, 1, n, device=x.device).masked_fill(~mask[:, None, None, :], -1e9)
        if self.bias is not None:
            places = torch.arange(n)
            bias = bias + self.bias[:, (places[None] - places[:, None]).clamp(-FAR, FAR) + FAR]
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias.expand(b, self.heads, n, n))
        mixed: Tensor = self.out(seen.transpose(1, 2).reshape(b, n, d))
        return mixed


class Layer(nn.Module):
    """Words look at each other, then the table's columns and levels, then every cell thinks."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.along = Attention(width, HEADS, ordered=True)
        self.across = Attention(width, HEADS, ordered=False)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: Tensor, words: Tensor, targets: Tensor, drop: float) -> Tensor:
        b, n, k, d = x.shape
        y = self.norms[0](x).transpose(1, 2).reshape(b * k, n, d)
        y = self.along(y, words.repeat_interleave(k, 0)).view(b, k, n, d).transpose(1, 2)
        x = x + functional.dropout(y, drop, self.training)
        y = self.norms[1](x).reshape(b * n, k, d)
        y = self.across(y, targets.repeat_interleave(n, 0)).view(b, n, k, d)
        x = x + functional.dropout(y, drop, self.training)
        y = self.outer(functional.relu(self.inner(self.norms[2](x))))
        return x + functional.dropout(y, drop, self.training)


class Network(nn.Module):
    """From a batch of grids to the log-probability of each meaning for each word."""

    cell_mean: Tensor
    cell_scale: Tensor
    level_mean: Tensor
    level_scale: Tensor

    def __init__(self, vocabulary: int, meaning: int, scales: dict[str, NDArray[np.float32]], drop: float) -> None:
        super().__init__()
        self.drop = drop
        self.word_in = nn.Linear(WORD_NUMBERS + meaning, WIDTH)
        self.known = nn.Embedding(vocabulary, WIDTH)
        nn.init.normal_(self.known.weight, std=0.05)
        self.column_in = nn.Linear(TARGET_NUMBERS + 2 * meaning, WIDTH)
        self.level_in = nn.Linear(TARGET_NUMBERS + 2 * meaning, WIDTH)
        self.extra = nn.Parameter(torch.randn(EXTRA, WIDTH) * 0.1)
        self.cell_in, self.level_cell_in = nn.Linear(CELL, WIDTH), nn.Linear(LEVEL_CELL, WIDTH)
        self.match = nn.Linear(meaning, 24, bias=False)
        self.match_in = nn.Linear(24 * 2, WIDTH, bias=False)
        self.layers = nn.ModuleList(Layer(WIDTH) for _ in range(LAYERS))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 1)
        for name, value in scales.items():
            self.register_buffer(name, torch.from_numpy(value))

    def forward(self, batch: Batch) -> Tensor:
        words = self.word_in(torch.cat([batch.words, batch.meanings], -1)) + self.known(batch.known)
        columns = self.column_in(torch.cat([batch.columns, batch.column_meanings], -1))
        levels = self.level_in(torch.cat([batch.levels, batch.level_meanings], -1))
        size = batch.meanings.shape[-1]
        said = self.match(batch.meanings)

        def matched(meanings: Tensor) -> Tensor:
            first, second = self.match(meanings[..., :size]), self.match(meanings[..., size:])
            both = torch.cat([said[:, :, None] * first[:, None], said[:, :, None] * second[:, None]], -1)
            matched: Tensor = self.match_in(both)
            return matched

        x = torch.cat([
            self.cell_in((batch.cells - self.cell_mean) / self.cell_scale) + columns[:, None] + matched(batch.column_meanings),
            self.level_cell_in((batch.level_cells - self.level_mean) / self.level_scale) + levels[:, None]
            + matched(batch.level_meanings),
            self.extra[None, None].expand(len(words), words.shape[1], -1, -1),
        ], 2) + words[:, :, None]  # fmt: skip
        for layer in self.layers:
            x = layer(x, batch.word_mask, batch.target_mask, self.drop)
        scores = self.head(self.norm(x))[..., 0]
        return functional.log_softmax(scores.masked_fill(~batch.target_mask[:, None], -1e9), -1)


@dataclass
class Batch:
    """Grids of about one size, padded."""

    words: Tensor
    meanings: Tensor
    known: Tensor
    columns: Tensor
    column_meanings: Tensor
    levels: Tensor
    level_meanings: Tensor
    cells: Tensor
    level_cells: Tensor
    word_mask: Tensor
    target_mask: Tensor
    truth: Tensor
    weight: Tensor


def batch_of(samples: Sequence[Sample], known: Sequence[NDArray[np.int64]]) -> Batch:
    """Pad some samples to one shape."""
    n = max(len(s.grid.words) for s in samples)
    c = max(len(s.grid.columns) for s in samples)
    m = max(len(s.grid.levels) for s in samples)

    def pad(name: str, *shape: int) -> Tensor:
        first = getattr(samples[0].grid, name)
        out = np.zeros((len(samples), *shape, first.shape[-1]), np.float32)
        for at, sample in enumerate(samples):
            value = getattr(sample.grid, name)
            out[at][tuple(slice(0, size) for size in value.shape[:-1])] = value
        return torch.from_numpy(out)

    ids = np.zeros((len(samples), n), np.int64)
    word_mask = np.zeros((len(samples), n), bool)
    target_mask = np.zeros((len(samples), c + m + EXTRA), bool)
    truth = np.zeros((len(samples), n, c + m + EXTRA), np.float32)
    weight = np.zeros((len(samples), n), np.float32)
    for at, (sample, own) in enumerate(zip(samples, known, strict=True)):
        w, k, lv = len(sample.grid.words), len(sample.grid.columns), len(sample.grid.levels)
        ids[at, :w], word_mask[at, :w] = own, True
        target_mask[at, :k] = target_mask[at, c : c + lv] = target_mask[at, c + m :] = True
        truth[at, :w, :k], truth[at, :w, c : c + lv] = sample.truth[:, :k], sample.truth[:, k : k + lv]
        truth[at, :w, c + m :] = sample.truth[:, k + lv :]
        weight[at, :w] = sample.weight
    return Batch(
        pad("words", n), pad("meanings", n), torch.from_numpy(ids), pad("columns", c), pad("column_meanings", c),
        pad("levels", m), pad("level_meanings", m), pad("cells", n, c), pad("level_cells", n, m),
        torch.from_numpy(word_mask), torch.from_numpy(target_mask), torch.from_numpy(truth), torch.from_numpy(weight),
    )  # fmt: skip


def network_of(path: Path = WEIGHTS) -> tuple[Network, dict[str, int]]:
    """Read a network back from a file of weights, for learning on or for comparison.

    Returns:
        The network, not learning, and the rows of its vocabulary.
    """
    held = load_weights(path)
    rows = {lemma: row for row, lemma in enumerate(bytes(held.pop(WORDS)).decode("utf-8").split("\n"), 1)}
    own = {name.removeprefix(GRID): array for name, array in held.items() if name.startswith(GRID)}
    scales = {name: own[name] for name in ("cell_mean", "cell_scale", "level_mean", "level_scale")}
    net = Network(len(rows) + 1, own["match.weight"].shape[1], scales, 0.0)
    net.load_state_dict({name: torch.from_numpy(array) for name, array in own.items()})
    return net.eval(), rows
