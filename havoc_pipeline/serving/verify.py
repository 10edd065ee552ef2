"""`python -m havoc_pipeline.serving.verify [CHECKPOINT]`: what vLLM knows of HAVOC, and one token served."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import HavocError, ModelError
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.serving.plugin import ARCHITECTURE, MODEL, register
from havoc_pipeline.serving.settings import Settings

PROMPT = (1, 2, 3)


def verify(checkpoint: Path) -> dict[str, Any]:
    """Register HAVOC, load a checkpoint in this process and let it write one token.

    Parameters
    ----------
    checkpoint : Path
        Folder with config.json and model.safetensors.

    Returns
    -------
    dict
        Versions, the registered class, the entry point, and the token with its log-probability.

    Raises
    ------
    ModelError
        When vLLM is absent, or does not know HAVOC after the plugin ran.
    """
    register()
    from vllm import ModelRegistry, __version__

    if ARCHITECTURE not in ModelRegistry.get_supported_archs():
        raise ModelError(
            f"vLLM {__version__} does not know {ARCHITECTURE} after registration; install the serving extra"
        )
    token, log_probability = _one_token(checkpoint)
    return {"vllm": __version__, "architecture": ARCHITECTURE, "class": MODEL, "entry_point": entry_point(),
            "checkpoint": str(checkpoint), "token": token, "log_probability": log_probability}  # fmt: skip


def entry_point() -> str | None:
    """Where the installed distribution tells vLLM to find the plugin; None when it is not installed."""
    from importlib.metadata import entry_points

    return next((p.value for p in entry_points(group="vllm.general_plugins") if p.name == "havoc"), None)


def _one_token(checkpoint: Path) -> tuple[int, float]:
    from vllm import LLM, SamplingParams

    # In this process, so that a failure says why; eagerly, since compiling would take longer than the token.
    dtype = Settings(checkpoint).computed_in
    llm = LLM(str(checkpoint), skip_tokenizer_init=True, enforce_eager=True, max_num_seqs=1, dtype=dtype)
    params = SamplingParams(max_tokens=1, temperature=0.0, logprobs=0, detokenize=False)
    (done,) = llm.generate([{"prompt_token_ids": list(PROMPT)}], params, use_tqdm=False)
    token = int(done.outputs[0].token_ids[0])
    return token, float(done.outputs[0].logprobs[0][token].logprob)


def main() -> None:
    """Command line; exits 2 with one sentence when something is amiss."""
    from havoc_pipeline.serving.machine import quiet_environment

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, nargs="?", default=SHIPPED)
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    given = parser.parse_args()
    os.environ.update(quiet_environment(os.environ))
    try:
        found = verify(given.checkpoint)
    except HavocError as error:
        sys.exit(f"verify: {error}")
    lines = [json.dumps(found)] if given.json else [f"{name:>16}  {value}" for name, value in found.items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
