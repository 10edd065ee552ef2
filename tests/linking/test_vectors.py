"""Word vectors: what ships, its fallbacks, and sentences by hand."""

import subprocess
import sys
import time
from importlib import resources

import numpy as np
import pytest

from havoc_pipeline.errors import ModelError
from havoc_pipeline.linking.vectors import SMOOTHING, WordVectors, stems

# Related and unrelated words of a plant, none of them a line of training/vectors/trade_senses.txt.
NEARER = (
    ("diameter", "radius", "supplier"),
    ("oven", "kiln", "gender"),
    ("salary", "wage", "viscosity"),
    ("glue", "adhesive", "noise"),
    ("stiffness", "rigidity", "nurse"),
    ("width", "wide", "client"),
    ("crack", "fracture", "morning"),
)


@pytest.fixture(scope="module")
def shipped_vectors() -> WordVectors:
    return WordVectors.load()


@pytest.fixture
def two_words() -> WordVectors:
    """Rows (1, 0, 0) and (0, 0.6, 0.8); the rare word weighs 1/2, the common one a / (a + 1 - a)."""
    rows = np.array([[127, 0, 0], [0, 60, 80]], dtype=np.int8)
    scales = np.array([1 / 127, 1 / 100], dtype=np.float32)
    counts = np.array([1, 999])
    common = np.array([0, 0, 1], dtype=np.float32)
    return WordVectors(["bore", "of"], rows, scales, counts, common)


@pytest.mark.parametrize(("anchor", "near", "far"), NEARER)
def test_words_of_one_meaning_are_nearer(shipped_vectors: WordVectors, anchor: str, near: str, far: str) -> None:
    gap = shipped_vectors.similarity(anchor, near) - shipped_vectors.similarity(anchor, far)
    assert gap > 0.2


@pytest.mark.parametrize(
    ("said", "header"),
    [("how thick they are", "thickness"), ("hotter", "temperature"), ("the men", "sex"),
     ("vendor", "supplier"), ("hrc", "hardness"), ("the inspectors", "operator")],
)  # fmt: skip
def test_what_people_say_finds_the_header(shipped_vectors: WordVectors, said: str, header: str) -> None:
    headers = ["thickness", "temperature", "sex", "supplier", "hardness", "operator", "voltage"]
    assert max(headers, key=lambda h: shipped_vectors.similarity(said, h)) == header


def test_a_word_has_length_one_and_case_does_not_matter(shipped_vectors: WordVectors) -> None:
    vector = shipped_vectors.of("Torque")
    assert vector is not None
    assert vector.dtype == np.float32
    assert vector.shape == (shipped_vectors.size,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_array_equal(vector, shipped_vectors.of("torque"))


def test_an_unknown_word_has_no_vector_and_an_empty_sentence_is_zero(
    shipped_vectors: WordVectors,
) -> None:
    assert shipped_vectors.of("xqzzt") is None
    assert "xqzzt" not in shipped_vectors
    assert not shipped_vectors.sentence("xqzzt 12 %").any()
    assert shipped_vectors.similarity("xqzzt", "torque") == 0.0


@pytest.mark.parametrize(
    ("word", "stem"),
    [("readings", "reading"), ("batches", "batch"), ("assemblies", "assembly"), ("hotter", "hot"),
     ("drier", "dry"), ("milling", "mill"), ("trimming", "trim"), ("curing", "cure"),
     ("metre", "meter"), ("colour", "color"), ("moulding", "molding"), ("stickiness", "sticky")],
)  # fmt: skip
def test_stems(word: str, stem: str) -> None:
    assert stem in list(stems(word))


def test_a_stem_keeps_three_letters() -> None:
    assert list(stems("bus")) == []
    assert list(stems("red")) == []


def test_an_inflection_falls_back_to_its_stem(two_words: WordVectors) -> None:
    np.testing.assert_array_equal(two_words.of("Bores"), two_words.of("bore"))


def test_a_sentence_is_the_weighted_mean_without_the_common_direction(
    two_words: WordVectors,
) -> None:
    rare, common = SMOOTHING / (SMOOTHING + 0.001), SMOOTHING / (SMOOTHING + 0.999)
    by_hand = np.array([rare, common * 0.6, 0.0])
    by_hand /= np.linalg.norm(by_hand)
    np.testing.assert_allclose(two_words.sentence("Bore of 12"), by_hand, rtol=1e-5)


def test_size_of_the_shipped_file() -> None:
    file = resources.files("havoc_pipeline.linking") / "vectors.npz"
    assert len(file.read_bytes()) <= 3_500_000


def test_loading_is_quick() -> None:
    times = []
    for _ in range(5):
        WordVectors.load.cache_clear()
        start = time.process_time()
        WordVectors.load()
        times.append(time.process_time() - start)
    assert min(times) < 0.020


def test_import_brings_numpy_alone() -> None:
    code = (
        "import sys, havoc_pipeline.linking.vectors as v; v.WordVectors.load();"
        "sys.exit(bool({'scipy', 'torch', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_file_says_how_to_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("package")
    monkeypatch.setattr(resources, "files", lambda _: empty)
    WordVectors.load.cache_clear()
    with pytest.raises(ModelError, match="reinstall"):
        WordVectors.load()
    monkeypatch.undo()
    WordVectors.load.cache_clear()
