"""Tensor and pipeline parallel: the shares of the weights together compute what one process does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .conftest import Prober, prompts, reference_scores, reference_tokens, run_probe, seeded

MANY = {"VLLM_ENABLE_V1_MULTIPROCESSING": "1", "VLLM_HOST_IP": "127.0.0.1", "VLLM_CPU_NUM_OF_RESERVED_CPU": "0"}
WARMED = {"enforce_eager": False, "compilation_config": {"mode": 1, "backend": "eager"}}
"""As `havoc serve` has it: an eager run on a processor skips the warm-up that makes a later stage's buffers."""
pytestmark = pytest.mark.beyond_ci


@pytest.mark.parametrize(
    ("shares", "tied"),
    [
        ({"tensor_parallel_size": 2}, False),
        ({"pipeline_parallel_size": 2, **WARMED}, True),
    ],
    ids=["tensor-parallel-2", "pipeline-parallel-2-tied"],
)
def test_two_processes_agree_with_pytorch(
    shares: dict[str, Any], tied: bool, probe: Prober, tell: Callable[[str], None], tmp_path: Path
) -> None:
    model = seeded(tie_word_embeddings=tied)
    model.save_pretrained(tmp_path / "tiny")
    texts = prompts(8)
    found = probe(tmp_path / "tiny", texts, most=4, environment=MANY, scores="next", **shares)
    error = max(
        float(np.abs(row - reference_scores(model, ids)[-1:]).max())
        for row, ids in zip(found.scores, texts, strict=True)
    )
    tell(f"largest error of a log-probability over two processes: {error:.1e}")
    assert error < 1e-4
    assert found.tokens.tolist() == [reference_tokens(model, ids, 4) for ids in texts]


def test_ranks_that_cannot_share_the_feed_forward_are_told_so(tmp_path: Path) -> None:
    seeded(intermediate_size=95).save_pretrained(tmp_path / "odd")
    options = {"dtype": "float32", "enforce_eager": True, "tensor_parallel_size": 2}
    failed = run_probe({"model": str(tmp_path / "odd"), "prompts": [[1]], "options": options}, tmp_path, **MANY)
    assert failed.returncode != 0
    assert "intermediate_size is 95" in failed.stderr + failed.stdout
