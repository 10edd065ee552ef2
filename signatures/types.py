"""What the stages hand to each other: typed, frozen, and JSON all the way.

`Answer` is what `havoc ask --json` prints; its JSON schema stands in `docs/answer.schema.json`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Family = Literal["describe", "hypothesis", "regression", "doe", "spc", "capability", "mathematics"]
Scale = Literal["low", "medium", "high"]
Status = Literal["answered", "unsure", "refused"]
Decision = Literal["supported", "not supported", "inconclusive", "informative"]
CheckStatus = Literal["pass", "warn", "fail", "note"]


class Typed(BaseModel):
    """Frozen base: no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Mode(Typed):
    """What kind of question it is."""

    domain: Family | None = None
    difficulty: Scale = "low"
    risk: Scale = "low"


class Passage(Typed):
    """A passage of the handbook or of the user's documents that bears on the question."""

    id: str = Field(max_length=200)
    document: str
    page: int | None = None
    section: str = ""
    text: str
    score: float


class Method(Typed):
    """A command whose handbook page and sample questions lie near the question."""

    command: str
    strength: float


class Link(Typed):
    """A span of the question and what it was taken to mean; rivals follow the best reading."""

    text: str
    start: int
    end: int
    kind: Literal["column", "level", "number", "date", "formula", "list"]
    meaning: str
    columns: tuple[str, ...] = ()
    score: float = 1.0
    rivals: tuple[str, ...] = ()


class Grounding(Typed):
    """The evidence that planning starts from."""

    passages: tuple[Passage, ...] = ()
    methods: tuple[Method, ...] = ()
    links: tuple[Link, ...] = ()
    roles: dict[str, str] = Field(default_factory=dict)


class CommandView(Typed):
    """A command of the DSL: its text, and its arguments with exact column headers as values."""

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    text: str = ""


class Step(Typed):
    """One step of a plan."""

    purpose: str
    command: CommandView


class Plan(Typed):
    """The commands to run; a refusal has no steps and gives its reason."""

    steps: tuple[Step, ...] = ()
    refusal: Literal["missing_column", "ambiguous", "off_topic", "unsupported", "impossible"] | None = None
    probability: float | None = None


class Alternative(Typed):
    """Another reading of the question: a whole plan as commands, in words, and its probability."""

    commands: tuple[CommandView, ...] = ()
    words: str = ""
    probability: float = 0.0


class FindingView(Typed):
    """A check of an assumption, as a tool reported it. `id` is `r1.f2`."""

    id: str
    result: str
    check: str
    status: CheckStatus
    statement: str
    statistic: float | None = None
    p_value: float | None = None
    threshold: float | None = None
    reference: str = ""
    mend: str = ""


class TableView(Typed):
    """A table of a result, as shown."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class ResultView(Typed):
    """What one command gave: each number by name."""

    name: str
    command: CommandView
    level: str | None = None
    decision: Decision
    statement: str
    values: dict[str, float | None]
    tables: tuple[TableView, ...] = ()
    conventions: dict[str, str] = Field(default_factory=dict)
    references: tuple[str, ...] = ()
    provenance: dict[str, Any] = Field(default_factory=dict)


class Claim(Typed):
    """One argument for or against a conclusion; `evidence` are ids of findings and passages."""

    text: str
    evidence: tuple[str, ...]


class Debate(Typed):
    """Both sides."""

    pro: tuple[Claim, ...] = ()
    con: tuple[Claim, ...] = ()


class Verdict(Typed):
    """Whether the results carry the conclusion."""

    decision: Literal["stands", "weakened", "falls"]
    reasons: tuple[str, ...] = ()
    weight: float = 1.0


class AuditIssue(Typed):
    """Something the audit holds against the answer."""

    rule: str
    severity: Literal["note", "warning", "failure"]
    statement: str
    mend: str = ""


class Audit(Typed):
    """All audit issues."""

    issues: tuple[AuditIssue, ...] = ()


class Citation(Typed):
    """A source: the handbook's or a document's page, or the literature a tool follows."""

    id: str
    source: str
    page: int | None = None
    text: str = ""


class Answer(Typed):
    """The typed answer of `ask`."""

    status: Status
    summary: str
    mode: Mode = Mode()
    plan: Plan = Plan()
    results: tuple[ResultView, ...] = ()
    findings: tuple[FindingView, ...] = ()
    confidence: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    caveats: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    next_steps: tuple[str, ...] = ()
    grounding: Grounding = Grounding()
    debate: Debate | None = None
    verdict: Verdict | None = None
    audit: Audit = Audit()
    question: str = ""
    id: str | None = None
