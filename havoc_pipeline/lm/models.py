"""Choosing a language model: HAVOC's own in process by default, any other by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.connection import KEY

EMBEDDED = "embedded"
OURS = "havoc"
"""Begins the name of a served model that is HAVOC's own planner."""
SERVED = "havoc-served"
"""Provider id under which a vLLM server is declared to DSPy."""


def choose_lm(lm: Any = None, api_base: str | None = None) -> Any:
    """The `dspy.LM` of a name.

    Parameters
    ----------
    lm : str, dspy.LM or None
        `embedded` (or `embedded/FOLDER` for another checkpoint), `local/FOLDER`, `openai/NAME` with
        `api_base` for a vLLM server (`openai/havoc-mini` for `havoc serve` or llama.cpp's `llama-server`), or what
        `dspy.LM` takes; from HAVOC_LM when None, else embedded.
    api_base : str, optional
        Address of the server, `http://host:port/v1`; from HAVOC_API_BASE when left out.

    Returns
    -------
    dspy.LM

    Raises
    ------
    ModelError
        When the name is empty or there is no such model.
    """
    import dspy

    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else DSPy fetches a price list
    named = lm if lm is not None else os.environ.get("HAVOC_LM") or EMBEDDED
    if not isinstance(named, str):
        return named
    if named.partition("/")[0] == EMBEDDED:
        return _embedded(Path(named.partition("/")[2]) if "/" in named else None)
    if named.startswith("local/"):
        return _local(Path(named.partition("/")[2]))
    base = api_base or os.environ.get("HAVOC_API_BASE")
    _keep_cache_at_home()
    if base and named.startswith(f"openai/{OURS}"):
        return _served_planner(named.partition("/")[2], base)
    if base and named.startswith("openai/"):
        return _served(named.partition("/")[2], base)
    try:
        return dspy.LM(named, temperature=0.0, max_tokens=1200, **({"api_base": base} if base else {}))
    except ValueError as error:
        raise ModelError(f"`{named}` names no language model: {error}; use embedded, or provider/name") from None


def adapter_for(lm: Any) -> Any:
    """The adapter that speaks to a model: HAVOC's own prompts, or JSON and grammar."""
    from havoc_pipeline.lm.adapter import HavocAdapter
    from havoc_pipeline.lm.engine import HavocEngine
    from havoc_pipeline.lm.general import GeneralAdapter
    from havoc_pipeline.lm.local import LocalEngine

    engine = getattr(lm, "engine", None)
    if isinstance(engine, HavocEngine):
        return HavocAdapter()
    return GeneralAdapter(constrained=isinstance(engine, LocalEngine) or str(lm.model).startswith(f"{SERVED}/"))


def tasks_of(lm: Any) -> frozenset[str] | None:
    """Stages that a model was trained on; None for a general model, which takes any."""
    from havoc_pipeline.lm.engine import HavocEngine

    engine = getattr(lm, "engine", None)
    return engine.tasks if isinstance(engine, HavocEngine) else None


def _embedded(path: Path | None) -> Any:
    import dspy

    from havoc_pipeline.lm.engine import load_engine

    return engine_lm(dspy, load_engine(path))


def engine_lm(dspy: Any, engine: Any) -> Any:
    """A `dspy.LM` over a `HavocEngine`; without DSPy's cache, which would be slower than the model."""
    from havoc_pipeline.lm.engine import AsyncHavocEngine

    return dspy.LM(engine.model, engine=engine, async_engine=AsyncHavocEngine(engine), cache=False, num_retries=0)


def _local(path: Path) -> Any:
    import dspy

    from havoc_pipeline.lm.local import LocalEngine

    engine = LocalEngine(path)
    return dspy.LM(engine.model, engine=engine, cache=False, num_retries=0, max_tokens=400)


def _served_planner(name: str, base: str) -> Any:
    import dspy

    from havoc_pipeline.lm.served import load_served

    return engine_lm(dspy, load_served(name, base))


def _served(name: str, base: str) -> Any:
    """A vLLM server as a declared provider, since only a declared one is sent schema and grammar."""
    import dspy
    from dspy.lm15 import AccessPolicy, ModelSupport, OpenAIChatCompat, ProviderDefinition, register_provider

    if not base.startswith(("http://", "https://")):
        raise ModelError(f"the address `{base}` is none; give it as http://HOST:PORT/v1")
    access = AccessPolicy(provider=SERVED, base_url=base)
    definition = ProviderDefinition.chat(access, compat=OpenAIChatCompat.preset("vllm"), placeholder_key="none")
    register_provider(definition, supports=ModelSupport(response_schema=True, function_calling=False), replace=True)
    key = os.environ.get(KEY)
    keyed = {"api_key": key} if key else {}
    return dspy.LM(f"{SERVED}/{name}", api_base=base, temperature=0.0, max_tokens=1200, **keyed)


def _keep_cache_at_home() -> None:
    """DSPy's cache of other models' answers goes where HAVOC keeps its own files, if that is set."""
    home = os.environ.get("HAVOC_HOME")
    if home:
        os.environ.setdefault("DSPY_CACHEDIR", str(Path(home) / "dspy"))
