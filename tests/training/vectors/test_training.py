"""Counting, factoring and relations of the word vectors, on small cases by hand."""

import struct

import numpy as np
import pytest
from scipy import sparse

from training.vectors import factor, relations
from training.vectors.bank_measure import cases, words_of
from training.vectors.cooccurrence import WINDOW, near
from training.vectors.measure import PARTS, triplets


def test_the_reported_pairs_are_not_taught() -> None:
    taught = {frozenset(pair[:2]) for pair in relations.trade_senses()}
    reported = {frozenset((anchor, near)) for anchor, near, _ in triplets("report")}
    assert reported
    assert not taught & reported


def test_the_two_lists_share_no_anchor() -> None:
    chosen, reported = ({anchor for anchor, _, _ in triplets(part)} for part in PARTS)
    assert not chosen & reported


def test_counts_fall_with_distance_and_stop_at_a_separator() -> None:
    tokens = np.array([0, 1, 2, *[3] * WINDOW, 0], dtype=np.int32)
    counts = near(tokens, 3).toarray()
    np.testing.assert_allclose(counts, np.array([[0, 1, 0.5], [0, 0, 1], [0, 0, 0]]))


def test_pointwise_mutual_information_by_hand() -> None:
    """Two words that only meet each other: p = 1/2 each; log(.5 / (.5 * .5)) = log 2."""
    counts = sparse.csr_array(np.array([[0.0, 4.0], [4.0, 0.0]], dtype=np.float32))
    expected = np.log(2.0) * np.array([[0, 1], [1, 0]])
    np.testing.assert_allclose(factor.ppmi(counts, 0.0).toarray(), expected, rtol=1e-6)
    assert factor.ppmi(counts, 1.0).nnz == 0


def test_factors_span_the_leading_eigenvectors() -> None:
    """The first of a block of ones beside a smaller block is constant on the larger."""
    blocks = np.zeros((40, 40), dtype=np.float32)
    blocks[:30, :30] = 1
    blocks[30:, 30:] = 1
    found = factor.factors(sparse.csr_array(blocks), 2, seed=1)
    np.testing.assert_allclose(np.abs(found[:30, 0]), 30**-0.5, atol=1e-5)
    np.testing.assert_allclose(np.abs(found[30:, 1]), 10**-0.5, atol=1e-5)


def test_related_words_are_drawn_together_and_others_stay() -> None:
    start = np.eye(3, dtype=np.float32)
    pairs = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=np.float32))
    drawn = factor.retrofitted(start, pairs, weight=1.0)
    assert drawn[0] @ drawn[1] > 0.7
    np.testing.assert_allclose(drawn[2], [0, 0, 1], atol=1e-6)


def test_thesaurus_file() -> None:
    data = b"bore\x00" + struct.pack(">HHH", 7, 9, 0xFFFF) + b"hole\x00" + struct.pack(">HH", 7, 0xFFFF)
    assert list(relations.thesaurus_words(data)) == [("bore", [7, 9]), ("hole", [7])]


def test_pointers_between_words_and_between_synsets() -> None:
    assert relations.ends(["a", "b"], ["c", "d"], 2, 1) == [("b", "c")]
    assert relations.ends(["a", "b"], ["c", "d"], 0, 0) == [("a", "c"), ("b", "c")]


@pytest.mark.parametrize("author", ["forge", "heron"])
def test_cases_of_the_bank_share_no_word_with_the_header(author: str) -> None:
    found = list(cases([author], str.isascii))
    assert len(found) > 100
    for case in found:
        assert not words_of(case.said) & words_of(case.headers[case.meant])
