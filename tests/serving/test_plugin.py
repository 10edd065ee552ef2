"""What vLLM knows with the plugin and without it, and what a broken checkpoint is told."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from .conftest import ROOT, run_probe, seeded

TWICE = """
import sys
from havoc_pipeline.serving.plugin import register
from vllm import ModelRegistry
register()
once = sorted(ModelRegistry.get_supported_archs())
register()
assert sorted(ModelRegistry.get_supported_archs()) == once and once.count("HavocForCausalLM") == 1
assert "havoc_pipeline.serving.model" not in sys.modules
from transformers import AutoConfig
print(type(AutoConfig.for_model("havoc")).__name__)
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a small checkpoint."""
    seeded(tie_word_embeddings=False).save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


def asked(model: Path) -> dict[str, object]:
    return {"model": str(model), "prompts": [[1, 2, 3]], "options": {"dtype": "float32", "enforce_eager": True}}


def test_the_entry_point_is_a_lazy_string() -> None:
    (found,) = [point for point in entry_points(group="vllm.general_plugins") if point.name == "havoc"]
    assert found.value == "havoc_pipeline.serving.plugin:register"


def test_registering_twice_is_registering_once_and_imports_no_model() -> None:
    told = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr[-2000:]
    assert told.stdout.split()[-1] == "HavocConfig"


def test_vllm_serves_with_the_plugin_and_cannot_without(tiny: Path, tmp_path: Path) -> None:
    without = run_probe(asked(tiny), tmp_path, VLLM_PLUGINS="none")
    assert without.returncode != 0
    assert "havoc" in without.stderr.lower()
    assert not (tmp_path / "probed.npz").exists()
    assert run_probe(asked(tiny), tmp_path, VLLM_PLUGINS="havoc").returncode == 0


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("model.layers.1.self_attn.q_proj.weight", "not its q_proj"),
        ("model.layers.0.mlp.down_proj.weight", "down_proj"),
        ("lm_head.weight", "lm_head"),
    ],
)
def test_a_checkpoint_without_a_tensor_is_refused(lost: str, told: str, tiny: Path, tmp_path: Path) -> None:
    tensors = load_file(tiny / "model.safetensors")
    del tensors[lost]
    save_file(tensors, tiny / "model.safetensors", metadata={"format": "pt"})
    failed = run_probe(asked(tiny), tmp_path)
    assert failed.returncode != 0 and told in failed.stderr


def test_a_checkpoint_with_a_foreign_tensor_is_refused(tiny: Path, tmp_path: Path) -> None:
    tensors = load_file(tiny / "model.safetensors")
    tensors["model.layers.0.experts.weight"] = tensors["model.norm.weight"].clone()
    save_file(tensors, tiny / "model.safetensors", metadata={"format": "pt"})
    failed = run_probe(asked(tiny), tmp_path)
    assert failed.returncode != 0 and "experts" in failed.stderr


def test_verify_prints_what_is_registered_and_serves_one_token(tiny: Path) -> None:
    command = [sys.executable, "-m", "havoc_pipeline.serving.verify", str(tiny), "--json"]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert told.returncode == 0, told.stderr[-2000:]
    found = json.loads(told.stdout.splitlines()[-1])
    assert found["class"] == "havoc_pipeline.serving.model:HavocForCausalLM"
    assert 0 <= found["token"] < 96
