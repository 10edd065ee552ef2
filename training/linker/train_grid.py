"""Learn what each word of a question means over its table.

python -m training.linker.train_grid --questions 40000

Every question is drawn once and learned from once; `training.linker.train` comes before. `--half 0` and `--half 1`
learn from one half of the authors, into another file (`--out`): the planner's examples about a table are linked by
the half that never saw it (`training.make_examples --halves`), so that it learns links as they are on new tables.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.network import EXTRA
from training.linker.grids import Sample, samples
from training.linker.network import Batch, Network, batch_of
from training.linker.weights import WEIGHTS, replace_network

SHARE = 0.75
"""Share of tables that are studies."""
CHUNK = 4000
"""Questions drawn before they are learned from, sorted into batches of like size."""
CELLS = 12_000
"""Most cells of a batch."""
LEAST_SEEN, MOST_KNOWN = 6, 4000
"""How many questions of the first chunk a lemma stands in to have a row of its own, and how many may."""
FORGOTTEN, MEANINGLESS = 0.15, 0.1
"""How often a word loses its own row, and a word or column its meaning, so that neither is leaned on."""
RATE, DECAY, DROP, LONGEST_STEP = 2e-3, 0.05, 0.15, 1.0

FIGURES = {
    "right": "naming", "missed": "naming", "likeliest column right": "naming", "vain": "silent", "loss": "batches",
}  # fmt: skip
"""What is reported, and of what it is a share: words that name something, words that do not, batches."""


class Learner:
    """A network with its vocabulary and optimizer.

    Args:
        first: samples from which vocabulary and scales are taken.
        steps: how many batches will come, for the schedule.
        seed: of the starting weights and of what is left out.
    """

    def __init__(self, first: Sequence[Sample], steps: int, seed: int) -> None:
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.rows = {lemma: row for row, lemma in enumerate(_vocabulary(first), 1)}
        self.net = Network(len(self.rows) + 1, first[0].grid.meanings.shape[1], _scales(first), DROP)
        self._optimizer = torch.optim.AdamW(self.net.parameters(), lr=RATE, weight_decay=DECAY)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(self._optimizer, RATE, total_steps=steps, pct_start=0.1)

    def batch(self, held: Sequence[Sample]) -> Batch:
        """Pad samples to one shape and look their words up."""
        known = [np.array([self.rows.get(lemma, 0) for lemma in one.grid.lemmas]) for one in held]
        return batch_of(held, known)

    def learn(self, held: Sequence[Sample]) -> float:
        """Take one step and return the loss before it."""
        batch = self.batch(held)
        batch.known *= torch.rand(batch.known.shape) >= FORGOTTEN
        for name in ("meanings", "column_meanings"):
            meanings: Tensor = getattr(batch, name)
            meanings *= (torch.rand(meanings.shape[:2]) >= MEANINGLESS)[..., None]
        loss = loss_of(self.net(batch), batch)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), LONGEST_STEP)
        self._optimizer.step()
        if self._schedule.last_epoch < self._schedule.total_steps - 1:
            self._schedule.step()
        return float(loss.detach())

    def figures(self, held: Sequence[Sample]) -> dict[str, float]:
        """Measure on samples: words that name something and what is read for them, loss a word."""
        self.net.eval()
        counts: Counter[str] = Counter()
        with torch.no_grad():
            for group in batches(held, random.Random(0)):
                counts.update(_judge(self.net, self.batch(group)))
        self.net.train()
        return {name: counts[name] / max(1, counts[whole]) for name, whole in FIGURES.items()}


def _judge(net: Network, batch: Batch) -> dict[str, float]:
    shares = net(batch)
    best, nothing = shares.argmax(-1), shares.shape[-1] - EXTRA
    true = batch.truth.argmax(-1)
    counted = batch.word_mask & (batch.weight == 1)
    naming, silent = counted & (true < nothing), counted & (true == nothing)
    column = shares[..., :nothing].argmax(-1)
    figures = {
        "naming": naming, "right": naming & (best == true), "missed": naming & (best >= nothing),
        "likeliest column right": naming & (column == true), "silent": silent, "vain": silent & (best < nothing),
    }  # fmt: skip
    return {name: float(found.sum()) for name, found in figures.items()} | {
        "loss": float(loss_of(shares, batch)), "batches": 1.0,
    }  # fmt: skip


def loss_of(shares: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of log-probabilities against the truth, words by their weight."""
    loss: Tensor = -(batch.truth * shares.clamp(min=-30)).sum(-1).mul(batch.weight).sum() / batch.weight.sum()
    return loss


def batches(held: Sequence[Sample], random_: random.Random) -> Iterator[list[Sample]]:
    """Cut samples into batches of like size, in chance order."""
    order = sorted(held, key=lambda one: (len(one.grid.words) // 4, len(one.grid.levels) // 5, random_.random()))
    groups: list[list[Sample]] = [[]]
    most = 0
    for one in order:
        cells = one.truth.size
        if groups[-1] and max(most, cells) * (len(groups[-1]) + 1) > CELLS:
            groups.append([])
            most = 0
        groups[-1].append(one)
        most = max(most, cells)
    random_.shuffle(groups)
    return iter(groups)


def _vocabulary(held: Iterable[Sample]) -> list[str]:
    counts = Counter(lemma for one in held for lemma in set(one.grid.lemmas))
    return [lemma for lemma, count in counts.most_common(MOST_KNOWN) if count >= LEAST_SEEN]


def _scales(held: Sequence[Sample]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    cells = np.concatenate([one.grid.cells.reshape(-1, one.grid.cells.shape[-1])[::11] for one in held])
    levels = np.concatenate([one.grid.level_cells.reshape(-1, one.grid.level_cells.shape[-1])[::7] for one in held])
    return {
        "cell_mean": cells.mean(0), "cell_scale": cells.std(0) + 0.1,
        "level_mean": levels.mean(0), "level_scale": levels.std(0) + 0.1,
    }  # fmt: skip


def main() -> None:
    """Draw questions, learn, measure, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = parser.parse_args()
    began = time.perf_counter()
    linker = Linker.load()
    tests = {
        "freely asked": list(samples(linker, 400, 79, development=True, share=1.0)),
        "cast": list(samples(linker, 400, 78, development=True, share=0.0)),
    }
    drawn = samples(linker, chosen.questions, chosen.seed, development=False, share=SHARE, half=chosen.half)
    drawn = islice(drawn, chosen.questions)
    random_ = random.Random(chosen.seed)
    learner: Learner | None = None
    while chunk := list(islice(drawn, CHUNK)):
        groups = list(batches(chunk, random_))
        if learner is None:
            learner = Learner(chunk, round(1.03 * len(groups) * chosen.questions / len(chunk)), chosen.seed)
        losses = [learner.learn(group) for group in groups]
        sys.stdout.write(f"{time.perf_counter() - began:.0f} s, loss {np.mean(losses):.3f}\n")
        for name, held in tests.items():
            figures = ", ".join(f"{what} {share:.3f}" for what, share in learner.figures(held).items())
            sys.stdout.write(f"  {name}: {figures}\n")
        sys.stdout.flush()
        replace_network(learner.net, list(learner.rows), chosen.out)


if __name__ == "__main__":
    main()
