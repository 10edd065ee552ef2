"""GROUND: passages, methods, links and roles."""

from __future__ import annotations

from typing import Any

import dspy

from havoc_pipeline.errors import RetrievalError
from havoc_pipeline.linking.mentions import (
    ColumnMention,
    DateMention,
    FormulaMention,
    Links,
    ListMention,
    Mention,
    NumberMention,
)
from havoc_pipeline.programs.case import Staged
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Grounding, Link, Method, Passage

MOST_PASSAGES, MOST_METHODS, MOST_RIVALS = 4, 4, 3


class GroundStage(dspy.Module):  # type: ignore[misc]
    """Retrieval and the linker; no language model."""

    def forward(self, subject: Subject) -> Staged[Grounding]:
        """The evidence that planning starts from."""
        passages, methods, note = retrieved(subject.question)
        roles = {
            header: max(shares, key=lambda role: shares[role])
            for header, shares in subject.links.roles.items()
            if shares
        }
        grounding = Grounding(passages=passages, methods=methods, links=link_views(subject.links), roles=dict(roles))
        return Staged(grounding, "retrieval", note)


def retrieved(text: str, commands: tuple[str, ...] = ()) -> tuple[tuple[Passage, ...], tuple[Method, ...], str]:
    """Passages and methods near a text, and what is to be said when there is no index."""
    try:
        from havoc_pipeline import retrieval
    except ImportError:
        return (), (), "no handbook index is installed; nothing is cited from it"
    try:
        passages = _search(retrieval, text, commands)
        methods = tuple(Method(command=c, strength=float(s)) for c, s in retrieval.methods(text)[:MOST_METHODS])
    except RetrievalError as error:
        return (), (), f"the handbook could not be searched: {error}"
    return passages, methods, ""


def with_method_pages(grounding: Grounding, question: str, commands: tuple[str, ...]) -> Grounding:
    """The grounding with the pages of the commands that a plan uses, which were not known before it."""
    pages, _, _ = retrieved(question, commands)
    known = {passage.id: passage for passage in (*pages, *grounding.passages)}
    return grounding.model_copy(update={"passages": tuple(known.values())[:MOST_PASSAGES]})


def _search(retrieval: Any, text: str, commands: tuple[str, ...]) -> tuple[Passage, ...]:
    found = retrieval.Library.open().search(text, commands=list(commands), limit=MOST_PASSAGES)
    return tuple(found)


def link_views(links: Links) -> tuple[Link, ...]:
    """What each span of the question was taken for, as the trace shows it."""
    return tuple(view for mention in links.mentions if (view := _view(mention)) is not None)


def _view(mention: Mention) -> Link | None:
    if isinstance(mention, ColumnMention):
        return _column(mention) if mention.candidates else None
    if isinstance(mention, NumberMention):
        return _link(mention, "number", f"{mention.value:g}" + (f" {mention.unit}" if mention.unit else ""))
    if isinstance(mention, DateMention):
        return _link(mention, "date", mention.value.isoformat(sep=" "))
    if isinstance(mention, FormulaMention):
        return _link(mention, "formula", "; ".join(mention.formulas))
    assert isinstance(mention, ListMention)
    return _link(mention, "list", ", ".join(mention.names))


def _column(mention: ColumnMention) -> Link:
    best = mention.best
    rivals = [c for c in mention.candidates[1:] if c.level is not None or c.headers != best.headers][:MOST_RIVALS]
    return Link(text=mention.text, start=mention.start, end=mention.end, kind="level" if best.level else "column",
                meaning=_meaning(best), columns=best.headers, score=best.score, rivals=tuple(map(_meaning, rivals)))  # fmt: skip


def _meaning(candidate: Any) -> str:
    named = ", ".join(candidate.headers)
    return f"{named} = {candidate.level}" if candidate.level is not None else named


def _link(mention: Mention, kind: Any, meaning: str) -> Link:
    return Link(text=mention.text, start=mention.start, end=mention.end, kind=kind, meaning=meaning)
