"""HAVOC-mini as a planner: a question over a table in, the likeliest plans out.

In process, in numpy, without PyTorch. What comes out always parses, and names columns that exist
and fit, because the search runs over the grammar of this one question.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from llguidance import LLTokenizer
from numpy.typing import NDArray

from havoc_pipeline.dsl.check import check
from havoc_pipeline.dsl.command import Command, Refusal
from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.errors import CommandError, HavocError, ModelError
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.linking.mentions import Links
from havoc_pipeline.lm.nearest import NearestPhrases
from havoc_pipeline.lm.plan_grammar import plan_grammar
from havoc_pipeline.lm.reader import Reader
from havoc_pipeline.lm.reading import Reading, read
from havoc_pipeline.lm.search import Found, likeliest
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model.identity import SHIPPED as SHIPPED
from havoc_pipeline.model.runtime import HavocRuntime
from havoc_pipeline.tables import Table
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from havoc_pipeline.tools.registry import all_tools

SEARCHED = 40
"""Finished plans looked at before the search ends."""
ENOUGH = 0.995
"""Probability covered by the plans found at which the search ends early."""


@dataclass(frozen=True)
class Proposal:
    """A plan the model proposes.

    Attributes
    ----------
    steps : tuple of Command or Refusal
        Parsed and checked against the table.
    commands : tuple of str
        The same as DSL text.
    probability : float
        Under the model's distribution over the plans that fit the table.
    symbols : str
        The model's answer in pointers.
    decisions : tuple of float
        Log-probability of each decision.
    """

    steps: tuple[Command | Refusal, ...]
    commands: tuple[str, ...]
    probability: float
    symbols: str
    decisions: tuple[float, ...] = ()

    @property
    def refusal(self) -> str | None:
        """The reason, when the plan declines."""
        return self.steps[0].reason if isinstance(self.steps[0], Refusal) else None


class Planner:
    """A HAVOC-mini checkpoint with its tokenizer and calibration, ready to plan.

    One thread at a time may use a planner, unless its runtime is a server.

    Parameters
    ----------
    path : Path
        Checkpoint folder.
    runtime : Reader, optional
        What computes probabilities; the checkpoint's own weights in process when left out.
    """

    def __init__(self, path: Path, runtime: Reader | None = None) -> None:
        if not (path / "model.safetensors").is_file():
            raise ModelError(f"no HAVOC model at {path}; it needs config.json, model.safetensors and tokenizer.json")
        self.path = path
        self._runtime: Reader = runtime or HavocRuntime.load(path)
        self.tokenizer = MiniTokenizer(path / "tokenizer.json")
        if self.tokenizer.size > self._runtime.vocab_size:
            raise ModelError(f"the tokenizer at {path} has {self.tokenizer.size} tokens, the model "
                             f"{self._runtime.vocab_size}; use the tokenizer saved with the model")  # fmt: skip
        self._end = self.tokenizer.ids[END]

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """The planner of a checkpoint folder; the shipped HAVOC-mini when left out."""
        return cls(path or SHIPPED)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights, which names the model in records and caches."""
        return hashlib.sha256((self.path / "model.safetensors").read_bytes()).hexdigest()

    @cached_property
    def card(self) -> dict[str, Any]:
        """What the checkpoint says of itself: tasks trained on, temperature, calibration."""
        path = self.path / "havoc.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    @cached_property
    def _constraints(self) -> LLTokenizer:
        inner = self.tokenizer.inner.to_str()
        return LLTokenizer(inner, n_vocab=self._runtime.vocab_size, eos_token=self._end)

    def propose(
        self, question: str, table: Table | None, links: Links | None = None, *, most: int = 6
    ) -> list[Proposal]:
        """The likeliest plans, best first.

        Parameters
        ----------
        question : str
        table : Table or None
        links : Links, optional
            What `ground` found, when it is known already.
        most : int
            How many plans at most.

        Returns
        -------
        list of Proposal
            At least one: a refusal always fits.
        """
        links = links if links is not None else ground(question, table)
        reading = read(links, table)
        kept: dict[tuple[str, ...], Proposal] = {}
        covered = 0.0
        for looked, found in enumerate(self._search(reading, self._first_bias(links, table))):
            covered += math.exp(found.log_probability)
            proposal = self._proposal(found, reading, table)
            if proposal is not None:
                kept.setdefault(proposal.commands, proposal)
            if len(kept) >= most or looked + 1 >= SEARCHED or covered > ENOUGH:
                break
        ranked = _from_the_first_that_runs(list(kept.values()), table)
        total = sum(p.probability for p in ranked) + max(0.0, 1 - covered)
        return [_rescaled(p, 1 / total) for p in ranked] or [_unsure()]

    @cached_property
    def _phrases(self) -> NearestPhrases | None:
        path = self.path / "phrases.npz"
        return NearestPhrases(path) if path.is_file() else None

    def _first_bias(self, links: Links, table: Table | None) -> NDArray[np.float32]:
        """What the nearest phrasings say of the first decision, and how much the card holds refusals back, (V,).

        A refusal is one short sentence; plans share their probability among many columns and options.
        """
        weight = float(self.card.get("fusion", 0.0))
        bias = np.zeros(self._runtime.vocab_size, np.float32)
        if weight and self._phrases is not None:
            bias = self._phrases.bias(links, table, self.tokenizer.ids, self._runtime.vocab_size, weight)
        bias[self.tokenizer.ids["REFUSE"]] -= float(self.card.get("refusal_penalty", 0.0))
        return bias

    def _search(self, reading: Reading, bias: NDArray[np.float32]) -> Iterator[Found]:
        grammar = plan_grammar(all_tools().values(), reading, self.tokenizer.ids)
        prompt = self.tokenizer.encode(reading.text)[-self._room :]
        temperature = float(self.card.get("temperature", 1.0))
        return likeliest(self._runtime, self._constraints, prompt, grammar, self._end,
                         temperature=temperature, first_bias=bias)  # fmt: skip

    @property
    def _room(self) -> int:
        """Tokens of a prompt that leave room for the answer; a longer prompt loses its beginning."""
        return self._runtime.max_length - 64

    def _proposal(self, found: Found, reading: Reading, table: Table | None) -> Proposal | None:
        """The plan in the DSL; None when it does not hold together over this table."""
        symbols = self.tokenizer.spell(found.ids)
        try:
            steps = parse_plan(reading.spell(symbols))
            for place, step in enumerate(steps):
                if isinstance(step, Command):
                    check(step, table, steps=place)
                    _refuse_repeats(step)
                    _refuse_idle_filters(step, table)
        except CommandError:
            return None
        return Proposal(tuple(steps), tuple(map(str, steps)), math.exp(found.log_probability), symbols, found.steps)

    def choose(self, prompt: str, options: Sequence[str]) -> list[float]:
        """Probability of each option (a symbol) after a prompt of symbols; they sum to 1."""
        ids = [self.tokenizer.ids[option] for option in options]
        state = self._runtime.prefill(self.tokenizer.encode(prompt)[-self._room :])
        scores = state.logits_of(ids)[0]
        return np.exp(scores - np.logaddexp.reduce(scores)).tolist()  # type: ignore[no-any-return]

    def confidence(self, question: str, table: Table | None, links: Links, proposals: Sequence[Proposal]) -> float:
        """Probability that the best plan is the one meant, calibrated on questions held out of training."""
        from havoc_pipeline.lm.confidence import calibrated, features, held_back

        values = features(links, table, proposals)
        return held_back(calibrated(values, self.card.get("confidence")), values)


def _refuse_repeats(command: Command) -> None:
    """The same column in two roles makes no sense in any command."""
    named = [str(value) for key, value in command.arguments.items() if key not in ("alpha", "first")]
    columns = [name for name in named if not name.replace(".", "").isdigit()]
    if len(set(columns)) < len(columns):
        raise CommandError("a column stands in two roles of one command")
    for value in command.arguments.values():
        if isinstance(value, tuple) and len(set(map(str, value))) < len(value):
            raise CommandError("a column stands twice in one list")
    for condition in command.where:
        if isinstance(condition.value, tuple) and len(set(condition.value)) < len(condition.value):
            raise CommandError("a level stands twice in one condition")


def _refuse_idle_filters(command: Command, table: Table | None) -> None:
    """A filter that names every level of a column keeps every row, so nobody asks for it."""
    for condition in command.where:
        if table is not None and isinstance(condition.value, tuple):
            levels = set(table.column(condition.column.text).levels)
            if levels <= {str(level) for level in condition.value}:
                raise CommandError("a filter keeps every row")


def _from_the_first_that_runs(proposals: list[Proposal], table: Table | None) -> list[Proposal]:
    """The proposals without leading ones whose parameters do not go together, as the tool itself says."""
    for place, proposal in enumerate(proposals):
        try:
            execute([step for step in proposal.steps if isinstance(step, Command)], table)
        except CommandError:
            continue
        except HavocError:
            pass  # The data do not allow it, or mathematics fails: that is the answer, not a reason to ask another.
        return proposals[place:]
    return []


def _rescaled(proposal: Proposal, factor: float) -> Proposal:
    return Proposal(
        proposal.steps, proposal.commands, proposal.probability * factor, proposal.symbols, proposal.decisions
    )


def _unsure() -> Proposal:
    refusal = Refusal("ambiguous")
    return Proposal((refusal,), (str(refusal),), 0.0, str(refusal))
