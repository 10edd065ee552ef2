"""The presets have the sizes they promise, and a bad size is refused with its mend."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.configuration import HavocConfig, preset
from havoc_pipeline.model.modeling import HavocForCausalLM

# By hand, one line per tensor kind; docs/MODEL.md writes out the same sums.
BLOCK_7B = (
    4096 * 4096  # q: 32 heads of 128
    + 2 * 4096 * 1024  # k and v: 8 heads of 128
    + 4096 * 4096  # o
    + 3 * 4096 * 11_008  # gate, up, down
    + 2 * 4096  # two norms
)
PARAMETERS_7B = 2 * 76_800 * 4096 + 32 * BLOCK_7B + 4096
BLOCK_MINI = 256 * 256 + 2 * 256 * 64 + 256 * 256 + 3 * 256 * 704 + 2 * 256
PARAMETERS_MINI = 8192 * 256 + 6 * BLOCK_MINI + 256


@pytest.mark.parametrize(
    ("name", "by_hand", "written"),
    [
        ("havoc-7b", PARAMETERS_7B, 6_300_110_848),
        ("havoc-mini", PARAMETERS_MINI, 6_327_552),
    ],
)
def test_parameter_count_equals_the_sum_by_hand(name: str, by_hand: int, written: int) -> None:
    with torch.device("meta"):
        model = HavocForCausalLM(preset(name))
    counted = sum(parameter.numel() for parameter in model.parameters())
    assert counted == by_hand == written


def test_7b_has_the_sizes_of_the_design() -> None:
    config = preset("havoc-7b")
    sizes = (config.num_hidden_layers, config.hidden_size, config.intermediate_size)
    assert sizes == (32, 4096, 11_008)
    assert (config.num_attention_heads, config.num_key_value_heads, config.head_dim) == (32, 8, 128)
    assert config.max_position_embeddings == 8192
    assert 70_000 <= config.vocab_size <= 80_000
    assert config.vocab_size % 128 == 0


def test_overrides_replace_a_presets_sizes_and_leave_the_preset_alone() -> None:
    config = preset("havoc-mini", vocab_size=512, rope_theta=50_000.0)
    assert config.vocab_size == 512
    assert config.rope_parameters == {"rope_type": "default", "rope_theta": 50_000.0}
    assert preset("havoc-mini").vocab_size == 8192


def test_heads_and_head_width_follow_when_left_out() -> None:
    config = HavocConfig(hidden_size=96, num_attention_heads=6)
    assert (config.num_key_value_heads, config.head_dim) == (6, 16)


def test_round_trip_through_auto_config(tmp_path: Path) -> None:
    config = preset("havoc-mini", eos_token_id=3, pad_token_id=0)
    config.save_pretrained(tmp_path)
    loaded = AutoConfig.from_pretrained(tmp_path)
    assert isinstance(loaded, HavocConfig)
    assert loaded.to_diff_dict() == config.to_diff_dict()
    assert (loaded.eos_token_id, loaded.tie_word_embeddings) == (3, True)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"num_key_value_heads": 3}, "num_attention_heads is 4.* 3.*change one of them"),
        ({"hidden_size": 30, "head_dim": None}, "hidden_size is 30.*give head_dim"),
        ({"head_dim": 7}, "head_dim is 7.*choose an even"),
        ({"num_hidden_layers": 0}, "num_hidden_layers is 0.*at least 1"),
        ({"vocab_size": 96.5}, "vocab_size is 96.5.*whole number"),
        ({"hidden_size": True}, "hidden_size is True.*whole number"),
        ({"num_attention_heads": 0, "head_dim": None}, "num_attention_heads is 0.*at least 1"),
        ({"rms_norm_eps": 0.0}, "rms_norm_eps is 0.0.*above 0"),
        ({"initializer_range": -1.0}, "initializer_range is -1.0.*between 0 and 1"),
        ({"rope_theta": 0.5}, "rope_theta is 0.5.*above 1"),
        ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4, "factor": 2.0}}, "'yarn'"),
    ],
)
def test_bad_sizes_are_refused_with_the_value_and_the_mend(bad: dict[str, Any], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        preset("toy", **bad)


def test_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"'havoc-13b'.*havoc-7b, havoc-mini, toy"):
        preset("havoc-13b")


def test_the_package_and_the_runtime_load_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from havoc_pipeline.model import HavocRuntime; "
        "print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
