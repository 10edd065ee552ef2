"""Measure a planner on freely asked questions.

python -m havoc_pipeline.evals.asked --out asked_report.json [--model DIR] [--questions FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from havoc_pipeline.evals.plan_match import match
from havoc_pipeline.evals.reliability import auroc, calibration_error
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.planner import Planner
from havoc_pipeline.tables import Table

DATA = Path(str(files("havoc_pipeline.evals"))) / "data"


@dataclass(frozen=True)
class Case:
    """One question, what was planned, and how it compares."""

    id: str
    question: str
    expected: str
    planned: str
    confidence: float
    command: bool
    columns: bool
    whole: bool
    within_three: bool
    refusal: bool
    cause: str


def measure(planner: Planner, questions: Path, tables: Path) -> list[Case]:
    """Plan every question and compare with what is accepted."""
    cache: dict[str, Table] = {}
    return [_case(planner, row, table_of(row, tables, cache)) for row in rows(questions)]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The questions of a file, each with the plans that are accepted."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def table_of(row: dict[str, Any], folder: Path, cache: dict[str, Table]) -> Table | None:
    """The table of a question, read once; None when it has none."""
    name = row.get("table")
    if name and name not in cache:
        cache[name] = Table.read(folder / name)
    return cache[name] if name else None


def _case(planner: Planner, row: dict[str, Any], table: Table | None) -> Case:
    accepted = [row["expected"], *row.get("also", [])]
    links = ground(row["question"], table)
    proposals = planner.propose(row["question"], table, links)
    best = match(proposals[0].steps, accepted)
    three = any(match(p.steps, accepted).whole for p in proposals[:3])
    confidence = planner.confidence(row["question"], table, links, proposals)
    refusal = row["expected"][0].startswith("REFUSE")
    cause = cause_of(best.command, best.columns, best.whole, refusal, proposals[0].refusal is not None)
    return Case(row["id"], row["question"], " ; ".join(row["expected"]), " ; ".join(proposals[0].commands),
                confidence, best.command, best.columns, best.whole, three, refusal, cause)  # fmt: skip


def cause_of(command: bool, columns: bool, whole: bool, refusal: bool, refused: bool) -> str:
    """Why a plan is wrong; empty when it is right."""
    if whole:
        return ""
    if refusal:
        return "wrong reason for refusing" if refused else "answered what cannot be answered"
    if refused:
        return "refused what can be answered"
    return "command" if not command else "columns" if not columns else "options, numbers or filter"


def report(cases: list[Case]) -> dict[str, Any]:
    """Shares over all cases, the confidence's reliability, and errors by cause."""
    answerable = [c for c in cases if not c.refusal]
    refusals = [c for c in cases if c.refusal]

    def share(chosen: list[Case], name: str) -> float:
        return float(round(sum(getattr(c, name) for c in chosen) / max(1, len(chosen)), 3))

    sure, right = [c.confidence for c in cases], [c.whole for c in cases]
    return {
        "questions": len(cases), "command": share(cases, "command"), "columns": share(cases, "columns"),
        "whole": share(cases, "whole"), "within_three": share(cases, "within_three"),
        "answerable_whole": share(answerable, "whole"), "answerable_command": share(answerable, "command"),
        "answerable_columns": share(answerable, "columns"), "refusals_right": share(refusals, "whole"),
        "refused_when_it_should": round(sum(c.planned.startswith("REFUSE") for c in refusals) / max(1, len(refusals)), 3),
        "auroc": round(auroc(sure, right), 3), "calibration_error": round(calibration_error(sure, right), 3),
        "errors": dict(Counter(c.cause for c in cases if c.cause).most_common()),
    }  # fmt: skip


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--questions", type=Path, default=DATA / "asked.jsonl")
    parser.add_argument("--tables", type=Path, default=DATA)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    cases = measure(Planner.load(given.model), given.questions, given.tables)
    summary = report(cases)
    sys.stdout.write(json.dumps(summary, indent=1) + "\n")
    if given.out:
        rows = {"summary": summary, "cases": [asdict(case) for case in cases]}
        given.out.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
