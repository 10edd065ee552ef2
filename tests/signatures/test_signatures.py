"""Signatures: one a stage, typed, bounded, and plain JSON where they must be."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import dspy
import pytest
from pydantic import TypeAdapter

from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.tables import Table

STAGES = {
    "mode": ("AssessQuestion", "mode"), "ground": ("GatherGrounding", "grounding"), "plan": ("WritePlan", "plan"),
    "argue": ("ArgueBothSides", "debate"), "arbiter": ("WeighDebate", "verdict"), "audit": ("AttackAnswer", "attack"),
    "answer": ("WordAnswer", "wording"), "alone": ("AnswerAlone", "reply"),
}  # fmt: skip
FILLED_BY_A_MODEL = ("mode", "plan", "argue", "arbiter", "audit", "answer", "alone")


def signature(stage: str) -> type[dspy.Signature]:
    return getattr(importlib.import_module(f"havoc_pipeline.signatures.{stage}"), STAGES[stage][0])  # type: ignore[no-any-return]


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_one_signature_with_its_output(stage: str) -> None:
    assert list(signature(stage).output_fields) == [STAGES[stage][1]]


@pytest.mark.parametrize("stage", FILLED_BY_A_MODEL)
def test_what_a_model_fills_in_is_bounded(stage: str) -> None:
    annotation = signature(stage).output_fields[STAGES[stage][1]].annotation
    unbounded = list(_unbounded(TypeAdapter(annotation).json_schema()))
    assert unbounded == []


def _unbounded(schema: object, at: str = "") -> list[str]:
    """Places of the schema where a string or list may go on for ever."""
    if isinstance(schema, list):
        return [found for entry in schema for found in _unbounded(entry, at)]
    if not isinstance(schema, dict):
        return []
    bound = {"string": ("maxLength", "enum", "const"), "array": ("maxItems",)}.get(str(schema.get("type")), ())
    own = [at] if bound and not any(key in schema for key in bound) else []
    return own + [found for key, value in schema.items() for found in _unbounded(value, f"{at}/{key}")]


def test_a_subject_shows_the_table_in_short_and_keeps_it_at_hand() -> None:
    table = Table.from_columns({"force (N)": [1.0, 2.0, 4.0]}, name="bond")
    subject = Subject.of("in control?", table)
    shown = json.loads(subject.model_dump_json())
    assert shown["question"] == "in control?"
    assert shown["columns"][0]["header"] == "force (N)"
    assert shown["columns"][0]["unit"] == "N"
    assert subject.table is table
    assert Subject.of("2+2?", None).model_dump() == {"question": "2+2?"}


def test_the_front_door_costs_nothing_until_it_is_opened() -> None:
    script = (
        "import sys, havoc_pipeline; assert not {'dspy', 'numpy', 'pydantic'} & set(sys.modules);"
        "from havoc_pipeline import Table; assert 'dspy' not in sys.modules;"
        "from havoc_pipeline import SRS, Answer, ask; assert SRS.__name__ == 'SRS' and callable(ask)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
