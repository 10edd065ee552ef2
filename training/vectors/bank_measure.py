"""How well vectors find the column that a speaker means, on the tables of the domain bank."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from havoc_pipeline.linking.vectors import WORD, WordVectors, stems
from training import bank

Known = Callable[[str], bool]
FORMS = ("says", "how", "more", "less")
ABBREVIATED = 3


@dataclass(frozen=True)
class Case:
    """What a speaker says, the headers of the table in words, and which of them is meant."""

    said: str
    headers: tuple[str, ...]
    meant: int


def cases(authors: Iterable[str], known: Known) -> Iterator[Case]:
    """Yield the mentions of the authors' tables that share no word with the header meant.

    Parameters
    ----------
    authors : folders of `training/domains`
    known : says whether a word has a vector

    Returns
    -------
    Iterator of cases; a column's header is the one with the most letters in known words. Columns
    that have none (abbreviations, other languages) are rivals, but never the one meant.
    """
    for table in bank.domains(authors):
        headers = tuple(plainest(column, known) for column in table["columns"])
        for meant, column in enumerate(table["columns"]):
            if not letters(headers[meant], known):
                continue
            for said in (str(text) for form in FORMS for text in column.get(form) or ()):
                if not words_of(said) & words_of(headers[meant]):
                    yield Case(said, headers, meant)


def plainest(column: dict[str, Any], known: Known) -> str:
    """Return the column's header with the most letters in known words."""
    headers = [header for given in column["headers"] for header in flat(given)]
    return max(headers, key=lambda header: letters(header, known))


def flat(header: object) -> list[str]:
    """Return a header, or both of a pair before and after, as texts."""
    return [str(one) for one in header] if isinstance(header, list) else [str(header)]


def letters(header: str, known: Known) -> int:
    """Return the number of letters that stand in known words of more than three letters."""
    words = WORD.findall(header)
    return sum(len(word) for word in words if len(word) > ABBREVIATED and known(word))


def words_of(text: str) -> set[str]:
    """Return the words of a text with all their possible stems."""
    words = set(WORD.findall(text.lower()))
    return words | {stem for word in words for stem in stems(word)}


def found_first(authors: Iterable[str], vectors: WordVectors) -> tuple[float, float, int]:
    """Return (share of cases in which the meant column comes first, share by chance, cases)."""
    right, chance, total = 0, 0.0, 0
    for case in cases(authors, vectors.__contains__):
        headers = np.array([vectors.sentence(header) for header in case.headers])
        scores = headers @ vectors.sentence(case.said)
        right += int(scores.argmax()) == case.meant and bool(scores.max() > 0)
        chance += 1 / len(case.headers)
        total += 1
    return right / total, chance / total, total
