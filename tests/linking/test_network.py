"""The network over a grid: the numpy reader and the PyTorch learner agree, and padding changes nothing."""

import numpy as np
import pytest

from havoc_pipeline.linking.linker import Linker
from training.linker.grids import Sample, samples

torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker.load()


@pytest.fixture(scope="module")
def drawn(linker: Linker) -> list[Sample]:
    return list(samples(linker, 12, 3, development=True, share=0.5))[:12]


def test_the_learner_and_the_reader_give_the_same_probabilities(linker: Linker, drawn: list[Sample]) -> None:
    from training.linker.network import batch_of, network_of

    net, rows = network_of()
    known = [np.array([rows.get(lemma, 0) for lemma in one.grid.lemmas]) for one in drawn]
    together = batch_of(drawn, known)
    with torch.no_grad():
        padded = net(together).exp().numpy()
    width = together.columns.shape[1]
    for at, one in enumerate(drawn):
        read = linker.network.probabilities(one.grid)
        words, columns, levels = len(one.grid.words), len(one.grid.columns), len(one.grid.levels)
        places = [*range(columns), *range(width, width + levels), padded.shape[2] - 2, padded.shape[2] - 1]
        np.testing.assert_allclose(padded[at, :words][:, places], read, atol=2e-6)


def test_every_word_has_one_meaning_in_all(linker: Linker, drawn: list[Sample]) -> None:
    for one in drawn:
        np.testing.assert_allclose(linker.network.probabilities(one.grid).sum(1), 1.0, atol=1e-5)


def test_the_truth_of_every_word_is_whole(drawn: list[Sample]) -> None:
    for one in drawn:
        np.testing.assert_allclose(one.truth.sum(1), 1.0, atol=1e-6)
        assert one.weight.min() >= 0.0 and one.weight.max() <= 1.0
