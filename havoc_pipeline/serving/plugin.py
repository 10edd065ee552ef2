"""What vLLM calls in each of its processes, through the entry point `vllm.general_plugins`.

The class is named by a string: vLLM imports it in the process that runs it, never in one that forks.
"""

from __future__ import annotations

ARCHITECTURE = "HavocForCausalLM"
"""As a checkpoint's `config.json` names it."""
MODEL = "havoc_pipeline.serving.model:HavocForCausalLM"


def register() -> None:
    """Make vLLM and transformers know HAVOC; calling it again changes nothing.

    Raises
    ------
    ModelError
        When vLLM is not installed here.
    """
    from havoc_pipeline.errors import ModelError
    from havoc_pipeline.model.configuration import HavocConfig

    try:
        from vllm import ModelRegistry
    except ModuleNotFoundError as error:
        raise ModelError(f"vLLM cannot be imported ({error}); install it with `make serve`") from error
    from transformers import AutoConfig

    AutoConfig.register(HavocConfig.model_type, HavocConfig, exist_ok=True)
    ModelRegistry.register_model(ARCHITECTURE, MODEL)
