"""The training loop: step, guard, log, checkpoint; a run that was stopped goes on where it stood."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.tensor import DTensor

from havoc_pipeline.model.budget import training_flops
from training.embeddings import start_from_vectors
from training.pretrain.batches import Counts
from training.pretrain.build import Learner, Start, begin_with, learner
from training.pretrain.checkpoints import Checkpoints
from training.pretrain.exact import Held
from training.pretrain.failure import PretrainError
from training.pretrain.feed import feed, tokenizer
from training.pretrain.guard import Watch
from training.pretrain.journal import Journal
from training.pretrain.rates import matrix_tflops
from training.pretrain.recipe import Optimizer, Recipe
from training.pretrain.world import World, joined


def train(recipe: Recipe, data: Path, out: Path, held: Path | None = None, start: Path | None = None) -> None:
    """Run or resume `recipe` over the token data in `data`; the log and checkpoints go to `out`.

    Parameters: `held` token data of a development set, whose share of exact answers is logged at
    each checkpoint; `start` a checkpoint in Hugging Face form whose weights the run begins with.
    Raises `PretrainError` when data and recipe do not fit each other or the checkpoint, and when
    the guard stops the run.
    """
    with joined(recipe.compute.shard) as world:
        Run(recipe, data, out, world, held, start).finish()


def rate(optimizer: Optimizer, step: int, steps: int) -> float:
    """Return the learning rate of a step: a linear rise, then half a cosine down to the final share.

    References: Loshchilov and Hutter 2017, SGDR, arXiv:1608.03983, equation 5.
    """
    if step < optimizer.warmup:
        return optimizer.rate * (step + 1) / optimizer.warmup
    share = (step - optimizer.warmup) / max(1, steps - optimizer.warmup)
    return optimizer.rate * (optimizer.final + (1 - optimizer.final) * 0.5 * (1 + math.cos(math.pi * share)))


class Run:
    """One run: the model, the optimizer, and how far they have come."""

    def __init__(
        self, recipe: Recipe, data: Path, out: Path, world: World, held: Path | None = None, start: Path | None = None
    ) -> None:
        self._recipe, self._world, self._config = recipe, world, recipe.config()
        fed = feed(recipe, data, world)
        self._steps = fed.steps
        self._identity = {"recipe": recipe.fingerprint(), "data": fed.fingerprint}
        self._held = None if held is None else Held(held, recipe.batch.length)
        out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seed + world.rank)
        self._model = learner(recipe, world, fed.answers, _start(data, recipe) if recipe.vectors else None)
        if start is not None:
            self._identity["start"] = begin_with(self._model.model, start, world)
        self._optimizer = _adamw(self._model, recipe.optimizer, world)
        self._checkpoints = Checkpoints(out, world, recipe.keep.last)
        self._journal = Journal(out, world.rank == 0)
        self._watch = Watch()
        self.step = self.tokens = 0
        self._peak = (recipe.compute.peak_tflops or matrix_tflops(world.device, recipe.compute.products)) * 1e12

    def finish(self) -> None:
        """Take the steps that are left."""
        self._resume()
        while self.step < self._recipe.steps:
            self.advance()
            if self.step % self._recipe.keep.every == 0 or self.step == self._recipe.steps:
                self._examine()
                self._save()

    def advance(self) -> None:
        """Take one step, unless the guard skips it."""
        started, counts = time.perf_counter(), self._steps.counts(self.step)
        loss = self._gradients(counts)
        norm = _gradient_norm(self._model)
        reason = self._watch.reason_to_skip(loss, norm, self._recipe.guard)
        speed = rate(self._recipe.optimizer, self.step, self._recipe.steps)
        if not reason:
            self._update(norm, speed)
        self._optimizer.zero_grad(set_to_none=True)
        self.step, self.tokens = self.step + 1, self.tokens + counts.tokens
        self._log(counts, time.perf_counter() - started, loss=loss, gradient_norm=norm, rate=speed, skipped=reason)
        self._watch.note(self.step, loss, reason, self._recipe.guard)

    def _gradients(self, counts: Counts) -> float:
        """Gather the gradients of a whole step; return its mean loss over all processes, in nats."""
        total = torch.zeros((), dtype=torch.float64, device=self._world.device)
        for micro in self._steps.micro(self.step):
            summed = self._model.loss(micro, self._world.device)
            # Sharding averages gradients over the processes; this makes it the mean over all labels.
            (summed * (self._world.size / max(1, counts.labels))).backward()  # type: ignore[no-untyped-call]
            total += summed.detach()
        return float(self._world.total(total)) / max(1, counts.labels)

    def _update(self, norm: float, speed: float) -> None:
        scale = min(1.0, self._recipe.optimizer.clip / (norm + 1e-6))
        for group in self._optimizer.param_groups:
            group["lr"] = speed
            for parameter in group["params"]:
                parameter.grad.mul_(scale)
        self._optimizer.step()

    def _log(self, counts: Counts, seconds: float, **entry: Any) -> None:
        flops = training_flops(self._config, counts.attended) * counts.tokens
        self._journal.write(
            step=self.step,
            tokens=self.tokens,
            **entry,
            seconds=round(seconds, 4),
            tokens_per_second=round(counts.tokens / seconds, 1),
            tflops_per_device=round(flops / seconds / self._world.size / 1e12, 6),
            mfu=round(flops / seconds / self._world.size / self._peak, 4),
        )

    def _save(self) -> None:
        progress = {"step": self.step, "tokens": self.tokens, "watch": asdict(self._watch)} | self._identity
        self._checkpoints.save(self._model, self._optimizer, progress)

    def _examine(self) -> None:
        if self._held is not None:
            share, by_command = self._held.examined(self._model, self._world.device)
            self._journal.write(step=self.step, tokens=self.tokens, exact=share, by_command=by_command)

    def _resume(self) -> None:
        progress = self._checkpoints.progress()
        self._journal.rewind(progress["step"] if progress else 0)
        if progress is None:
            return
        for name, value in self._identity.items():
            if progress.get(name) != value:
                raise PretrainError(
                    f"The {name} is not the one that the checkpoint at step {progress['step']} was made with: "
                    "give the same, or another folder for a new run."
                )
        self._checkpoints.load(self._model, self._optimizer, progress["step"])
        self.step, self.tokens, self._watch = progress["step"], progress["tokens"], Watch(**progress["watch"])


def _start(data: Path, recipe: Recipe) -> Start:
    return partial(start_from_vectors, tokenizer=tokenizer(data), seed=recipe.seed)


def _adamw(model: Learner, given: Optimizer, world: World) -> torch.optim.Optimizer:
    matrices = [parameter for parameter in model.parameters() if parameter.ndim > 1]
    gains = [parameter for parameter in model.parameters() if parameter.ndim == 1]
    groups = [{"params": matrices, "weight_decay": given.decay}, {"params": gains, "weight_decay": 0.0}]
    fused = world.device.type == "cuda" or world.mesh is None
    betas = (given.beta1, given.beta2)
    return torch.optim.AdamW(groups, lr=given.rate, betas=betas, eps=given.epsilon, fused=fused)


def _gradient_norm(model: nn.Module) -> float:
    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)
