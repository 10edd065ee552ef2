"""Figures of the linker on the questions that HAVOC is measured on; run it last and tune nothing on it.

The set says which columns the expected command names, not which of them the question mentions, so
columns that a question leaves to be understood count as missed here.

python -m training.linker.measure_asked
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from havoc_pipeline.linking.ground import ground
from havoc_pipeline.tables import Table
from training.linker.measure import column_mentions, report

DATA = Path(__file__).parents[2] / "evals" / "data"
WORD = re.compile(r'"([^"]*)"|([^\s=\[\](),"]+)')


@cache
def read(name: str) -> Table:
    """Return a table of the set."""
    return Table.read(DATA / name)


def columns_named(commands: Sequence[str], headers: Sequence[str]) -> frozenset[str]:
    """Return the headers that stand in commands."""
    words = {quoted or bare for command in commands for quoted, bare in WORD.findall(command)}
    return frozenset(words & set(headers))


def judged(row: dict[str, Any]) -> Iterator[str]:
    """Yield what to count for one question: its columns, those found, whether the set is exact."""
    table = read(row["table"])
    plans = [columns_named(plan, table.headers) for plan in (row["expected"], *row.get("also", ()))]
    held = column_mentions(ground(row["question"], table))
    first = {header for mention in held for header in mention.best.headers}
    five = {header for mention in held for reading in mention.candidates[:5] for header in reading.headers}
    yield "questions"
    yield from ("columns" for _ in plans[0])
    yield from ("found" for _ in plans[0] & five)
    yield from ("first" for _ in plans[0] & first)
    yield from ("exact" for _ in range(any(first == plan for plan in plans)))
    yield from ("none missing" for _ in range(any(plan <= five for plan in plans)))
    yield from ("none too many" for _ in range(any(first <= plan for plan in plans)))


def main() -> None:
    """Measure and write the figures."""
    lines = (DATA / "asked.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    counts: Counter[str] = Counter()
    for row in rows:
        if row.get("table") and not row["expected"][0].startswith("REFUSE"):
            counts.update(judged(row))
    wholes = {"found": "columns", "first": "columns"}
    names = ("found", "first", "exact", "none missing", "none too many")
    report({name: counts[name] / max(1, counts[wholes.get(name, "questions")]) for name in names})


if __name__ == "__main__":
    main()
