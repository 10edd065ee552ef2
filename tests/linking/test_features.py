"""What the features see: short forms, initials, enumerations, level names, evidence of words."""

import numpy as np
import pytest

from havoc_pipeline.linking import features, level_features
from havoc_pipeline.linking.abbreviations import abbreviates, initials_of, one_edit
from havoc_pipeline.linking.level_names import levels_of
from havoc_pipeline.linking.lexicon import Lexicon
from havoc_pipeline.linking.linker import Linker
from havoc_pipeline.linking.scorer import Scorer
from havoc_pipeline.linking.sketch import targets_of
from havoc_pipeline.linking.spans import QuestionWords
from havoc_pipeline.tables import Table

ROWS = 24


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.from_columns(
        {
            "BF_N": [round(20 + row * 0.7 % 3, 1) for row in range(ROWS)],
            "p1": [round(5 + row * 0.3 % 1, 2) for row in range(ROWS)],
            "p2": [round(5 + row * 0.7 % 1, 2) for row in range(ROWS)],
            "p3": [round(5 + row * 0.9 % 1, 2) for row in range(ROWS)],
            "mach": ["M1", "M2", "M3"] * (ROWS // 3),
            "sex": ["M", "F"] * (ROWS // 2),
            "grade": ["FLU", "STL"] * (ROWS // 2),
        },
        name="bonds",
    )


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker.load()


@pytest.mark.parametrize(
    ("short", "word", "least"),
    [("thk", "thickness", 0.7), ("temp", "temperature", 0.9), ("wdth", "width", 0.9), ("qty", "quantity", 0.6)],
)
def test_short_forms_stand_for_words(short: str, word: str, least: float) -> None:
    assert abbreviates(short, word) >= least


@pytest.mark.parametrize(("short", "word"), [("thk", "temperature"), ("xyz", "thickness"), ("speed", "speed")])
def test_other_letters_do_not(short: str, word: str) -> None:
    assert abbreviates(short, word) == 0.0


def test_initials_of_several_words() -> None:
    assert initials_of("bmi", ("body", "mass", "index")) >= 0.9
    assert initials_of("adhwt", ("adhesive", "weight")) >= 0.8
    assert initials_of("bf", ("pull", "force")) == 0.0
    assert initials_of("bf", ("bond",)) == 0.0


def test_words_one_slip_apart_share_a_form() -> None:
    assert one_edit("thikness") & one_edit("thickness")
    assert not one_edit("pressure") & one_edit("humidity")


def test_level_names_come_from_families_and_from_what_differs(table: Table) -> None:
    lexicon = Lexicon.load()
    targets = targets_of(table, lexicon)
    names = {(targets[level.target].headers[0], level.text): level.names for level in levels_of(targets, lexicon)}
    assert names["sex", "M"]["man"] >= 0.9
    assert "woman" in names["sex", "F"]
    assert "3" in names["mach", "M3"]
    assert "man" not in names["mach", "M1"]


def column_feature(linker: Linker, table: Table, question: str, words: str, header: str, name: str) -> float:
    ready = linker.prepare(table)
    pairs = ready.pairs(QuestionWords.of(question))
    for (span, target), row in zip(pairs.column_pairs.tolist(), pairs.column_features, strict=True):
        said = " ".join(word.text for word in pairs.spans[span].words)
        if said == words and ready.targets[target].headers[0] == header and row.shape == (features.WIDTH,):
            return float(row[features.NAMES.index(name)])
    raise LookupError(f"no pair {words!r} and {header!r}")


def test_initials_literals_and_typing_errors_are_seen(linker: Linker, table: Table) -> None:
    assert column_feature(linker, table, "is bond force ok", "bond force", "BF_N", "initials") >= 0.5
    assert column_feature(linker, table, "BF_N vs mach", "BF N", "BF_N", "literal") == 1.0
    assert column_feature(linker, table, "by machne please", "machne", "mach", "any_max") > 0.5


def test_an_enumeration_is_a_literal_of_its_block(linker: Linker, table: Table) -> None:
    ready = linker.prepare(table)
    pairs = ready.pairs(QuestionWords.of("are p1 to p3 stable"))
    literal = features.NAMES.index("literal")
    held = {
        ready.targets[target].headers
        for (_, target), row in zip(pairs.column_pairs.tolist(), pairs.column_features, strict=True)
        if row[literal] == 1.0
    }
    assert ("p1", "p2", "p3") in held


def test_a_code_may_be_short_for_a_level(linker: Linker, table: Table) -> None:
    ready = linker.prepare(table)
    pairs = ready.pairs(QuestionWords.of("are the flumphy ones better"))
    kinds = {(ready.index.levels[hit.level].text, hit.kind) for hit in pairs.hits}
    assert ("FLU", "short") in kinds
    assert pairs.level_features.shape[1] == level_features.WIDTH


def test_a_name_does_not_run_across_than(linker: Linker, table: Table) -> None:
    ready = linker.prepare(table)
    question = QuestionWords.of("are men heavier than women")
    spans = [{word.lower for word in span.words} for span in ready.pairs(question).spans]
    assert spans
    assert not any({"men", "women"} <= words for words in spans)


def test_the_scorer_computes_a_ramp_and_a_logistic() -> None:
    """By hand: ramp((3 - 1) / 2 * 2 + 1) = 3, times 0.5, minus 1.5 is 0, whose logistic is one half."""
    arrays = {
        "t_mean": np.array([1.0]),
        "t_scale": np.array([2.0]),
        "t_w1": np.array([[2.0]]),
        "t_b1": np.array([1.0]),
        "t_w2": np.array([0.5]),
        "t_b2": np.array([-1.5]),
    }
    chances = Scorer(arrays, "t_").probabilities(np.array([[3.0], [-9.0]], np.float32))
    assert chances[0] == pytest.approx(0.5)
    assert chances[1] == pytest.approx(1 / (1 + np.exp(1.5)), abs=1e-6)
