"""Hostile text never breaks an answer: a seeded part of what `python -m havoc_pipeline.evals.adversarial` runs."""

from __future__ import annotations

from collections import Counter

import pytest

from havoc_pipeline.evals.adversarial import DECLINED, fault, outcomes
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.tables import Table

PROMPTS = 10
TABLE = Table.from_columns({"force": [1.0, 2.0, 3.5], 'DROP TABLE "x"': [2.0, 2.5, 1.0]})


def test_no_answer_is_unparsable_or_names_an_unknown_column_or_goes_on() -> None:
    found = list(outcomes(SHIPPED, PROMPTS, seed=5))
    assert [outcome for outcome in found if outcome.fault] == []
    ways = Counter(outcome.by for outcome in found)
    assert len(ways) == 4 and min(ways.values()) >= PROMPTS
    assert sum(outcome.answer.startswith(DECLINED) for outcome in found) < PROMPTS


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("RUN_CORRELATION x=force y=\"DROP TABLE \\\"x\\\"\" method=spearman", ""),
        ("REFUSE reason=ambiguous", ""),
        ("DESCRIBE columns=width", "unknown column"),
        ("DESCRIBE where=(width > 2)", "unknown column"),
        ("DESCRIBE columns=[force", "unparsable"),
        ("", "unparsable"),
        (" ; ".join(["DESCRIBE columns=force"] * 2000), "endless"),
    ],
    ids=["sound", "refusal", "column", "filter", "open list", "empty", "long"],
)  # fmt: skip
def test_each_fault_is_seen(text: str, wrong: str) -> None:
    assert fault(text, TABLE) == wrong
