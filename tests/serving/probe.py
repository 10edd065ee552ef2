"""Loads a checkpoint in vLLM and reads prompts; runs in a process of its own, as a user's would.

Standard input: JSON with `model`, `prompts` (token ids), `most` tokens to write, `options` of
`vllm.LLM`, and for LoRA `adapter`, a folder. `out`: an npz file with `tokens` (P, T) and, for each
prompt i, `scores_i` (L_i, V), the log-probabilities of what follows each of its tokens; `scores` is
`all` for these, `next` for the last row alone, or `none`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np


def main() -> None:
    asked = json.load(sys.stdin)
    from vllm import LLM, SamplingParams

    llm = LLM(asked["model"], skip_tokenizer_init=True, max_logprobs=-1, seed=0, **asked["options"])
    every = {"none": None}.get(asked["scores"], -1)
    of_prompt = -1 if asked["scores"] == "all" else None
    params = SamplingParams(
        max_tokens=asked["most"], temperature=0.0, detokenize=False, ignore_eos=True, logprobs=every,
        prompt_logprobs=of_prompt,
    )  # fmt: skip
    prompts = [{"prompt_token_ids": ids} for ids in asked["prompts"]]
    done = llm.generate(prompts, params, use_tqdm=False, **_adapter(asked))
    found: dict[str, Any] = {"tokens": np.array([output.outputs[0].token_ids for output in done])}
    for place, output in enumerate(() if every is None else done):
        scored = [*(output.prompt_logprobs or [None])[1:], output.outputs[0].logprobs[0]]
        found[f"scores_{place}"] = np.array([[row[token].logprob for token in range(len(row))] for row in scored])
    np.savez(asked["out"], **found)


def _adapter(asked: dict[str, Any]) -> dict[str, Any]:
    if not asked.get("adapter"):
        return {}
    from vllm.lora.request import LoRARequest

    return {"lora_request": LoRARequest("adapter", 1, asked["adapter"])}


if __name__ == "__main__":
    main()
