"""A case that went all the way, and its trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_command
from havoc_pipeline.programs.case import Case, StageRecord
from havoc_pipeline.programs.views import command_view, executed
from havoc_pipeline.record.chronicle import entries
from havoc_pipeline.record.trace import write_trace
from havoc_pipeline.signatures.subject import Subject
from havoc_pipeline.signatures.types import Answer, Plan, Step
from havoc_pipeline.tables import Table

QUESTION = "Is the force of the two resins different?"
COMMANDS = ("RUN_TTEST response=force group=resin", "CAPABILITY value=force lsl=15 usl=30")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A file of forty readings."""
    rng = np.random.default_rng(12)
    rows = [f"{force:.3f},{'new' if i % 2 else 'old'}" for i, force in enumerate(rng.normal(22, 1, 40))]
    path = tmp_path / "bond.csv"
    path.write_text("\n".join(["force,resin", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def case(data: Path) -> Case:
    """The question answered by two commands."""
    table = Table.read(data)
    commands = [parse_command(text) for text in COMMANDS]
    done = executed(execute(commands, table))
    plan = Plan(steps=tuple(Step(purpose="compare", command=command_view(c)) for c in commands))
    made = Case(QUESTION, table, Subject.of(QUESTION, table), model="test")
    made.executed = done
    made.journal = [StageRecord("PLAN", 0.01, "model", "", plan), StageRecord("EXECUTE", 0.02, "tools", "", done)]
    made.answer = Answer(status="answered", summary="done", plan=plan, results=done.results, findings=done.findings)
    return made


@pytest.fixture
def trace(case: Case, tmp_path: Path) -> Path:
    """Its trace, beside the data."""
    path = tmp_path / "trace.jsonl"
    write_trace(path, entries(case, user="anna", seed=7))
    return path
