"""Tokens a second of HAVOC-mini's training, against a plain loop at the same shapes, on one CPU core.

    python -m benchmarks.training [--rounds 20] [--data DATA]

In turn: a step of `training.pretrain` by `havoc-mini.toml` (whole documents of like length, attention by
document, the head cut to what answers can hold, loss on answers), and a step of the loop that one writes
first: shuffled documents padded to the longest, a dense mask, PyTorch's autocast to bfloat16, the whole
head, loss on every token. Same model, same optimizer, about as many tokens a step. Padding is not counted.
Seconds are the process's own, so that a busy machine changes them little; the clock's are printed too.
DATA is what `training.pretrain.prepare --answers` wrote; without it 1,200 examples are made first.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model.modeling import IGNORE, HavocForCausalLM
from training.make_examples import examples
from training.pretrain.documents import DocumentData
from training.pretrain.prepare import prepare
from training.pretrain.recipe import Recipe, read
from training.pretrain.trainer import Run
from training.pretrain.world import joined

ROOT = Path(__file__).parent.parent
TOKENIZER = ROOT / "havoc_pipeline" / "model" / "mini" / "tokenizer.json"
Step = Callable[[], int]


def made(folder: Path, count: int = 1200) -> Path:
    """Token data of `count` fresh examples."""
    with (folder / "examples.jsonl").open("w", encoding="utf-8") as file:
        for drawn in examples(count, 5, development=False):
            file.write(json.dumps(drawn.__dict__) + "\n")
    prepare([folder / "examples.jsonl"], TOKENIZER, END, folder / "data", answers=True)
    return folder / "data"


def batches(data: DocumentData, tokens: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled documents padded to the longest, (B, L), and which places hold a token; about `tokens` a batch."""
    random_, size = random.Random(0), round(tokens / data.mean_length)
    while True:
        documents = [torch.from_numpy(data.document(random_.randrange(len(data))).tokens) for _ in range(size)]
        ids = torch.nn.utils.rnn.pad_sequence(documents, batch_first=True)
        lengths = torch.tensor([len(document) for document in documents])
        yield ids, torch.arange(ids.shape[1]) < lengths[:, None]


def plain(recipe: Recipe, data: DocumentData) -> Step:
    """A step of the plain loop; returns its tokens."""
    torch.manual_seed(0)
    model = HavocForCausalLM(recipe.config()).train()
    given = recipe.optimizer
    optimizer = torch.optim.AdamW(model.parameters(), given.rate, (given.beta1, given.beta2), fused=True)
    drawn = batches(data, recipe.documents.tokens)

    def step() -> int:
        ids, there = next(drawn)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(ids, attention_mask=there.long(), labels=ids.masked_fill(~there, IGNORE)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), given.clip)
        optimizer.step()
        optimizer.zero_grad()
        return int(there.sum())

    return step


def stepping(run: Run) -> Step:
    """A step of the trainer; returns its tokens."""

    def step() -> int:
        before = run.tokens
        run.advance()
        return run.tokens - before

    return step


def rates(step: Step) -> tuple[float, float]:
    """Tokens a second of the process and of the clock, over one step."""
    own, clock = time.process_time(), time.perf_counter()
    tokens = step()
    return tokens / (time.process_time() - own), tokens / (time.perf_counter() - clock)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    torch.set_num_threads(1)
    recipe = replace(read(ROOT / "training/pretrain/recipes/havoc-mini.toml"), vectors=False)
    with tempfile.TemporaryDirectory() as folder, joined(False) as world:
        data = given.data or made(Path(folder))
        steps = {
            "plain bf16 loop": plain(recipe, DocumentData(data)),
            "training.pretrain": stepping(Run(recipe, data, Path(folder) / "run", world)),
        }
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
        for round_ in range(given.rounds + 2):
            for name, step in steps.items():
                measured = rates(step)
                if round_ >= 2:
                    seen[name].append(measured)
    report(seen)


def report(seen: dict[str, list[tuple[float, float]]]) -> None:
    """Medians over the rounds, and the ratio within each."""
    print(f"{'tokens a second':20s} {'process':>9s} {'clock':>9s}")
    for name, measured in seen.items():
        own, clock = (statistics.median(column) for column in zip(*measured, strict=True))
        print(f"{name:20s} {own:9.0f} {clock:9.0f}")
    first, second = seen.values()
    ratios = sorted(ours[0] / theirs[0] for theirs, ours in zip(first, second, strict=True))
    quarter = len(ratios) // 4
    print(
        f"ratio {statistics.median(ratios):.2f} (half of the rounds from {ratios[quarter]:.2f} to {ratios[-1 - quarter]:.2f})"
    )


if __name__ == "__main__":
    main()
