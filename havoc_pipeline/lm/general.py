"""Any other language model: JSON after the typed output's schema, and plans as text under a grammar.

Where the server or engine takes a grammar (vLLM's structured outputs, a model in process), the plan
is decoded over this table's own headers. Where it does not, the plan's text is parsed afterwards.
"""

from __future__ import annotations

import json
import math
from typing import Any

import dspy

from havoc_pipeline.dsl.decoding import Literals, decoding_grammar
from havoc_pipeline.lm.reading import read
from havoc_pipeline.signatures.drafts import PlanDraft, WeighedPlan
from havoc_pipeline.signatures.subject import Subject

MOST_TOKENS = 300


class GeneralAdapter(dspy.JSONAdapter):  # type: ignore[misc]
    """JSON adapter whose plan is decoded under the command language's grammar.

    Parameters
    ----------
    constrained : bool
        Whether the model takes a grammar through `structured_outputs`.
    """

    def __init__(self, constrained: bool = False) -> None:
        super().__init__()
        self.constrained = constrained

    def __call__(
        self, lm: Any, lm_kwargs: dict[str, Any], signature: Any, demos: list[dict[str, Any]], inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Ask for one stage's output."""
        if not (self.constrained and _is_plan(signature)):
            found: list[dict[str, Any]] = super().__call__(lm, lm_kwargs, signature, demos, inputs)
            return found
        return [{"plan": _weighed(lm(_request(lm, signature, demos, inputs)))}]

    async def acall(
        self, lm: Any, lm_kwargs: dict[str, Any], signature: Any, demos: list[dict[str, Any]], inputs: dict[str, Any],
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The same from async code."""
        if not (self.constrained and _is_plan(signature)):
            found: list[dict[str, Any]] = await super().acall(lm, lm_kwargs, signature, demos, inputs)
            return found
        return [{"plan": _weighed(await lm.acall(_request(lm, signature, demos, inputs)))}]

    def parse(self, signature: Any, completion: str) -> dict[str, Any]:
        """The typed output of a completion; a plan may also come as bare commands."""
        if _is_plan(signature) and not completion.lstrip().startswith(("{", "```")):
            return {"plan": PlanDraft(text=completion.strip()[:2000])}
        found: dict[str, Any] = super().parse(signature, completion)
        return found


def plan_constraint(subject: Subject) -> str:
    """Lark grammar of the plans that fit a question and its table."""
    from havoc_pipeline.tools.registry import all_tools

    literals = read(subject.links, subject.table).literals
    pick = {
        letter: tuple(dict.fromkeys(v for k, v in literals.items() if k[1] in letter)) for letter in ("N", "D", "FX")
    }
    return decoding_grammar(all_tools().values(), subject.table, Literals(pick["N"], pick["D"], pick["FX"]))


def _is_plan(signature: Any) -> bool:
    return "plan" in signature.output_fields


def _request(lm: Any, signature: Any, demos: list[dict[str, Any]], inputs: dict[str, Any]) -> Any:
    """A canonical request: short prompt, grammar, log-probabilities of the chosen tokens."""
    from dspy.lm15 import Config, Message, Request

    messages = [m for demo in demos if "subject" in demo and "plan" in demo for m in _shown(demo, Message)]
    grammar = {"structured_outputs": {"grammar": plan_constraint(inputs["subject"])}}
    config = Config(max_tokens=MOST_TOKENS, temperature=0.0, logprobs=0, extensions=grammar)
    system = f"{signature.instructions}\n\nCommands:\n{inputs['commands']}\n\nAnswer with the commands alone."
    return Request(model=lm.model, messages=(*messages, Message.user(_question(inputs))), system=system, config=config)


def _shown(demo: dict[str, Any], message: Any) -> list[Any]:
    return [message.user(_question(demo)), message.assistant(demo["plan"].text)]


def _question(inputs: dict[str, Any]) -> str:
    """Columns, then the question: what a small model reads last it follows best."""
    subject: Subject = inputs["subject"]
    columns = [f"- {json.dumps(c.header, ensure_ascii=False)}: {c.kind}"
               + (f", {c.unit}" if c.unit else "") + (f" ({', '.join(c.examples[:4])})" if c.examples else "")
               for c in subject.columns]  # fmt: skip
    parts = [f"Table {subject.table_name}, {subject.rows} rows:", *columns] if columns else ["No table."]
    parts += [f"Not this plan: {text}" for text in inputs.get("excluded", ())]
    parts += [f"The last plan failed: {inputs['feedback']}"] if inputs.get("feedback") else []
    return "\n".join([*parts, f"Question: {subject.question}", "Commands:"])


def _weighed(response: Any) -> WeighedPlan:
    """The plan and, when the model tells log-probabilities, the probability of its text."""
    text = "".join(part.text for part in response.message.parts if part.type == "text").strip()
    logprobs = response.logprobs
    probability = math.exp(min(0.0, sum(token.logprob for token in logprobs))) if logprobs else None
    return WeighedPlan(text=text, probability=probability)
