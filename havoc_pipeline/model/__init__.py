"""The HAVOC language model: its shape, its PyTorch form and its numpy runtime.

Names load on first use: the runtime must start without paying for PyTorch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havoc_pipeline.model.configuration import HavocConfig, preset
    from havoc_pipeline.model.modeling import HavocForCausalLM, HavocModel
    from havoc_pipeline.model.runtime import HavocRuntime, State

_HOME = {
    "HavocConfig": "configuration",
    "preset": "configuration",
    "HavocForCausalLM": "modeling",
    "HavocModel": "modeling",
    "HavocRuntime": "runtime",
    "State": "runtime",
}

__all__ = ["HavocConfig", "HavocForCausalLM", "HavocModel", "HavocRuntime", "State", "preset"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
