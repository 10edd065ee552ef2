"""Safetensors read with numpy alone: a length, a JSON header, then the bytes of each tensor.

bfloat16, which numpy lacks, is the upper half of float32 and is widened here.
References: https://huggingface.co/docs/safetensors, section Format.
"""

import json
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError

_STORED = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "F64": "<f8"}
_LENGTH_BYTES = 8


def checkpoint_tensors(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Return every tensor of a checkpoint as float32, by name.

    Parameters: `folder` holds `model.safetensors`, or its parts with an index beside them.
    Raises `ModelError` when a file is absent, cut short or not safetensors.
    """
    return {name: tensor for file in _files(folder) for name, tensor in read_tensors(file)}


def read_tensors(file: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield name and float32 values of each tensor in one file.

    Raises `ModelError` when the file is cut short or not safetensors.
    """
    raw = _bytes(file)
    header, start = _header(raw, file)
    for name, entry in header.items():
        if name != "__metadata__":
            yield name, _tensor(raw[start:], name, entry, file)


def _files(folder: Path) -> list[Path]:
    whole, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if whole.is_file():
        return [whole]
    if not index.is_file():
        raise ModelError(f"{folder} has no model.safetensors: give the folder that save_pretrained wrote.")
    try:
        parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{index} is no safetensors index: save the model again.") from error
    return [folder / part for part in sorted(parts)]


def _bytes(file: Path) -> NDArray[np.uint8]:
    try:
        # Mapped, not read: each tensor is copied once, into float32.
        return np.asarray(np.memmap(file, dtype=np.uint8, mode="r"))
    except ValueError as error:
        raise ModelError(f"{file} is empty: copy it again.") from error
    except OSError as error:
        raise ModelError(f"{file} cannot be read ({error.strerror}): copy it again.") from error


def _header(raw: NDArray[np.uint8], file: Path) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(raw[:_LENGTH_BYTES].tobytes(), "little")
    start = _LENGTH_BYTES + length
    if len(raw) < start or length < 2:
        raise ModelError(f"{file} has {len(raw)} bytes, too few for the header it announces: copy it again.")
    try:
        header = json.loads(raw[_LENGTH_BYTES:start].tobytes())
    except ValueError as error:
        raise ModelError(f"{file} has no readable header: copy or save it again.") from error
    if not isinstance(header, dict):
        raise ModelError(f"{file} has a header that is no table: copy or save it again.")
    return header, start


def _tensor(data: NDArray[np.uint8], name: str, entry: dict[str, Any], file: Path) -> NDArray[np.float32]:
    try:
        kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{name} in {file} lacks type, shape or place: save it again.") from error
    if kind not in _STORED:
        raise ModelError(
            f"{name} in {file} is stored as {kind}; readable are {', '.join(_STORED)}: save the model in one of these."
        )
    stored = np.dtype(_STORED[kind])
    if not 0 <= begin <= end <= len(data) or end - begin != prod(shape) * stored.itemsize:
        raise ModelError(f"{name} in {file} lies outside the file or is cut: copy it again.")
    values = data[begin:end].view(stored).reshape(shape)
    if kind == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)
