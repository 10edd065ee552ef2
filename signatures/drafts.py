"""What a language model fills in: bounded forms, since a weak model fills an unbounded list forever.

Bounds stand in nested models because only there do they survive into the schema that constrains
decoding. `programs` turns drafts into the types of `types.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sentence = Annotated[str, Field(max_length=300)]
EvidenceId = Annotated[str, Field(max_length=40)]


class Draft(BaseModel):
    """Frozen base of what a model fills in."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PlanDraft(Draft):
    """Commands of the DSL with `;` between them, or `REFUSE reason=…`."""

    text: str = Field(max_length=2000)


class WeighedPlan(PlanDraft):
    """A plan with what the model thinks of it.

    `probability` is its share among the alternatives, `confidence` the calibrated probability that
    the best one is what was asked; None when the model gives neither.
    """

    probability: float | None = None
    confidence: float | None = None


class ClaimDraft(Draft):
    """One argument; `evidence` holds ids of findings, results and passages."""

    text: Sentence
    evidence: list[EvidenceId] = Field(max_length=4)


class DebateDraft(Draft):
    """Both sides, four claims each at most."""

    pro: list[ClaimDraft] = Field(max_length=4)
    con: list[ClaimDraft] = Field(max_length=4)


class VerdictDraft(Draft):
    """Whether the results carry the conclusion, and why."""

    decision: Literal["stands", "weakened", "falls"]
    reasons: list[Sentence] = Field(max_length=3)


class WeighedVerdict(VerdictDraft):
    """A verdict with the model's probability for it."""

    probability: float | None = None


class AttackDraft(Draft):
    """What a critical reader holds against the answer, three points at most."""

    issues: list[Sentence] = Field(max_length=3)


class WordingDraft(Draft):
    """The answer in words; every number stands as a placeholder such as `{r1.p_value}`."""

    summary: str = Field(max_length=600)
    caveats: list[Sentence] = Field(max_length=4)


class ReplyDraft(Draft):
    """An answer in plain words."""

    text: str = Field(max_length=600)
