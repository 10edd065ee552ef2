"""Any causal model of a folder, in process through transformers, decoding under a grammar.

For small general models beside HAVOC's own: `lm="local/FOLDER"`. Greedy, one thread of requests.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import ModelError

MOST_TOKENS = 400


class LocalEngine:
    """A DSPy engine over `transformers`, with llguidance for grammars and JSON schemas.

    Parameters
    ----------
    path : Path
        Folder with config, weights and tokenizer.
    """

    supports_response_schema = True
    supports_function_calling = supports_reasoning = False
    supported_params = frozenset({"response_format", "max_tokens", "temperature"})

    def __init__(self, path: Path) -> None:
        if not (path / "config.json").is_file():
            raise ModelError(f"no model at {path}; a folder with config.json, weights and tokenizer is needed")
        from llguidance.hf import from_tokenizer
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.path = path
        self._tokenizer = AutoTokenizer.from_pretrained(path)
        self._model = AutoModelForCausalLM.from_pretrained(path).eval()
        self._constraints = from_tokenizer(self._tokenizer, n_vocab=self._model.config.vocab_size)
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        """Name for `dspy.LM`, with a hash of the weights' files' sizes and the configuration."""
        state = (self.path / "config.json").read_bytes()
        state += json.dumps(sorted((f.name, f.stat().st_size) for f in self.path.iterdir() if f.is_file())).encode()
        return f"local/{self.path.name}-{hashlib.sha256(state).hexdigest()[:12]}"

    def complete(self, request: Any) -> Any:
        """Answer one `dspy.lm15.Request`."""
        from dspy.lm15 import Message, Response, TokenLogprob, Usage

        with self._lock:
            prompt = self._prompt(request)
            ids, scores = self._decode(prompt, self._grammar(request), request.config.max_tokens or MOST_TOKENS)
        text = self._tokenizer.decode(ids, skip_special_tokens=True)
        told = tuple(TokenLogprob(self._tokenizer.decode([i]) or " ", s) for i, s in zip(ids, scores, strict=True))
        return Response(id=None, model=request.model, message=Message.assistant(text or " "), finish_reason="stop",
                        usage=Usage(input_tokens=prompt.shape[1], output_tokens=len(ids)), logprobs=told or None)  # fmt: skip

    def _prompt(self, request: Any) -> Any:
        system = request.system if isinstance(request.system, str) else "".join(p.text for p in request.system or ())
        messages = [{"role": "system", "content": system}] if system else []
        messages += [{"role": m.role, "content": m.text or ""} for m in request.messages]
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        room = int(self._model.config.max_position_embeddings) - MOST_TOKENS
        return self._tokenizer(text, return_tensors="pt", add_special_tokens=False)["input_ids"][:, -room:]

    def _grammar(self, request: Any) -> str | None:
        from llguidance import LLMatcher

        asked = (request.config.extensions or {}).get("structured_outputs") or {}
        if "grammar" in asked:
            return str(LLMatcher.grammar_from_lark(asked["grammar"]))
        format_ = request.config.response_format or {}
        schema = (format_.get("json_schema") or {}).get("schema") or format_.get("schema")
        return str(LLMatcher.grammar_from_json_schema(schema)) if schema else None

    def _decode(self, ids: Any, grammar: str | None, most: int) -> tuple[list[int], list[float]]:
        """Greedy tokens and their log-probabilities among the tokens that the grammar allows."""
        import torch
        from llguidance import LLMatcher

        matcher = LLMatcher(self._constraints, grammar) if grammar else None
        if matcher is not None and matcher.is_error():
            raise ModelError(f"the constraint engine refuses the grammar: {matcher.get_error()}")
        cache, out, scores = None, list[int](), list[float]()
        end = self._tokenizer.eos_token_id
        with torch.inference_mode():
            for _ in range(most):
                step = self._model(input_ids=ids, past_key_values=cache, use_cache=True)
                cache, logits = step.past_key_values, step.logits[0, -1].float()
                token, score = _pick(logits, matcher)
                if token == end:
                    break
                out.append(token)
                scores.append(score)
                forced = _forced(matcher, token)
                if forced is None:
                    break
                out += forced
                scores += [0.0] * len(forced)
                ids = torch.tensor([[token, *forced]])
        return out, scores

    def stream(self, request: Any) -> Iterator[Any]:
        """The whole answer as one stream of events."""
        from dspy.lm15 import response_to_events

        yield from response_to_events(self.complete(request))

    def close(self) -> None:
        """Nothing to release before the object goes."""

    def dump_state(self) -> dict[str, Any]:
        """Where the model stands."""
        return {"path": str(self.path)}

    @classmethod
    def load_state(cls, state: dict[str, Any]) -> LocalEngine:
        """The engine of a saved state."""
        return cls(Path(state["path"]))

    def __deepcopy__(self, memo: dict[int, Any]) -> LocalEngine:
        return self


def _forced(matcher: Any, token: int) -> list[int] | None:
    """Tokens that the grammar forces after `token`, which cost no pass of their own; None at the end."""
    if matcher is None:
        return []
    if not matcher.consume_token(token) or matcher.is_stopped():
        return None
    forced: list[int] = matcher.compute_ff_tokens()
    matcher.consume_tokens(forced)
    return None if matcher.is_stopped() and not forced else forced


def _pick(logits: Any, matcher: Any) -> tuple[int, float]:
    """The likeliest allowed token and its log-probability among the allowed."""
    import numpy as np
    import torch

    if matcher is not None:
        allowed = np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8)[: logits.shape[0]] > 0
        logits = logits.masked_fill(~torch.from_numpy(allowed), float("-inf"))
    token = int(logits.argmax())
    return token, float(logits.log_softmax(-1)[token])
