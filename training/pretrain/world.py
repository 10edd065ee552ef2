"""The processes of a run: which one this is, on what device, and the group that joins them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch import distributed as dist
from torch.distributed import HashStore  # type: ignore[attr-defined]
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh

from training.pretrain.failure import PretrainError


@dataclass(frozen=True)
class World:
    """This process among `size`; `mesh` is None where nothing is sharded."""

    rank: int
    size: int
    device: torch.device
    mesh: DeviceMesh | None

    def total(self, value: Tensor) -> Tensor:
        """Return the sum of `value` over the processes, the same on each."""
        if self.mesh is not None and self.size > 1:
            dist.all_reduce(value)
        return value

    def wait(self) -> None:
        """Wait until every process is here."""
        if self.size > 1:
            dist.barrier()


@contextmanager
def joined(shard: bool) -> Iterator[World]:
    """Join the processes that torchrun started, or be the only one; leave the group in the end.

    Raises `PretrainError` when there are several processes and nothing is to be sharded.
    """
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    device = _device()
    if not shard:
        if size > 1:
            raise PretrainError(f"compute.shard is false with {size} processes: set it or start one process.")
        yield World(0, 1, device, None)
        return
    store = None if "WORLD_SIZE" in os.environ else HashStore()
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", rank=rank, world_size=size, store=store)
    try:
        yield World(rank, size, device, init_device_mesh(device.type, (size,)))
    finally:
        dist.destroy_process_group()


def _device() -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device
