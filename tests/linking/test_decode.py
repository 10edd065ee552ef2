"""From what each word means to mentions."""

import numpy as np

from havoc_pipeline.linking.decode import Meant, Read, lost, mentions, unsettled
from havoc_pipeline.linking.spans import QuestionWords

FORCE: Meant = (("force",), None)
NOZZLE: Meant = (("nozzle",), None)
NEW: Meant = (("nozzle",), "N2")
MEANT = (FORCE, NOZZLE, NEW)


def read(text: str, *rows: tuple[float, ...]) -> Read:
    """Shares of force, nozzle, its level N2, nothing, lost, a row a word."""
    return Read(QuestionWords.of(text), MEANT, np.array(rows, np.float32))


NOTHING = (0.0, 0.0, 0.0, 1.0, 0.0)


def test_neighbouring_words_of_one_column_are_one_mention() -> None:
    found = mentions(read("does pull strength hold", NOTHING, (0.8, 0, 0, 0.2, 0), (0.9, 0, 0, 0.1, 0), NOTHING))
    assert [(m.text, m.best.headers, m.best.level) for m in found] == [("pull strength", ("force",), None)]
    assert abs(found[0].best.score - 0.85) < 1e-6


def test_neighbouring_words_of_two_columns_are_two_mentions() -> None:
    found = mentions(read("strength nozzle", (0.9, 0, 0, 0.1, 0), (0, 0.9, 0, 0.1, 0)))
    assert [m.text for m in found] == ["strength", "nozzle"]


def test_a_level_takes_the_word_of_its_column_along() -> None:
    found = mentions(read("new nozzle", (0, 0, 0.9, 0.1, 0), (0, 0.7, 0.2, 0.1, 0)))
    assert [(m.text, m.best.level) for m in found] == [("new nozzle", "N2")]


def test_a_sign_between_words_parts_them() -> None:
    found = mentions(read("strength, strength", (0.9, 0, 0, 0.1, 0), (0.9, 0, 0, 0.1, 0)))
    assert [m.text for m in found] == ["strength", "strength"]


def test_rivals_are_kept_in_order() -> None:
    (found,) = mentions(read("strength", (0.5, 0.3, 0.01, 0.19, 0)))
    assert [candidate.headers[0] for candidate in found.candidates] == ["force", "nozzle"]


def test_words_below_the_least_probability_name_nothing() -> None:
    assert mentions(read("strength", (0.2, 0.1, 0, 0.7, 0))) == []
    assert len(mentions(read("strength", (0.2, 0.1, 0, 0.7, 0)), least=0.25)) == 1


def test_function_words_alone_are_no_mention_beside_telling_ones() -> None:
    found = mentions(read("strength of the", (0.9, 0, 0, 0.1, 0), (0, 0.6, 0, 0.4, 0), (0, 0.6, 0, 0.4, 0)))
    assert [m.text for m in found] == ["strength"]


def test_things_that_the_table_lacks_are_placed() -> None:
    asked = read("does room humidity matter", NOTHING, (0, 0, 0, 0.3, 0.7), (0, 0, 0, 0.1, 0.9), NOTHING)
    assert lost(asked) == ((5, 18),)
    assert mentions(asked) == []


def test_words_that_may_name_something_without_a_column_are_unsettled() -> None:
    shares = ((0.2, 0, 0, 0.6, 0.2), (0.05, 0, 0, 0.9, 0.05), (0.9, 0, 0, 0.1, 0), (0, 0, 0, 0.1, 0.9))
    asked = read("haze books strength humidity", *shares)
    assert [asked.words.text[start:end] for start, end in unsettled(asked)] == ["haze", "humidity"]
    assert [m.text for m in mentions(asked)] == ["strength"]
