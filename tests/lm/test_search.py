"""Best-first search finds the sentences of a grammar in the order of their probability."""

from pathlib import Path

import numpy as np
import pytest
import torch
from llguidance import LLMatcher, LLTokenizer

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm import search
from havoc_pipeline.lm.planner import SHIPPED
from havoc_pipeline.lm.search import likeliest
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model import HavocForCausalLM, HavocRuntime, preset
from havoc_pipeline.tokenizer.mini import MiniTokenizer

WORDS = ("greater", "less", "two-sided")
METHODS = ("pearson", "spearman")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> HavocRuntime:
    torch.manual_seed(3)
    folder: Path = tmp_path_factory.mktemp("toy")
    config = preset("toy")
    config.vocab_size = MiniTokenizer(SHIPPED / "tokenizer.json").size
    model = HavocForCausalLM(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(4.0)
    model.save_pretrained(folder)
    return HavocRuntime.load(folder)


def log_p(runtime: HavocRuntime, prompt: list[int], allowed: list[list[int]], path: list[int]) -> float:
    """Log-probability of a path by plain forward passes, each step among what is allowed there."""
    total, read = 0.0, list(prompt)
    for options, token in zip(allowed, path, strict=True):
        scores = runtime.prefill(read).logits_of(options)[0]
        total += float(scores[options.index(token)] - np.logaddexp.reduce(scores))
        read.append(token)
    return total


def test_order_and_probabilities_equal_brute_force(runtime: HavocRuntime) -> None:
    made = MiniTokenizer(SHIPPED / "tokenizer.json")
    ids, prompt = made.ids, made.encode("<plan> is it higher <cmd>")
    words, methods = sorted(ids[w] for w in WORDS), sorted(ids[m] for m in METHODS)
    one_of = ["<[" + ",".join(map(str, numbers)) + "]>" for numbers in (words, methods)]
    grammar = f"start: w m <[{ids[END]}]>\nw: {one_of[0]}\nm: {one_of[1]}"
    constraint = LLTokenizer(made.inner.to_str(), n_vocab=runtime.vocab_size, eos_token=ids[END])
    found = list(likeliest(runtime, constraint, prompt, grammar, ids[END]))
    paths = [(w, m) for w in words for m in methods]
    expected = {p: log_p(runtime, prompt, [words, methods], list(p)) for p in paths}
    assert [f.ids for f in found] == sorted(paths, key=lambda p: -expected[p])
    for entry in found:
        assert entry.log_probability == pytest.approx(expected[entry.ids], abs=1e-4)  # type: ignore[index]
    assert sum(np.exp(f.log_probability) for f in found) == pytest.approx(1.0, abs=1e-5)


def test_a_bias_moves_the_first_decision_only(runtime: HavocRuntime) -> None:
    made = MiniTokenizer(SHIPPED / "tokenizer.json")
    ids = made.ids
    words = sorted(ids[w] for w in WORDS)
    grammar = f"start: w w <[{ids[END]}]>\nw: <[{','.join(map(str, words))}]>"
    constraint = LLTokenizer(made.inner.to_str(), n_vocab=runtime.vocab_size, eos_token=ids[END])
    bias = np.zeros(runtime.vocab_size, np.float32)
    bias[words[1]] = 50.0
    first = next(likeliest(runtime, constraint, made.encode("<cmd>"), grammar, ids[END], first_bias=bias))
    plain = {f.ids: f for f in likeliest(runtime, constraint, made.encode("<cmd>"), grammar, ids[END])}
    assert first.ids[0] == words[1]
    assert first.steps[1] == pytest.approx(plain[first.ids].steps[1], abs=1e-5)


def test_a_broken_grammar_is_refused(runtime: HavocRuntime) -> None:
    made = MiniTokenizer(SHIPPED / "tokenizer.json")
    constraint = LLTokenizer(made.inner.to_str(), n_vocab=runtime.vocab_size, eos_token=made.ids[END])
    with pytest.raises(ModelError, match="refuses the grammar"):
        next(likeliest(runtime, constraint, made.encode("<cmd>"), "start: nowhere", made.ids[END]))


def test_a_grammar_is_compiled_once(runtime: HavocRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    made = MiniTokenizer(SHIPPED / "tokenizer.json")
    ids = made.ids
    grammar = f"start: <[{ids['greater']},{ids['less']}]> <[{ids[END]}]>"
    constraint = LLTokenizer(made.inner.to_str(), n_vocab=runtime.vocab_size, eos_token=ids[END])
    compiled = list[str]()
    monkeypatch.setattr(search, "LLMatcher", Counted(compiled))
    prompts = [made.encode(text) for text in ("<plan> is it higher <cmd>", "<plan> is it lower <cmd>")]
    found = [list(likeliest(runtime, constraint, prompt, grammar, ids[END])) for prompt in prompts]
    assert compiled == [grammar]
    assert [{one.ids for one in each} for each in found] == [{(ids["greater"],), (ids["less"],)}] * 2


class Counted:
    """llguidance's matcher, which notes what it compiles."""

    def __init__(self, compiled: list[str]) -> None:
        self._compiled = compiled

    def __call__(self, tokenizer: LLTokenizer, grammar: str) -> LLMatcher:
        return LLMatcher(tokenizer, grammar)

    def grammar_from_lark(self, text: str) -> str:
        self._compiled.append(text)
        return str(LLMatcher.grammar_from_lark(text))
