"""Checkpoints with seeded weights, and vLLM in a fresh process; without vLLM every test here is skipped."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocForCausalLM

ROOT = Path(__file__).parents[2]
PROBE = Path(__file__).with_name("probe.py")
SIZES = {"hidden_size": 64, "head_dim": 32, "intermediate_size": 96, "num_hidden_layers": 3}
"""vLLM's kernels on a CPU want heads of at least 32 channels."""
QUIET = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1",
         "VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_LOGGING_LEVEL": "ERROR", "VLLM_NO_USAGE_STATS": "1",
         "HF_HUB_OFFLINE": "1"}  # fmt: skip
Scores = NDArray[np.float64]
# More threads than one collapse when anything else runs on the machine.
torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _vllm() -> None:
    if importlib.util.find_spec("vllm") is None:
        pytest.skip("vLLM is not installed in this environment; `make test-serving` runs these in its own")


@dataclass(frozen=True)
class Probed:
    """What vLLM found: greedy tokens (P, T), and log-probabilities (L, V) over each prompt."""

    tokens: NDArray[np.int64]
    scores: tuple[Scores, ...]


Prober = Callable[..., Probed]
Maker = Callable[..., HavocForCausalLM]


def run_probe(asked: dict[str, Any], folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """One process of `probe.py`; `changes` are environment variables."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **QUIET, **changes}
    asked = {"most": 1, "scores": "all", "options": {}, "out": str(folder / "probed.npz")} | asked
    command = [sys.executable, str(PROBE)]
    return subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, env=environment, cwd=folder, timeout=900
    )


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a measured figure, also where tests are quiet."""

    def write(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {text}\n")

    return write


@pytest.fixture
def probe(tmp_path: Path) -> Prober:
    """Reads prompts in vLLM: `probe(checkpoint, prompts, most=…, scores="all", **options of vllm.LLM)`."""

    def call(
        model: Path, prompts: list[list[int]], *, most: int = 1, scores: str = "all", adapter: Path | None = None,
        environment: dict[str, str] | None = None, **options: Any,
    ) -> Probed:  # fmt: skip
        asked = {"model": str(model), "prompts": prompts, "most": most, "scores": scores}
        asked |= {"adapter": str(adapter) if adapter else None}
        asked |= {"options": {"dtype": "float32", "enforce_eager": True, "max_num_seqs": 64} | options}
        told = run_probe(asked, tmp_path, **(environment or {}))
        assert told.returncode == 0, told.stderr[-4000:]
        with np.load(tmp_path / "probed.npz") as held:
            every = tuple(held[f"scores_{place}"] for place in range(0 if scores == "none" else len(prompts)))
            return Probed(held["tokens"], every)

    return call


def seeded(*, seed: int = 0, **overrides: Any) -> HavocForCausalLM:
    """A small model whose logits spread and whose norm gains differ from 1."""
    torch.manual_seed(seed)
    model = HavocForCausalLM(preset("toy", initializer_range=0.2, **{**SIZES, **overrides}))
    for parameter in model.parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
    model.eval()
    return model


def prompts(count: int, vocabulary: int = 96, longest: int = 40, seed: int = 7) -> list[list[int]]:
    """Prompts of random tokens; lengths go evenly from 1 to `longest`."""
    draw = np.random.default_rng(seed)
    return [draw.integers(vocabulary, size=1 + place * longest // count).tolist() for place in range(count)]


@torch.inference_mode()
def reference_scores(model: HavocForCausalLM, ids: list[int]) -> Scores:
    """Log-probabilities (L, V) by the PyTorch reference."""
    found: Scores = model(torch.tensor([ids])).logits[0].float().log_softmax(-1).double().numpy()
    return found


@torch.inference_mode()
def reference_tokens(model: HavocForCausalLM, ids: list[int], most: int) -> list[int]:
    """The greedy continuation by the PyTorch reference, without a cache."""
    written = torch.tensor([ids])
    for _ in range(most):
        best = model(written, logits_to_keep=1).logits[:, -1].argmax(-1, keepdim=True)
        written = torch.cat((written, best), dim=1)
    return written[0, len(ids) :].tolist()
