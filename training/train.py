"""Train HAVOC-mini: answer-only loss, label smoothing, length buckets, resumable.

    python -m training.train --examples runs/train.jsonl --dev runs/dev.jsonl --tokenizer DIR --out runs/seed0 --minutes 40

A run that was stopped goes on where its last checkpoint stands. On a GPU it runs there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model import HavocConfig, HavocForCausalLM
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from training.embeddings import start_from_vectors
from training.noise import drop_mentions

IGNORE = -100


@dataclass(frozen=True)
class Recipe:
    """What a run is made of; written beside its checkpoint."""

    width: int = 256
    layers: int = 6
    heads: int = 8
    groups: int = 2
    feed_forward: int = 704
    context: int = 512
    batch_tokens: int = 8192
    rate: float = 1.5e-3
    warmup: int = 300
    smoothing: float = 0.05
    decay: float = 0.1
    minutes: float = 40.0
    seed: int = 0


@dataclass
class Batch:
    """Padded token numbers (B, L) and labels (B, L), IGNORE outside the answer."""

    inputs: Tensor
    labels: Tensor


class Data:
    """Examples as text; tokenised afresh each time, so that word noise differs between epochs."""

    def __init__(self, path: Path, tokenizer: MiniTokenizer, context: int) -> None:
        self._path, self._tokenizer, self._context = path, tokenizer, context
        self._read: set[Path] = set()
        self._pairs: list[tuple[str, str]] = []
        self.readings: list[str] = []
        self.refresh()

    def refresh(self) -> None:
        """Read the file, or the shards of the folder that are new since the last look."""
        paths = sorted(self._path.glob("*.jsonl")) if self._path.is_dir() else [self._path]
        for path in (p for p in paths if p not in self._read):
            self._read.add(path)
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self._pairs.append((row["prompt"], row["answer"]))
                self.readings.append(row.get("reading", ""))

    def __len__(self) -> int:
        return len(self._pairs)

    def batches(self, batch_tokens: int, random_: random.Random, *, noise: bool) -> Iterator[Batch]:
        """One pass over the examples in random order, similar lengths together."""
        order = list(range(len(self._pairs)))
        random_.shuffle(order)
        for start in range(0, len(order), 4096):
            encoded = [e for i in order[start : start + 4096] if (e := self.encode(i, random_ if noise else None))]
            encoded.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
            groups = list(_groups(encoded, batch_tokens))
            random_.shuffle(groups)
            yield from (_padded(group) for group in groups)

    def encode(self, index: int, noise: random.Random | None) -> tuple[list[int], list[int]] | None:
        """Prompt and answer of one example; None when they exceed the context."""
        prompt, answer = self._pairs[index]
        prompt = drop_mentions(prompt, noise) if noise else prompt
        head = self._tokenizer.encode(prompt)
        tail = [self._tokenizer.ids[s] for s in answer.split()] + [self._tokenizer.ids[END]]
        return (head, tail) if len(head) + len(tail) <= self._context else None


def _groups(
    encoded: list[tuple[list[int], list[int]]], batch_tokens: int
) -> Iterator[list[tuple[list[int], list[int]]]]:
    group: list[tuple[list[int], list[int]]] = []
    for pair in encoded:
        longest = len(pair[0]) + len(pair[1])
        if group and longest * (len(group) + 1) > batch_tokens:
            yield group
            group = []
        group.append(pair)
    if group:
        yield group


def _padded(group: list[tuple[list[int], list[int]]]) -> Batch:
    longest = max(len(head) + len(tail) for head, tail in group) - 1
    inputs = torch.zeros(len(group), longest, dtype=torch.long)
    labels = torch.full((len(group), longest), IGNORE)
    for row, (head, tail) in enumerate(group):
        whole = torch.tensor(head + tail)
        inputs[row, : len(whole) - 1] = whole[:-1]
        labels[row, len(head) - 1 : len(whole) - 1] = torch.tensor(tail)
    return Batch(inputs, labels)


def answer_loss(model: HavocForCausalLM, batch: Batch, smoothing: float) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy on the answers' tokens; also predictions and labels at those places, (N,)."""
    hidden = model.model(batch.inputs, use_cache=False).last_hidden_state
    keep = batch.labels != IGNORE
    logits = model.lm_head(hidden[keep]).float()
    labels = batch.labels[keep]
    loss = nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    return loss, logits.argmax(-1), labels


def exact(model: HavocForCausalLM, data: Data, batch_tokens: int, device: str) -> tuple[float, dict[str, float]]:
    """Share of examples whose every answer token is the model's first choice, in all and by command."""
    model.eval()
    right, total = dict[str, int](), dict[str, int]()
    with torch.no_grad(), _precision(device):
        for group, indices in _in_order(data, batch_tokens):
            batch = _padded(group)
            batch = Batch(batch.inputs.to(device), batch.labels.to(device))
            hidden = model.model(batch.inputs, use_cache=False).last_hidden_state
            guess = model.lm_head(hidden).argmax(-1)
            good = ((guess == batch.labels) | (batch.labels == IGNORE)).all(dim=1).tolist()
            for ok, index in zip(good, indices, strict=True):
                key = data.readings[index].split(".")[0]
                right[key] = right.get(key, 0) + int(ok)
                total[key] = total.get(key, 0) + 1
    model.train()
    return sum(right.values()) / max(1, sum(total.values())), {k: right[k] / total[k] for k in sorted(total)}


def _in_order(data: Data, batch_tokens: int) -> Iterator[tuple[list[tuple[list[int], list[int]]], list[int]]]:
    group, indices = list[tuple[list[int], list[int]]](), list[int]()
    for index in range(len(data)):
        pair = data.encode(index, None)
        if pair is None:
            continue
        group.append(pair)
        indices.append(index)
        if len(group) == 64:
            yield group, indices
            group, indices = [], []
    if group:
        yield group, indices


def _precision(device: str) -> Any:
    return torch.autocast(device, dtype=torch.bfloat16) if device in ("cpu", "cuda") else contextlib.nullcontext()


def build(recipe: Recipe, vocabulary: int) -> HavocForCausalLM:
    """A fresh model of the recipe's shape."""
    torch.manual_seed(recipe.seed)
    config = HavocConfig(
        vocab_size=vocabulary, hidden_size=recipe.width, intermediate_size=recipe.feed_forward,
        num_hidden_layers=recipe.layers, num_attention_heads=recipe.heads, num_key_value_heads=recipe.groups,
        max_position_embeddings=recipe.context, tie_word_embeddings=True,
    )  # fmt: skip
    return HavocForCausalLM(config)


def train(recipe: Recipe, examples: Path, dev: Path, tokenizer_path: Path, out: Path, warm: bool = False) -> float:
    """Run or resume a training run; returns the last exact share on the development set."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = MiniTokenizer(tokenizer_path / "tokenizer.json")
    data, held = Data(examples, tokenizer, recipe.context), Data(dev, tokenizer, recipe.context)
    model = build(recipe, tokenizer.size)
    if warm:
        start_from_vectors(model.model.embed_tokens.weight, tokenizer, recipe.seed)
    model = model.to(device)
    decayed = [p for p in model.parameters() if p.ndim == 2]
    plain = [p for p in model.parameters() if p.ndim < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": recipe.decay}, {"params": plain, "weight_decay": 0.0}],
        lr=recipe.rate, betas=(0.9, 0.98), fused=True,
    )  # fmt: skip
    run = _Run(recipe, out, model, optimizer)
    run.resume()
    random_ = random.Random(recipe.seed * 1000 + run.step)
    while not run.over:
        for batch in data.batches(recipe.batch_tokens, random_, noise=True):
            run.advance(Batch(batch.inputs.to(device), batch.labels.to(device)), device)
            if run.over:
                break
        run.report(*exact(model, held, recipe.batch_tokens, device))
        data.refresh()
    run.save()
    return run.best


class _Run:
    """Step counter, schedule, log and checkpoint of a run, timed by its own seconds of training."""

    def __init__(self, recipe: Recipe, out: Path, model: HavocForCausalLM, optimizer: torch.optim.Optimizer) -> None:
        self._recipe, self._out, self._model, self._optimizer = recipe, out, model, optimizer
        self.step, self.tokens, self.seconds, self.best = 0, 0, 0.0, 0.0
        self._loss, self._right, self._saved, self._told = 0.0, 0.0, time.monotonic(), time.monotonic()
        out.mkdir(parents=True, exist_ok=True)
        (out / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1), encoding="utf-8")

    @property
    def over(self) -> bool:
        """Whether the time of the recipe is used up."""
        return self.seconds >= self._recipe.minutes * 60

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        path = self._out / "checkpoint.pt"
        if path.is_file():
            saved = torch.load(path, weights_only=True)
            self._model.load_state_dict(saved["model"])
            self._optimizer.load_state_dict(saved["optimizer"])
            self.step, self.tokens, self.seconds = saved["step"], saved["tokens"], saved["seconds"]

    def advance(self, batch: Batch, device: str) -> None:
        """One optimizer step; the rate follows the share of time used."""
        started = time.monotonic()
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        with _precision(device):
            loss, guess, labels = answer_loss(self._model, batch, self._recipe.smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += batch.inputs.numel()
        self.seconds += time.monotonic() - started
        self._loss = 0.98 * self._loss + 0.02 * float(loss.detach()) if self.step > 1 else float(loss.detach())
        self._right = 0.98 * self._right + 0.02 * float((guess == labels).float().mean())
        self._save_at_times()

    def _rate(self) -> float:
        share = min(1.0, self.seconds / (self._recipe.minutes * 60))
        rise = min(1.0, (self.step + 1) / self._recipe.warmup)
        return self._recipe.rate * rise * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * share)))

    def _save_at_times(self) -> None:
        now = time.monotonic()
        if self.step == 1 or now - self._told > 30:
            self._told = now
            self._log(loss=round(self._loss, 4), token_accuracy=round(self._right, 4))
        if now - self._saved > 240:
            self._saved = now
            self.save()

    def save(self) -> None:
        """Write the checkpoint that a later run goes on from."""
        kept = {"model": self._model.state_dict(), "optimizer": self._optimizer.state_dict()}
        counts = {"step": self.step, "tokens": self.tokens, "seconds": self.seconds}
        partial = self._out / "checkpoint.partial"
        torch.save(kept | counts, partial)
        partial.replace(self._out / "checkpoint.pt")

    def report(self, share: float, by_command: dict[str, float]) -> None:
        """Log the development set's exact share after a pass or at the end."""
        self.best = share
        self._log(
            loss=round(self._loss, 4),
            dev_exact=round(share, 4),
            by_command={k: round(v, 3) for k, v in by_command.items()},
        )

    def _log(self, **entry: Any) -> None:
        line = json.dumps({"step": self.step, "tokens": self.tokens, "seconds": round(self.seconds, 1)} | entry)
        print(line, flush=True)
        with (self._out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("examples", "dev", "tokenizer", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--vectors", action="store_true", help="start the embeddings from word vectors")
    for name, value in asdict(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--threads", type=int, default=1)
    given = vars(parser.parse_args())
    torch.set_num_threads(given["threads"])
    recipe = Recipe(**{key: given[key] for key in asdict(Recipe())})
    train(recipe, given["examples"], given["dev"], given["tokenizer"], given["out"], given["vectors"])


if __name__ == "__main__":
    main()
