"""Checkpoints: weights and optimizer by `torch.distributed.checkpoint`, progress and random states beside.

A checkpoint is written under another name and renamed when it is whole, so that a kill at any moment
leaves the one before. It can be read by another number of processes.

    step-00000020/.metadata, *.distcp    sharded weights and AdamW's state
    step-00000020/progress.json          step, tokens, the guard's memory, fingerprints
    step-00000020/random-0.pt            random states of process 0
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import distributed as dist
from torch import nn
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from training.pretrain.failure import PretrainError
from training.pretrain.world import World


class Checkpoints:
    """The checkpoints of one run's folder, the last `last` of which are kept."""

    def __init__(self, folder: Path, world: World, last: int) -> None:
        self._folder, self._world, self._last = folder, world, last

    def steps(self) -> list[int]:
        """Return the steps at which a whole checkpoint stands, in order."""
        return steps(self._folder)

    def save(self, model: nn.Module, optimizer: torch.optim.Optimizer, progress: dict[str, Any]) -> None:
        """Write a checkpoint at `progress["step"]` and drop the oldest; a step that stands is left alone."""
        final = self._path(progress["step"])
        if final.exists():
            return
        partial = final.with_suffix(".partial")
        if self._world.rank == 0:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
        self._world.wait()
        with quiet():
            save(_state(model, optimizer), checkpoint_id=partial, no_dist=not dist.is_initialized())
        torch.save(_random_states(), partial / f"random-{self._world.rank}.pt")
        self._world.wait()
        if self._world.rank == 0:
            (partial / "progress.json").write_text(json.dumps(progress), encoding="utf-8")
            partial.replace(final)
            for step in self.steps()[: -self._last]:
                shutil.rmtree(self._path(step))
        self._world.wait()

    def progress(self) -> dict[str, Any] | None:
        """Return what the newest checkpoint says of its run, or None when there is none."""
        if not self.steps():
            return None
        text = (newest(self._folder)[1] / "progress.json").read_text(encoding="utf-8")
        return json.loads(text)  # type: ignore[no-any-return]

    def load(self, model: nn.Module, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Put the weights, the optimizer and the random states of `step` in place.

        Raises `PretrainError` when the checkpoint cannot be read.
        """
        path, state = self._path(step), _state(model, optimizer)
        try:
            with quiet():
                load(state, checkpoint_id=path, no_dist=not dist.is_initialized())
        except (OSError, CheckpointException) as error:
            raise PretrainError(
                f"The checkpoint {path} cannot be read ({error}): remove it to use the last."
            ) from error
        set_state_dict(model, optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
        states = path / f"random-{self._world.rank}.pt"
        if states.is_file():
            _set_random_states(torch.load(states, weights_only=True))

    def _path(self, step: int) -> Path:
        return self._folder / f"step-{step:08d}"


def steps(folder: Path) -> list[int]:
    """Return the steps of the whole checkpoints in a run's folder, in order."""
    return sorted(int(path.name.split("-")[1]) for path in folder.glob("step-*[0-9]") if path.is_dir())


def newest(folder: Path) -> tuple[int, Path]:
    """Return step and folder of a run's newest checkpoint; raises `PretrainError` when there is none."""
    standing = steps(folder)
    if not standing:
        raise PretrainError(f"{folder} holds no checkpoint: give the folder of a run that has reached keep.every.")
    return standing[-1], folder / f"step-{standing[-1]:08d}"


def _state(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    weights, moments = get_state_dict(model, optimizer)
    return {"model": weights, "optimizer": moments}


def _random_states() -> dict[str, Any]:
    states = {"cpu": torch.get_rng_state()}
    return states | {"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else states


def _set_random_states(states: dict[str, Any]) -> None:
    torch.set_rng_state(states["cpu"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back PyTorch's warnings of its own deprecated parts and of saving without a group."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
