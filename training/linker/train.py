"""Learn to judge pairs of span and column, and of span and level.

python -m training.linker.train --questions 12000
"""

from __future__ import annotations

import argparse
import random
import sys
import time

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.roles import RoleModel
from training.linker.examples import Matrix, asked, described_tables, matrices, writer_of
from training.linker.weights import load_weights, save_weights

HIDDEN = {"column": 48, "level": 32}
EPOCHS = 12
BATCH = 2048
Arrays = dict[str, NDArray[np.float32]]


def fit(x: Matrix, y: Matrix, hidden: int, seed: int = 0, epochs: int = EPOCHS) -> Arrays:
    """Fit one network on labelled pairs.

    Args:
        x: features (n, f).
        y: labels from 0 to 1 (n,).
        hidden: width of the hidden layer.
        seed: of the starting weights and of the order.
        epochs: passes over the pairs.

    Returns:
        Arrays as `Scorer` takes them, without prefix.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    sample = x[:: max(1, len(x) // 200_000)].astype(np.float32)
    mean, scale = sample.mean(0), sample.std(0) + 0.05
    inputs, truth = torch.from_numpy(x), torch.from_numpy(y.astype(np.float32))
    first, last = torch.nn.Linear(x.shape[1], hidden), torch.nn.Linear(hidden, 1)
    net = torch.nn.Sequential(first, torch.nn.ReLU(), torch.nn.Dropout(0.1), last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = epochs * (len(x) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    shift, width = torch.from_numpy(mean), torch.from_numpy(scale)
    for _ in range(epochs):
        order = torch.randperm(len(truth))
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            logits = net((inputs[rows].float() - shift) / width)[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return {
        "mean": mean, "scale": scale, "w1": first.weight.detach().numpy().T, "b1": first.bias.detach().numpy(),
        "w2": last.weight.detach().numpy()[0], "b2": last.bias.detach().numpy(),
    }  # fmt: skip


def main() -> None:
    """Draw questions, fit both networks, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    began = time.perf_counter()
    random_ = random.Random(chosen.seed)
    held = load_weights()
    model = RoleModel(held["role_weight"], held["role_bias"])
    writer = writer_of(False, random_)
    drawn = asked(described_tables(False), writer, Lexicon.load(), model, chosen.questions, random_, hide=True)
    pairs = matrices(drawn)
    sys.stdout.write(f"{len(pairs['column_y'])} + {len(pairs['level_y'])} pairs, {time.perf_counter() - began:.0f} s\n")
    for name, hidden in HIDDEN.items():
        arrays = fit(pairs[f"{name}_x"], pairs[f"{name}_y"], hidden)
        save_weights({f"{name}_{part}": array for part, array in arrays.items()})
    sys.stdout.write(f"{time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
