"""English and not English; the asked questions of the evaluation, all English, are never taken for another language."""

import json
from pathlib import Path

import pytest

from havoc_pipeline.programs.language import is_english

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "question",
    ["Liegt die mittlere Kraft über 20?", "Gibt es einen Unterschied zwischen den Linien?", "¿Es la fuerza mayor que 20?",
     "Est-ce que la force est supérieure à 20 ?", "力の平均は20を超えていますか？", "Превышает ли сила 20?",
     "La forza è maggiore di 20 per le due linee?"],
)  # fmt: skip
def test_other_languages(question: str) -> None:
    assert not is_english(question)


@pytest.mark.parametrize(
    "question", ["Is force > 20?", "cpk", "Is the Kraft column above 20?", "µ = 20?", "", "des moines"]
)
def test_english_and_what_is_too_short_to_tell(question: str) -> None:
    assert is_english(question)


def test_no_question_of_the_evaluation_is_mistaken() -> None:
    files = sorted((ROOT / "evals" / "data").glob("asked*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    assert len(lines) > 100
    assert [line["question"] for line in lines if not is_english(line["question"])] == []
