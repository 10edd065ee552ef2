"""How each kind of server is asked for one decision: the candidates' log-probabilities after given tokens.

vLLM names tokens and gives their log-probabilities. llama.cpp's server has no such request, but it
tells probabilities after its samplers: with no sampler but a bias that lifts the candidates above
every other token, those are the probabilities among the candidates. Servers that take text and no
token numbers split it in their own way and cannot be asked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

from havoc_pipeline.errors import ModelError

LIFT = 100.0
"""Bias of a candidate in llama.cpp: far above any gap between logits, small enough for float32 to keep 4e-6 of one."""
LEAST = math.log(2.0**-149)
"""Log-probability of what float32 rounds to zero, which llama.cpp leaves out."""
OFF_ONE = 1e-3
"""What the candidates' probabilities may miss of 1 in sum."""


class Dialect(Protocol):
    """What a kind of server takes and gives.

    Attributes
    ----------
    most : int or None
        Candidates of one request; None where there is no limit.
    mend : str
        What to do when its answer lacks what was asked for.
    """

    most: int | None
    mend: str

    def asked(self, ids: Sequence[int], candidates: Sequence[int]) -> dict[str, Any]:
        """Body of a completions request."""
        ...

    def told(self, answer: dict[str, Any], candidates: Sequence[int]) -> list[float]:
        """Log-probability of each candidate, up to a constant; KeyError and its like where one is absent."""
        ...


class VLLM:
    """vLLM, as `havoc serve` starts it."""

    most: int | None = 128
    mend = "HAVOC's own model needs vLLM 0.32 or later: use `havoc serve`"

    def asked(self, ids: Sequence[int], candidates: Sequence[int]) -> dict[str, Any]:
        """Body of a completions request."""
        return {"prompt": list(ids), "max_tokens": 1, "temperature": 0.0, "logprobs": len(candidates),
                "logprob_token_ids": list(candidates), "return_tokens_as_token_ids": True}  # fmt: skip

    def told(self, answer: dict[str, Any], candidates: Sequence[int]) -> list[float]:
        """Log-probabilities over the whole vocabulary."""
        found = answer["choices"][0]["logprobs"]["top_logprobs"][0]
        return [float(found[f"token_id:{token}"]) for token in candidates]


class LlamaServer:
    """llama.cpp's own server, `llama-server`."""

    most: int | None = None
    mend = (
        "HAVOC's own model needs a llama-server that knows `post_sampling_probs`: take a release of llama.cpp from 2026"
    )

    def asked(self, ids: Sequence[int], candidates: Sequence[int]) -> dict[str, Any]:
        """Body of a completions request."""
        return {"prompt": list(ids), "max_tokens": 1, "temperature": 1.0, "samplers": [], "n_probs": len(candidates),
                "post_sampling_probs": True, "logit_bias": [[token, LIFT] for token in candidates]}  # fmt: skip

    def told(self, answer: dict[str, Any], candidates: Sequence[int]) -> list[float]:
        """Log-probabilities among the candidates."""
        rows = answer["choices"][0]["logprobs"]["content"][0]["top_probs"]
        found = {int(row["id"]): float(row["prob"]) for row in rows}
        shares = [found.get(token, 0.0) for token in candidates]
        if abs(sum(shares) - 1) > OFF_ONE:
            raise ValueError(f"the candidates' probabilities sum to {sum(shares):.3f}, not 1")
        return [math.log(share) if share else LEAST for share in shares]


TEXT_ONLY = {
    "me": "llama-cpp-python's server takes no token numbers; serve the same file with llama.cpp's own "
    "`llama-server`, or leave --lm out to run HAVOC-mini in process",
    "library": "Ollama takes no token numbers and tells 20 log-probabilities at most; serve the same file with "
    "llama.cpp's own `llama-server`, or leave --lm out to run HAVOC-mini in process",
}
"""Why a kind of server cannot be asked, by the owner that it names in its list of models."""


def dialect_of(owner: str) -> Dialect:
    """The dialect of the server whose models have an owner.

    Parameters
    ----------
    owner : str
        `owned_by` in the server's list of models.

    Raises
    ------
    ModelError
        When that kind of server cannot be asked for a planner's decisions.
    """
    if owner in TEXT_ONLY:
        raise ModelError(TEXT_ONLY[owner])
    return LlamaServer() if owner == "llamacpp" else VLLM()
