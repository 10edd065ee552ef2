"""The GGUF file: read back, loaded by transformers' own reader, and run by llama.cpp where it is installed."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from havoc_pipeline.errors import ModelError
from havoc_pipeline.export.checkpoint import Checkpoint
from havoc_pipeline.export.gguf_file import export_gguf, gguf_name, interleaved
from havoc_pipeline.model.modeling import HavocForCausalLM
from tests.export.conftest import Maker, edit

gguf = pytest.importorskip("gguf", reason="the package gguf (extra `export`) is not installed")
IDS = torch.randint(320, (3, 40), generator=torch.Generator().manual_seed(5))


def logits(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        values: torch.Tensor = model.eval()(IDS).logits
    return values


def in_halves(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """The permutation undone, row by row: 2i of a head to i, 2i + 1 to i + D/2."""
    width = len(rows) // heads
    found = np.empty_like(rows)
    for head in range(heads):
        for pair in range(width // 2):
            found[head * width + pair] = rows[head * width + 2 * pair]
            found[head * width + pair + width // 2] = rows[head * width + 2 * pair + 1]
    return found


def stored(path: Path) -> dict[str, Any]:
    return {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}


def field(path: Path, name: str) -> Any:
    return gguf.GGUFReader(path).get_field(name).contents()


@pytest.mark.parametrize("tied", [True, False])
def test_tensors_read_back_and_turned_back_equal_the_checkpoints(make: Maker, tmp_path: Path, tied: bool) -> None:
    folder = make(tie_word_embeddings=tied, dtype=torch.bfloat16)
    found, checkpoint = stored(export_gguf(folder, tmp_path / "m.gguf")), Checkpoint(folder)
    assert set(found) == {gguf_name(name) for name in checkpoint.shapes()}
    assert ("output.weight" in found) is not tied
    for name in checkpoint.shapes():
        values = np.asarray(found[gguf_name(name)].data)
        heads = {"q_proj": 4, "k_proj": 2}.get(name.split(".")[-2])
        if heads:
            assert not np.array_equal(values, checkpoint.tensor(name)), "the rows must have been moved"
            values = in_halves(values, heads)
        np.testing.assert_array_equal(values, checkpoint.tensor(name))


def test_transformers_own_reader_gives_the_same_logits(make: Maker, tmp_path: Path) -> None:
    for tied in (True, False):
        folder = make(f"tied-{tied}", tie_word_embeddings=tied)
        export_gguf(folder, tmp_path / f"{tied}.gguf")
        llama = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file=f"{tied}.gguf", dtype=torch.float32)
        assert type(llama) is LlamaForCausalLM
        own = logits(HavocForCausalLM.from_pretrained(folder))
        assert own.std() > 0.5, "flat logits would prove nothing"
        torch.testing.assert_close(logits(llama), own, rtol=0, atol=2e-5)


@pytest.mark.parametrize(("dtype", "bound"), [("f16", 2**-11), ("q8_0", 0.5 / 127)])
def test_smaller_types_lose_no_more_than_their_rounding(
    checkpoint: Path, tmp_path: Path, dtype: str, bound: float
) -> None:
    # Half a unit in the last place: of an 11-bit significand, and of 127 steps up to a block's largest value.
    found = stored(export_gguf(checkpoint, tmp_path / "m.gguf", dtype=dtype))
    whole = stored(export_gguf(checkpoint, tmp_path / "whole.gguf"))
    lost = 0.0
    for name, tensor in found.items():
        values = gguf.quants.dequantize(np.asarray(tensor.data), tensor.tensor_type)
        exact = np.asarray(whole[name].data)
        assert np.abs(values - exact).max() <= 1.01 * bound * np.abs(exact).max()
        lost += float(np.abs(values - exact).max())
    assert lost > 0
    kinds = {name: tensor.tensor_type.name for name, tensor in found.items()}
    assert kinds["output_norm.weight"] == "F32"
    assert kinds["blk.0.attn_q.weight"] == dtype.upper()
    # Rows of 48 values are no whole number of blocks of 32.
    assert kinds["blk.0.ffn_down.weight"] == "F16"


def test_a_weight_beyond_half_precision_is_refused_and_nothing_is_left(checkpoint: Path, tmp_path: Path) -> None:
    model = HavocForCausalLM.from_pretrained(checkpoint)
    with torch.no_grad():
        model.model.layers[0].mlp.up_proj.weight[0, 0] = 70_000.0
    model.save_pretrained(checkpoint)
    out = tmp_path / "out" / "m.gguf"
    with pytest.raises(ModelError, match="reaches 70000"):
        export_gguf(checkpoint, out, dtype="f16")
    assert list(out.parent.iterdir()) == []


def test_sizes_are_told(checkpoint: Path, tmp_path: Path) -> None:
    path = export_gguf(checkpoint, tmp_path / "m.gguf")
    told = {"embedding_length": 64, "block_count": 2, "feed_forward_length": 48, "attention.head_count": 4,
            "attention.head_count_kv": 2, "attention.key_length": 16, "rope.dimension_count": 16,
            "context_length": 64, "rope.freq_base": 500_000.0, "vocab_size": 320}  # fmt: skip
    assert field(path, "general.architecture") == "llama"
    assert {name: field(path, f"llama.{name}") for name in told} == told
    assert field(path, "llama.attention.layer_norm_rms_epsilon") == pytest.approx(1e-5)


def test_the_same_checkpoint_gives_the_same_bytes(checkpoint: Path, tmp_path: Path) -> None:
    first, second = (export_gguf(checkpoint, tmp_path / f"{i}.gguf") for i in range(2))
    assert first.read_bytes() == second.read_bytes()


def test_an_existing_file_needs_force(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.gguf"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(ModelError, match="--force"):
        export_gguf(checkpoint, out)
    assert out.read_text(encoding="utf-8") == "mine"
    assert export_gguf(checkpoint, out, force=True).read_bytes()[:4] == b"GGUF"
    with pytest.raises(ModelError, match="is a folder"):
        export_gguf(checkpoint, tmp_path, force=True)
    with pytest.raises(ModelError, match="`int4` is no type"):
        export_gguf(checkpoint, out, dtype="int4", force=True)


def test_a_missing_package_is_said_in_a_sentence(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(ModelError, match=r"pip install 'havoc-pipeline\[export\]'"):
        export_gguf(checkpoint, tmp_path / "m.gguf")


def test_a_config_that_does_not_fit_the_weights_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    edit(checkpoint / "config.json", num_key_value_heads=4)
    with pytest.raises(ModelError, match=r"k_proj\.weight has shape"):
        export_gguf(checkpoint, tmp_path / "m.gguf")


def test_interleaving_pairs_the_halves_of_each_head() -> None:
    rows = np.arange(8, dtype=np.float32)[:, None]
    assert interleaved(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_llama_cpp_decodes_the_same_tokens(checkpoint: Path, tmp_path: Path) -> None:
    llama_cpp = pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    path = export_gguf(checkpoint, tmp_path / "m.gguf")
    # An f32 cache: with llama.cpp's default of f16 a near-tie may flip.
    cpp = llama_cpp.Llama(
        str(path), n_ctx=64, logits_all=True, verbose=False, type_k=0, type_v=0, n_threads=1, flash_attn=False
    )
    model = HavocForCausalLM.from_pretrained(checkpoint)
    for prompt in IDS[:, :8]:
        expected = model.generate(prompt[None], max_new_tokens=32, do_sample=False)[0].tolist()
        read = prompt.tolist()
        cpp.reset()
        cpp.eval(read)
        while len(read) < len(expected):
            read.append(int(np.argmax(cpp.scores[len(read) - 1])))
            cpp.eval(read[-1:])
        assert read == expected
        assert len(set(expected[8:])) > 3, "a constant answer would prove nothing"
