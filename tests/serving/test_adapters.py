"""LoRA adapters and quantised weights: both reach the fused matrices through vLLM's own hooks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from .conftest import Prober, prompts, reference_scores, seeded

RANK, ALPHA = 8, 16
ADAPTED = ("q_proj", "v_proj", "gate_proj", "down_proj")


def test_an_adapter_changes_what_it_should(probe: Prober, tell: Callable[[str], None], tmp_path: Path) -> None:
    model = seeded(tie_word_embeddings=False)
    model.save_pretrained(tmp_path / "tiny")
    texts = prompts(8)
    plain = [reference_scores(model, ids)[-1:] for ids in texts]
    _write_adapter(tmp_path / "adapter", dict(model.named_parameters()))
    adapted = [reference_scores(model, ids)[-1:] for ids in texts]
    found = probe(
        tmp_path / "tiny", texts, scores="next", adapter=tmp_path / "adapter", enable_lora=True, max_lora_rank=RANK
    ).scores
    error = max(float(np.abs(one - other).max()) for one, other in zip(found, adapted, strict=True))
    moved = max(float(np.abs(one - other).max()) for one, other in zip(plain, adapted, strict=True))
    tell(f"largest error of a log-probability with the adapter: {error:.1e}; the adapter moves them by {moved:.1f}")
    assert error < 1e-3 < moved


def _write_adapter(folder: Path, parameters: dict[str, Tensor]) -> None:
    """Write random low-rank changes in PEFT's form, and add them to the reference's weights."""
    draw, written = torch.Generator().manual_seed(3), dict[str, Tensor]()
    for name, weight in parameters.items():
        if name.split(".")[-2] in ADAPTED:
            into = torch.randn(RANK, weight.shape[1], generator=draw) * 0.1
            out = torch.randn(weight.shape[0], RANK, generator=draw) * 0.1
            stem = f"base_model.model.{name.removesuffix('.weight')}"
            written |= {f"{stem}.lora_A.weight": into, f"{stem}.lora_B.weight": out}
            weight.data += ALPHA / RANK * (out @ into)
    folder.mkdir()
    save_file(written, folder / "adapter_model.safetensors")
    told = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "target_modules": list(ADAPTED), "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.slow
def test_eight_bit_weights_come_close(probe: Prober, tell: Callable[[str], None], tmp_path: Path) -> None:
    model = seeded(tie_word_embeddings=False, hidden_size=128, intermediate_size=256).to(torch.bfloat16)
    model.save_pretrained(tmp_path / "tiny")
    _quantise(tmp_path / "tiny")
    texts = prompts(8)
    exact = [reference_scores(model.float(), ids)[-1:] for ids in texts]
    found = probe(tmp_path / "tiny", texts, scores="next", dtype="bfloat16").scores
    error = float(np.mean([np.abs(one - other).mean() for one, other in zip(found, exact, strict=True)]))
    spread = float(np.mean([row.std() for row in exact]))
    tell(f"mean error of a log-probability in 8 bits: {error:.2f}, of a spread of {spread:.2f}")
    assert 1e-3 < error < spread / 4


def _quantise(folder: Path) -> None:
    """Weights as int8 with one scale a row, activations by token at run time; in compressed-tensors' form."""
    tensors = load_file(folder / "model.safetensors")
    for name in [name for name in tensors if ".layers." in name and name.endswith("proj.weight")]:
        scale = tensors[name].float().abs().amax(dim=1, keepdim=True) / 127
        tensors[f"{name}_scale"] = scale.to(torch.bfloat16)
        tensors[name] = (tensors[name].float() / scale).round().clamp(-128, 127).to(torch.int8)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    eight = {"num_bits": 8, "type": "int", "symmetric": True}
    group = {"targets": ["Linear"], "weights": eight | {"strategy": "channel", "dynamic": False},
             "input_activations": eight | {"strategy": "token", "dynamic": True}}  # fmt: skip
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["quantization_config"] = {"quant_method": "compressed-tensors", "format": "int-quantized",
                                     "quantization_status": "compressed", "ignore": ["lm_head"],
                                     "config_groups": {"group_0": group}}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
