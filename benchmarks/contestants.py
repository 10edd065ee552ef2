"""The engines that `benchmarks.serving` compares, each alone in a process and on one thread.

    python -m benchmarks.contestants KIND FOLDER

reads one JSON object a line, `{"task": "write", "prompts": [[…]], "steps": 64}`, does it and answers
`{"seconds": …, "wall": …, "tokens": [[…]]}`: processor seconds of all its threads, and elapsed ones.
The first line it writes says whether it is there at all.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

Ids = list[int]


class Contestant:
    """Greedy decoding of one checkpoint; whatever an engine does not do raises `NotImplementedError`."""

    def write(self, prompts: list[Ids], steps: int) -> list[Ids]:
        """Exactly `steps` greedy tokens after each prompt."""
        raise NotImplementedError

    def first(self, prefix: Ids, tail: Ids) -> list[Ids]:
        """The first token after prefix and tail; the prefix is read only if it is not the last one."""
        raise NotImplementedError

    def typed(self, prompt: Ids, grammar: str, tokenizer: str, end: int) -> list[Ids]:
        """The greedy sentence of a grammar over token numbers, without its end mark."""
        raise NotImplementedError


class Vllm(Contestant):
    """vLLM in process, with the settings of `havoc serve`; the architecture is the folder's."""

    def __init__(self, folder: Path) -> None:
        from vllm import LLM, SamplingParams

        self._sampling = SamplingParams
        self._llm = LLM(str(folder), skip_tokenizer_init=True, dtype="float32", max_num_seqs=64, seed=0,
                        enforce_eager=True, enable_prefix_caching=True, block_size=32)  # fmt: skip

    def write(self, prompts: list[Ids], steps: int) -> list[Ids]:
        asked = self._sampling(max_tokens=steps, temperature=0.0, detokenize=False, ignore_eos=True)
        done = self._llm.generate([{"prompt_token_ids": ids} for ids in prompts], asked, use_tqdm=False)
        return [list(output.outputs[0].token_ids) for output in done]

    def first(self, prefix: Ids, tail: Ids) -> list[Ids]:
        return self.write([prefix + tail], 1)


class Embedded(Contestant):
    """HAVOC's own runtime in numpy; it answers one question after another."""

    def __init__(self, folder: Path) -> None:
        from havoc_pipeline.model.runtime import HavocRuntime

        self._runtime = HavocRuntime.load(folder)
        self._known: tuple[Ids, Any] | None = None

    def write(self, prompts: list[Ids], steps: int) -> list[Ids]:
        return [self._one(prompt, steps) for prompt in prompts]

    def _one(self, prompt: Ids, steps: int) -> Ids:
        state = self._runtime.prefill(prompt)
        found = [int(state.logits.argmax())]
        while len(found) < steps:
            state = self._runtime.extend(state, [[found[-1]]])
            found.append(int(state.logits.argmax()))
        return found

    def first(self, prefix: Ids, tail: Ids) -> list[Ids]:
        if self._known is None or self._known[0] != prefix:
            self._known = (prefix, self._runtime.prefill(prefix))
        return [[int(self._runtime.extend(self._known[1], [tail]).logits.argmax())]]

    def typed(self, prompt: Ids, grammar: str, tokenizer: str, end: int) -> list[Ids]:
        """Forced tokens are read together with the next choice, whose candidates alone are scored."""
        matcher, state = self._matcher(grammar, tokenizer, end), self._runtime.prefill(prompt)
        found, unread = Ids(), Ids()
        while not found or found[-1] != end:
            forced = matcher.compute_ff_tokens()
            if not forced:
                state = self._runtime.extend(state, [unread]) if unread else state
                allowed, unread = allowed_by(matcher, self._runtime.vocab_size), Ids()
                forced = [int(allowed[state.logits_of(allowed)[0].argmax()])]
            matcher.consume_tokens(forced)
            found, unread = found + forced, unread + forced
        return [found[:-1]]

    def _matcher(self, grammar: str, tokenizer: str, end: int) -> Any:
        return matcher_of(grammar, tokenizer, end, self._runtime.vocab_size)


class Transformers(Contestant):
    """transformers' own Llama and its `generate`, with its cache of keys and values."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM

        torch.set_num_threads(1)
        self._torch = torch
        self._model = AutoModelForCausalLM.from_pretrained(folder).float().eval()
        self._model.generation_config.eos_token_id = None  # As vLLM's `ignore_eos`.
        self._known: tuple[Ids, Any] | None = None

    def write(self, prompts: list[Ids], steps: int) -> list[Ids]:
        return self._generate(prompts, max_new_tokens=steps, min_new_tokens=steps)

    def _generate(self, prompts: list[Ids], **options: Any) -> list[Ids]:
        ids = self._torch.tensor(prompts)
        with self._torch.inference_mode():
            done = self._model.generate(ids, attention_mask=self._torch.ones_like(ids), do_sample=False, **options)
        return [row[len(prompts[0]) :] for row in done.tolist()]

    def first(self, prefix: Ids, tail: Ids) -> list[Ids]:
        with self._torch.inference_mode():
            if self._known is None or self._known[0] != prefix:
                read = self._model(self._torch.tensor([prefix]), logits_to_keep=1)
                self._known = (prefix, read.past_key_values)
            cache = self._known[1]
            logits = self._model(self._torch.tensor([tail]), past_key_values=cache, logits_to_keep=1).logits
            cache.crop(len(prefix))
        return [[int(logits[0, -1].argmax())]]

    def typed(self, prompt: Ids, grammar: str, tokenizer: str, end: int) -> list[Ids]:
        """A mask of the grammar before every token, as constraint libraries give it to `generate`."""
        size = int(self._model.config.vocab_size)
        masks = _Masks(matcher_of(grammar, tokenizer, end, size), len(prompt), size)
        (row,) = self._generate(
            [prompt], max_new_tokens=400, logits_processor=[masks], eos_token_id=end, pad_token_id=end
        )
        return [row[:-1]]


class _Masks:
    """A logits processor over a grammar's matcher."""

    def __init__(self, matcher: Any, length: int, size: int) -> None:
        self._matcher, self._read, self._size = matcher, length, size

    def __call__(self, ids: Any, scores: Any) -> Any:
        import torch

        if ids.shape[1] > self._read:
            self._matcher.consume_token(int(ids[0, -1]))
            self._read = ids.shape[1]
        closed = torch.ones(self._size, dtype=torch.bool)
        closed[torch.from_numpy(allowed_by(self._matcher, self._size))] = False
        return scores.masked_fill(closed, float("-inf"))


class LlamaCpp(Contestant):
    """llama.cpp through llama-cpp-python, on the GGUF export in float32, one sequence at a time."""

    def __init__(self, folder: Path) -> None:
        from llama_cpp import Llama

        from havoc_pipeline.export.gguf_file import export_gguf

        self._kept = ExitStack()
        made = Path(self._kept.enter_context(TemporaryDirectory()))
        file = export_gguf(folder, made / "checkpoint.gguf", dtype="f32")
        self._llm = Llama(str(file), n_ctx=512, n_batch=512, n_threads=1, n_threads_batch=1, type_k=0, type_v=0,
                          verbose=False)  # fmt: skip

    def write(self, prompts: list[Ids], steps: int) -> list[Ids]:
        return [self._one(prompt, steps) for prompt in prompts]

    def _one(self, prompt: Ids, steps: int) -> Ids:
        greedy: Iterator[int] = self._llm.generate(prompt, top_k=1, temp=0.0, repeat_penalty=1.0, reset=True)
        return [token for token, _ in zip(greedy, range(steps), strict=False)]


KINDS: dict[str, Callable[[Path], Contestant]] = {
    "vllm": Vllm, "embedded": Embedded, "transformers": Transformers, "llama.cpp": LlamaCpp,
}  # fmt: skip


def matcher_of(grammar: str, tokenizer: str, end: int, size: int) -> Any:
    """llguidance's matcher; made anew for every answer, since compiling belongs to it."""
    from llguidance import LLMatcher, LLTokenizer

    if (tokenizer, size) not in _TOKENIZERS:
        _TOKENIZERS[tokenizer, size] = LLTokenizer(tokenizer, n_vocab=size, eos_token=end)
    matcher = LLMatcher(_TOKENIZERS[tokenizer, size], LLMatcher.grammar_from_lark(grammar))
    if matcher.is_error():
        raise SystemExit(f"the constraint engine refuses the grammar: {matcher.get_error()}")
    return matcher


_TOKENIZERS: dict[tuple[str, int], Any] = {}


def allowed_by(matcher: Any, size: int) -> Any:
    """Token numbers that the grammar allows next."""
    import numpy as np

    return np.flatnonzero(np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8)[:size])


def serve(
    contestant: Contestant, lines: Sequence[str] | Iterator[str], answer: Callable[[dict[str, Any]], None]
) -> None:
    """Do one task after another."""
    for line in lines:
        asked = json.loads(line)
        work = getattr(contestant, asked.pop("task"))
        started, spent = time.perf_counter(), time.process_time()
        tokens = work(**asked)
        spent, wall = time.process_time() - spent, time.perf_counter() - started
        answer({"seconds": spent, "wall": wall, "tokens": tokens})


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    sink = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print is no answer.

    def answer(told: dict[str, Any]) -> None:
        sink.write(json.dumps(told) + "\n")
        sink.flush()

    try:
        contestant = KINDS[kind](folder)
    except ModuleNotFoundError as error:
        answer({"absent": f"not installed here: {error.name}"})
        return
    answer({})
    serve(contestant, sys.stdin, answer)


if __name__ == "__main__":
    main()
