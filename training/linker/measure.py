"""Figures of the linker on tables and phrases of the development authors.

python -m training.linker.measure --questions 1500
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from havoc_pipeline.linking.decode import LEAST
from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.mentions import Candidate, ColumnMention, Links
from training.linker.examples import Asked, asked, blocked_places, described_tables, writer_of
from training.linker.grids import numbers_of

Meant = tuple[tuple[str, ...], str | None]


def report(figures: dict[str, float]) -> None:
    """Write figures, one a line."""
    for name, figure in figures.items():
        sys.stdout.write(f"{name}: {figure:.3f}\n")


def column_mentions(links: Links) -> list[ColumnMention]:
    """Return the mentions that are columns, blocks or levels."""
    return [mention for mention in links.mentions if isinstance(mention, ColumnMention)]


def _meant(candidate: Candidate) -> Meant:
    return candidate.headers, candidate.level


def figures(linker: Linker, questions: Iterable[Asked], least: float) -> dict[str, float]:
    """Measure the linker.

    Args:
        linker: as shipped.
        questions: with their truth.
        least: probability from which a mention counts.

    Returns:
        Shares: columns found at all, among the first five, named first; questions whose columns
        are exactly those mentioned; the same with levels; questions with a column too many.
    """
    counts: Counter[str] = Counter()
    for question in questions:
        if question.truths:
            blocked = blocked_places(question.episode)
            text = question.episode.question
            links = linker.link(text, question.made.table, blocked, numbers_of(text), least)
            counts.update(_judge(question, column_mentions(links)))
    return {name: counts[name] / max(1, counts[whole]) for name, whole in WHOLES.items()}


WHOLES = {
    "recall@5": "mentioned", "recall@1": "mentioned", "missing": "mentioned",
    "level recall@1": "levels", "exact columns": "questions", "exact with levels": "questions",
    "a column too many": "questions", "spans right": "places",
}  # fmt: skip


def _judge(question: Asked, found: list[ColumnMention]) -> Iterator[str]:
    named = {truth.headers for truth in question.truths}
    allowed = question.unnamed
    first = {m.best.headers for m in found}
    five = {c.headers for m in found for c in m.candidates[:5]}
    levels = {(t.headers, t.level) for t in question.truths if t.level is not None}
    first_levels = {_meant(m.best) for m in found if m.best.level is not None}
    yield "questions"
    yield from ("mentioned" for _ in named)
    yield from ("recall@5" for headers in named if headers in five)
    yield from ("recall@1" for headers in named if headers in first)
    yield from ("missing" for headers in named if headers not in five)
    yield from ("levels" for _ in levels)
    yield from ("level recall@1" for level in levels if level in first_levels)
    exact = named <= first <= named | allowed
    yield from ("exact columns" for _ in range(exact))
    yield from ("exact with levels" for _ in range(exact and levels == first_levels))
    yield from ("a column too many" for _ in range(bool(first - named - allowed)))
    yield from _places(question, found)


def _places(question: Asked, found: list[ColumnMention]) -> Iterator[str]:
    words = question.words.words
    for truth in question.truths:
        start, end = words[truth.first].start, words[truth.last - 1].end
        yield "places"
        hit = any(m.start < end and start < m.end and _meant(m.best) == (truth.headers, truth.level) for m in found)
        yield from ("spans right" for _ in range(hit))


def development(linker: Linker, count: int, share: float, seed: int = 77) -> list[Asked]:
    """Draw questions of the development authors, a share of them studies, nothing hidden from the lexicon."""
    random_ = random.Random(seed)
    writer = writer_of(True, random_)
    drawn = asked(
        described_tables(True), writer, linker.lexicon, linker.role_model, count, random_, hide=False, share=share
    )
    return list(drawn)


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=800)
    parser.add_argument("--studies", type=float, default=0.0, help="share of freely asked questions")
    parser.add_argument("--errors", type=int, default=0)
    parser.add_argument("--least", type=float, default=LEAST)
    chosen = parser.parse_args()
    linker = Linker.load()
    questions = development(linker, chosen.questions, chosen.studies)
    report(figures(linker, questions, chosen.least))
    _write_errors(linker, questions, chosen.errors, chosen.least)


def _write_errors(linker: Linker, questions: list[Asked], most: int, least: float) -> None:
    for question in questions:
        if most <= 0:
            break
        text, table = question.episode.question, question.made.table
        found = column_mentions(linker.link(text, table, blocked_places(question.episode), numbers_of(text), least))
        kinds = set(_judge(question, found))
        if question.truths and "exact with levels" not in kinds:
            most -= 1
            words = question.words.words
            truths = [(text[words[t.first].start : words[t.last - 1].end], t.headers, t.level) for t in question.truths]
            sys.stdout.write(f"\n{text}\n  {table.name} {table.headers}\n  truth {truths}\n")
            for m in found:
                rivals = [(*_meant(c), round(c.score, 2)) for c in m.candidates[:3]]
                sys.stdout.write(f"  found {m.text!r} {rivals}\n")


if __name__ == "__main__":
    main()
