"""`havoc model export` as a user calls it, on the tiny checkpoint."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Havoc
from tests.export.conftest import checkpoint, make

__all__ = ["checkpoint", "make"]


def test_a_folder_is_written_and_what_loads_it_is_said(checkpoint: Path, tmp_path: Path, havoc: Havoc) -> None:
    out = tmp_path / "new" / "hf"
    told = havoc("model", "export", str(checkpoint), "--format", "hf", "--out", str(out))
    assert told.returncode == 0, told.stderr
    assert b"MiB in 5 files" in told.stdout and b"from_pretrained" in told.stdout
    assert sorted(path.name for path in out.iterdir()) == [
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    again = havoc("model", "export", str(checkpoint), "--format", "hf", "--out", str(out))
    assert (again.returncode, again.stdout) == (2, b"") and b"--force" in again.stderr
    forced = havoc("model", "export", str(checkpoint), "--format", "hf", "--out", str(out), "--force")
    assert forced.returncode == 0


def test_a_gguf_file_is_written_in_the_type_asked_for(checkpoint: Path, tmp_path: Path, havoc: Havoc) -> None:
    gguf = pytest.importorskip("gguf", reason="the package gguf (extra `export`) is not installed")
    out = tmp_path / "m.gguf"
    told = havoc("model", "export", str(checkpoint), "--format", "gguf", "--out", str(out), "--dtype", "f16")
    assert told.returncode == 0, told.stderr
    assert b"llama.cpp loads it" in told.stdout
    kinds = {tensor.name: tensor.tensor_type.name for tensor in gguf.GGUFReader(out).tensors}
    assert kinds["token_embd.weight"] == "F16"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "onnx", "--out", "x"), b"`onnx` is no format of a model; choose one of gguf, hf"),
        (("--format", "hf", "--out", "x", "--dtype", "f16"), b"--dtype f16 goes with --format gguf"),
        (("nowhere", "--format", "hf", "--out", "x"), b"nowhere"),
        (("--format", "hf"), b"'--out'"),
    ],
)
def test_a_wrong_use_is_one_sentence(havoc: Havoc, arguments: tuple[str, ...], said: bytes) -> None:
    told = havoc("model", "export", *arguments)
    assert told.returncode == 2
    assert said in told.stderr and told.stderr.count(b"\n") == 1 and told.stdout == b""


def test_a_missing_package_reaches_the_shell_as_a_sentence(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from havoc_pipeline.cli.main import run

    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(SystemExit) as left:
        run(["model", "export", str(checkpoint), "--format", "gguf", "--out", str(tmp_path / "m.gguf")])
    assert left.value.code == 2
    assert "pip install 'havoc-pipeline[export]'" in capsys.readouterr().err
