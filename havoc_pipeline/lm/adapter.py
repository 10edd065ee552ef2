"""From a stage's signature and inputs to HAVOC's prompt of symbols, and from its answer to the type.

One `Writer` a task: which prompts to send, which options each has, and how the probabilities that
come back make the typed output. A plan's alternatives travel as further completions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dspy

from havoc_pipeline.errors import ModelError
from havoc_pipeline.lm.engine import SEPARATOR, HavocEngine
from havoc_pipeline.lm.reading import read
from havoc_pipeline.lm.symbols import LEVELS, VERDICTS
from havoc_pipeline.signatures.drafts import ClaimDraft, DebateDraft, WeighedPlan, WeighedVerdict
from havoc_pipeline.signatures.types import Claim, FindingView, Mode, ResultView

MOST_ALTERNATIVES, MOST_FINDINGS = 6, 16
SIDES = ("<pro>", "<con>")


class HavocAdapter(dspy.Adapter):  # type: ignore[misc]
    """Speaks to a `HavocEngine`; other models take `lm.general.GeneralAdapter`."""

    def __call__(
        self, lm: Any, lm_kwargs: dict[str, Any], signature: Any, demos: list[dict[str, Any]], inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Ask the model for one stage's output.

        Raises
        ------
        ModelError
            When the LM is not HAVOC's own, or the stage is none that it answers.
        """
        ask = Asker(lm)
        output = next(iter(signature.output_fields))
        if output not in _WRITERS:
            raise ModelError(f"HAVOC's own model gives {', '.join(_WRITERS)}, not `{output}`")
        return _WRITERS[output](ask, inputs)

    async def acall(
        self, lm: Any, lm_kwargs: dict[str, Any], signature: Any, demos: list[dict[str, Any]], inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The same from async code; the model runs in a worker thread."""
        import asyncio

        return await asyncio.to_thread(self, lm, lm_kwargs, signature, demos, inputs)


class Asker:
    """Sends canonical requests to one LM."""

    def __init__(self, lm: Any) -> None:
        if not isinstance(lm.engine, HavocEngine):
            raise ModelError(f"`{lm.model}` is not HAVOC's own model; use GeneralAdapter with it")
        self._lm, self.engine = lm, lm.engine

    def __call__(self, prompt: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What the engine gives back beside the text."""
        from dspy.lm15 import Config, Message, Request

        request = Request(
            model=self._lm.model, messages=(Message.user(prompt),), config=Config(extensions={"havoc": asked})
        )
        answer: dict[str, Any] = self._lm(request).provider_data["havoc"]
        return answer

    def choose(self, prompt: str, options: Sequence[str]) -> dict[str, float]:
        """Probability of each option after the prompt."""
        found: dict[str, float] = self(prompt, {"options": list(options)})["probabilities"]
        return found


def _plan(ask: Asker, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    subject = inputs["subject"]
    key = ask.engine.open_case(subject.question, subject.table, subject.links)
    excluded = [text.split(SEPARATOR) for text in inputs.get("excluded", ())]
    found = ask(read(subject.links, subject.table).text, {"plan": key, "most": MOST_ALTERNATIVES, "excluded": excluded})
    return [{"plan": WeighedPlan(text=plan["text"], probability=plan["probability"], confidence=found["confidence"])}
            for plan in found["plans"]]  # fmt: skip


def _mode(ask: Asker, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    subject = inputs["subject"]
    text = read(subject.links, subject.table, task="mode").text
    options = tuple(f"<{level}>" for level in LEVELS)
    difficulty, risk = (_best(ask.choose(f"{text} {mark}", options))[0][1:-1] for mark in ("<check>", "<answer>"))
    return [{"mode": Mode(domain=None, difficulty=difficulty, risk=risk)}]  # type: ignore[arg-type]


def _argue(ask: Asker, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each finding is put on a side; the claim is the finding's own sentence."""
    sides: dict[str, list[ClaimDraft]] = {side: [] for side in SIDES}
    for result in inputs["results"]:
        own = [f for f in inputs["findings"] if f.result == result.name][:MOST_FINDINGS]
        head = argue_head(result, own)
        for place, finding in enumerate(own, 1):
            side, _ = _best(ask.choose(f"{head} <K{place}>", SIDES))
            sides[side].append(ClaimDraft.model_construct(text=finding.statement, evidence=[finding.id]))
    debate = DebateDraft.model_construct(pro=sides["<pro>"], con=sides["<con>"])
    return [{"debate": debate}]


def argue_head(result: ResultView, findings: Sequence[FindingView]) -> str:
    """The prompt of ARGUE up to the finding that is asked about."""
    listed = " ".join(f"<K{place}> <{finding.status}>" for place, finding in enumerate(findings, 1))
    return " ".join(filter(None, [f"<argue> {result.command.name} {_decision(result)}", listed, "<cmd>"]))


def _arbiter(ask: Asker, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The worst verdict over the results; the claims against it are the reasons."""
    status = {finding.id: finding.status for finding in inputs["findings"]}
    weighed = []
    for result in inputs["results"]:
        pro, con = (_statuses(claims, result, status) for claims in (inputs["debate"].pro, inputs["debate"].con))
        options = tuple(f"<{verdict}>" for verdict in VERDICTS)
        weighed.append(_best(ask.choose(arbiter_prompt(result, pro, con), options)))
    option, probability = max(weighed, key=lambda pair: (VERDICTS.index(pair[0][1:-1]), pair[1]))
    return [{"verdict": WeighedVerdict(decision=option[1:-1], reasons=[], probability=probability)}]  # type: ignore[arg-type]


def arbiter_prompt(result: ResultView, pro: Sequence[str], con: Sequence[str]) -> str:
    """The prompt of ARBITER: the statuses of the findings on each side."""
    sides = ["<pro>", *(f"<{status}>" for status in pro), "<con>", *(f"<{status}>" for status in con)]
    return f"<arbiter> {result.command.name} {_decision(result)} {' '.join(sides)} <cmd>"


def _statuses(claims: Sequence[Claim], result: ResultView, status: Mapping[str, str]) -> list[str]:
    cited = (identifier for claim in claims for identifier in claim.evidence)
    return [status[i] for i in cited if i in status and i.rsplit(".", 1)[0] == result.name][:MOST_FINDINGS]


def _decision(result: ResultView) -> str:
    return f"<{result.decision.replace(' ', '_')}>"


def _best(shares: Mapping[str, float]) -> tuple[str, float]:
    return max(shares.items(), key=lambda pair: pair[1])


# By the output's name: a signature that was optimised or loaded has lost its class's name.
_WRITERS: dict[str, Callable[[Asker, Mapping[str, Any]], list[dict[str, Any]]]] = {
    "plan": _plan, "mode": _mode, "debate": _argue, "verdict": _arbiter,
}  # fmt: skip
