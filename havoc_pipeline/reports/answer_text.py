"""An answer as text: the finding first, then what it rests on, then what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

from havoc_pipeline.reports.render import shown_of_answer
from havoc_pipeline.reports.style import Style
from havoc_pipeline.reports.text import checks_text, listing, table_text, values_text

if TYPE_CHECKING:
    from havoc_pipeline.signatures.types import Alternative, Answer, Citation, Link

HIGH, MIDDLING = 0.9, 0.7
MOST_OF_A_SOURCE = 150
"""Characters of a source on a terminal; the page shows the passage whole."""


def answer_text(answer: Answer, style: Style) -> str:
    """Everything a reader on a terminal needs of an answer.

    Parameters
    ----------
    answer : Answer
    style : Style

    Returns
    -------
    str
        Lines, without a last line break.
    """
    return "\n\n".join(part for part in _parts(answer, style) if part)


def _parts(answer: Answer, style: Style) -> Iterator[str]:
    lead = {"answered": "", "unsure": "Unsure what was meant. ", "refused": "Not answered. "}[answer.status]
    yield style.paint(style.wrapped(lead + answer.summary), "head")
    for view in shown_of_answer(answer):
        yield style.wrapped(f"{view.name}  {view.command}", rest="    ")
        yield "\n\n".join(table_text(table, style) for table in view.tables) or values_text(view, style)
        yield checks_text(view, style)
    if answer.status == "answered":
        yield style.wrapped(confidence_words(answer.confidence))
    yield listing("Understood", understood(answer.grounding.links), style)
    if answer.status == "unsure":
        yield readings(answer.alternatives, style)
    issues = [f"{issue.rule} ({issue.severity}): {issue.statement}" for issue in answer.audit.issues]
    yield listing("Audit", issues, style)
    yield listing("Caveats", answer.caveats, style)
    yield listing(
        "Sources", (shorten(source(c), MOST_OF_A_SOURCE, placeholder=" ...") for c in answer.citations), style
    )
    yield listing("Next", answer.next_steps, style)


def confidence_words(confidence: float) -> str:
    """How sure HAVOC is of having understood the question."""
    word = "high" if confidence >= HIGH else "fair" if confidence >= MIDDLING else "low"
    return f"Confidence in this reading of the question: {word} ({100 * confidence:.0f}%)."


def understood(links: Sequence[Link]) -> list[str]:
    """What each span of the question was taken to mean."""
    return [f"by “{link.text}” I understood `{link.meaning}`{_rivals(link)}" for link in links]


def _rivals(link: Link) -> str:
    return f" (it could also be {', '.join(f'`{rival}`' for rival in link.rivals)})" if link.rivals else ""


def readings(alternatives: Sequence[Alternative], style: Style) -> str:
    """The readings to choose from, numbered."""
    lines = [
        style.wrapped(f"{one.words or 'no command fits'} ({100 * one.probability:.0f}%)", f"  {place}. ", "     ")
        for place, one in enumerate(alternatives, 1)
    ]
    return "\n".join([style.paint("It could mean", "head"), *lines]) if lines else ""


def source(citation: Citation) -> str:
    """A citation in one line."""
    page = f", p. {citation.page}" if citation.page is not None else ""
    return f"{citation.source}{page}" + (f": {citation.text}" if citation.text else "")
