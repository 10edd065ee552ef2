"""Fifty questions over the tables that ship, and what of their answers must not depend on where the model runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from havoc_pipeline.api import SRS
from havoc_pipeline.signatures.types import Answer
from havoc_pipeline.tables import Table

TABLES = Path(__file__).parents[2] / "datasets" / "tables"
QUESTIONS = [line.split("\t") for line in Path(__file__).with_name("questions.txt").read_text("utf-8").splitlines()]


def answers(program: SRS, places: Iterable[int]) -> list[Answer]:
    """The answers to some of the questions, by their places."""
    return [program(question=QUESTIONS[i][1], table=Table.read(TABLES / QUESTIONS[i][0])) for i in places]


def gist(answer: Answer) -> tuple[Any, ...]:
    """Status, plan and other readings."""
    readings = [[view.text for view in other.commands] for other in answer.alternatives]
    return answer.status, [step.command.text for step in answer.plan.steps], answer.plan.refusal, readings
