"""How fast a device multiplies matrices: what the log's MFU is a share of."""

import time

import torch

_SECONDS = 0.2


def matrix_tflops(device: torch.device, products: str) -> float:
    """Return the measured rate of square matrix products on `device`, in 10**12 operations a second.

    Parameters: `products` "float32" or "bfloat16". Widths of 8,192 on a GPU, 1,024 elsewhere.
    """
    width = 8192 if device.type == "cuda" else 1024
    left, right = (torch.ones(width, width, device=device, dtype=getattr(torch, products)) for _ in range(2))
    done, started = 0, 0.0
    for warm in (True, False):
        done, started = 0, time.perf_counter()
        while not done or (not warm and time.perf_counter() - started < _SECONDS):
            torch.mm(left, right)
            _settle(device)
            done += 1
    return done * 2 * width**3 / (time.perf_counter() - started) / 1e12


def _settle(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
