"""The likeliest sentences of a grammar under the model: best-first search, exact in order.

A partial answer's log-probability never rises, so the first finished one taken from the queue is the
likeliest of all, the next the second, and so on. Tokens that the grammar forces cost no decision:
they are read together with the next choice.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from numpy.typing import NDArray

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.reader import Reader, ReadState

MOST_DECISIONS = 480
"""Decisions after which a search ends, whatever it has found."""
GRAMMARS_KEPT = 64
"""Compiled grammars kept, the latest used."""


@dataclass(frozen=True)
class Found:
    """A finished answer: its tokens without the end mark, and its log-probability."""

    ids: tuple[int, ...]
    log_probability: float
    steps: tuple[float, ...] = ()
    """Log-probability of each decision."""


@dataclass(order=True)
class _Partial:
    cost: float
    order: int
    ids: tuple[int, ...] = field(compare=False)
    unread: tuple[int, ...] = field(compare=False)
    state: ReadState = field(compare=False)
    matcher: LLMatcher = field(compare=False)
    """Of the tokens before `unseen`, which few partial answers live to need: shared until one grows."""
    unseen: tuple[int, ...] = field(compare=False, default=())
    steps: tuple[float, ...] = field(compare=False, default=())


def likeliest(
    runtime: Reader, tokenizer: LLTokenizer, prompt: Sequence[int], grammar: str, end: int, *,
    temperature: float = 1.0, first_bias: NDArray[np.float32] | None = None,
) -> Iterator[Found]:  # fmt: skip
    """Yield the grammar's sentences after `prompt`, likeliest first.

    Parameters
    ----------
    runtime : Reader
    tokenizer : LLTokenizer
        The constraint engine's view of the vocabulary.
    prompt : sequence of int
        Token numbers.
    grammar : str
        Lark text over token numbers whose sentences end with `end`.
    end : int
        Token number of the end mark.
    temperature : float
        Divides the logits.
    first_bias : float array, shape (V,), optional
        Added to the log-probabilities of the first decision.

    Yields
    ------
    Found

    Raises
    ------
    ModelError
        When the grammar is refused by the constraint engine.
    """
    order = count()
    queue = [_Partial(0.0, next(order), (), (), runtime.prefill(list(prompt)), _compiled(tokenizer, grammar))]
    decisions = 0
    while queue and decisions < MOST_DECISIONS:
        best = heapq.heappop(queue)
        if best.ids and best.ids[-1] == end:
            yield Found(best.ids[:-1], -best.cost, best.steps)
            continue
        decisions += 1
        bias = first_bias if not best.steps else None
        for grown in _grown(runtime, best, end, temperature, bias, order):
            heapq.heappush(queue, grown)


@lru_cache(maxsize=GRAMMARS_KEPT)
def _compiled(tokenizer: LLTokenizer, grammar: str) -> LLMatcher:
    """The grammar compiled, before its first token; copy it. Tables and questions of one shape share it."""
    matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_lark(grammar))
    if matcher.is_error():
        raise ModelError(f"the constraint engine refuses the grammar: {matcher.get_error()}")
    return matcher


def _grown(
    runtime: Reader, partial: _Partial, end: int, temperature: float, bias: NDArray[np.float32] | None,
    order: Iterator[int],
) -> Iterator[_Partial]:  # fmt: skip
    """The partial answer after its next decision, one for each allowed token."""
    matcher = partial.matcher.deep_copy()
    matcher.consume_tokens(list(partial.unseen))
    forced = tuple(matcher.compute_ff_tokens())
    if forced:
        ids, unread = (*partial.ids, *forced), (*partial.unread, *forced)
        yield _Partial(partial.cost, next(order), ids, unread, partial.state, matcher, forced, partial.steps)
        return
    state = runtime.extend(partial.state, [list(partial.unread)]) if partial.unread else partial.state
    allowed = np.flatnonzero(np.frombuffer(matcher.compute_logit_bias(), dtype=np.uint8))
    allowed = allowed[allowed < runtime.vocab_size]
    scores = state.logits_of(allowed)[0] / temperature
    log_p = scores - np.logaddexp.reduce(scores)
    if bias is not None:
        mixed = log_p + bias[allowed]
        log_p = mixed - np.logaddexp.reduce(mixed)
    for token, step in zip(allowed.tolist(), log_p.tolist(), strict=True):
        yield _Partial(partial.cost - step, next(order), (*partial.ids, token), (token,), state, matcher, (token,),
                       (*partial.steps, step))  # fmt: skip
