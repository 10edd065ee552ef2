"""Safetensors files are read to the bit, and broken ones are refused, not misread."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from havoc_pipeline.errors import ModelError
from havoc_pipeline.model.safetensors_file import checkpoint_tensors, read_tensors


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_values_equal_torchs_to_the_bit(tmp_path: Path, kind: torch.dtype) -> None:
    # Written by the safetensors library itself; includes zero, subnormal, infinity.
    values = torch.tensor([[0.0, -0.0, 1.5], [1e-40, 3.14159, float("inf")]]).to(kind)
    save_file({"a": values, "b": torch.arange(3.0)}, tmp_path / "x.safetensors", {"made": "here"})
    read = dict(read_tensors(tmp_path / "x.safetensors"))
    assert set(read) == {"a", "b"}
    np.testing.assert_array_equal(read["a"], values.float().numpy())
    assert read["a"].dtype == np.float32
    assert read["b"].flags.owndata


def test_an_empty_tensor_and_a_scalar_keep_their_shapes(tmp_path: Path) -> None:
    tensors = {"none": torch.zeros(0, 4), "one": torch.tensor(2.5)}
    save_file(tensors, tmp_path / "x.safetensors")
    read = dict(read_tensors(tmp_path / "x.safetensors"))
    assert (read["none"].shape, read["one"].shape) == ((0, 4), ())
    assert read["one"] == 2.5


def written(folder: Path, header: object, body: bytes = b"\0" * 16) -> Path:
    text = json.dumps(header).encode()
    file = folder / "model.safetensors"
    file.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return folder


GOOD = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({"a": {**GOOD, "data_offsets": [0, 20]}}, "lies outside the file or is cut"),
        ({"a": {**GOOD, "data_offsets": [-16, 0]}}, "lies outside"),
        ({"a": {**GOOD, "shape": [3, 2]}}, "lies outside the file or is cut"),
        ({"a": {**GOOD, "dtype": "I8"}}, "stored as I8; readable are F32"),
        ({"a": {"dtype": "F32"}}, "lacks type, shape or place"),
        ({"a": 3}, "lacks type, shape or place"),
        ([1, 2], "header that is no table"),
    ],
)
def test_a_broken_header_is_refused(tmp_path: Path, header: object, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        checkpoint_tensors(written(tmp_path, header))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty"),
        (b"\x05\0\0", "too few for the header"),
        (b"\xff" * 8 + b"{}", "too few for the header"),
        (b"\x04\0\0\0\0\0\0\0{{{{", "no readable header"),
        (b"\x04\0\0\0\0\0\0\0\xff\xfe\xfd\xfc", "no readable header"),
    ],
)
def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(raw)
    with pytest.raises(ModelError, match=says):
        checkpoint_tensors(tmp_path)


def test_a_missing_file_or_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        checkpoint_tensors(tmp_path)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "part-1.safetensors"}}))
    with pytest.raises(ModelError, match=r"part-1\.safetensors cannot be read"):
        checkpoint_tensors(tmp_path)
    index.write_text("[]")
    with pytest.raises(ModelError, match="no safetensors index"):
        checkpoint_tensors(tmp_path)
