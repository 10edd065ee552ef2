"""Answers under a grammar, for `benchmarks.serving`: plans of HAVOC-mini, and a form that any model can fill in."""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from havoc_pipeline.evals.asked import DATA
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.plan_grammar import plan_grammar
from havoc_pipeline.lm.reading import read
from havoc_pipeline.lm.symbols import END
from havoc_pipeline.model.identity import SHIPPED
from havoc_pipeline.tables import Table
from havoc_pipeline.tokenizer.mini import MiniTokenizer
from havoc_pipeline.tools.registry import all_tools

TABLES = Path(__file__).parents[1] / "datasets" / "tables"
FIELDS, FORCED, CHOICES = 12, 6, 4
FORM = f"a form of {FIELDS} fields, {FORCED} forced tokens and one of {CHOICES} in each"


@dataclass(frozen=True)
class TypedTask:
    """A prompt and the grammar of its answer, over token numbers."""

    prompt: list[int]
    grammar: str
    tokenizer: str
    end: int

    def asked(self) -> dict[str, Any]:
        return asdict(self)


def plan_tasks() -> list[TypedTask]:
    """The example questions over the shipped tables, as HAVOC-mini reads them."""
    tokenizer = MiniTokenizer(SHIPPED / "tokenizer.json")
    rows = [json.loads(line) for line in (DATA / "shots.jsonl").read_text(encoding="utf-8").splitlines()]
    tables = {name: Table.read(TABLES / name) for name in {row["table"] for row in rows}}
    readings = [read(ground(row["question"], table), table) for row in rows for table in [tables[row["table"]]]]
    return [TypedTask(list(tokenizer.encode(reading.text)), plan_grammar(all_tools().values(), reading, tokenizer.ids),
                      tokenizer.inner.to_str(), tokenizer.ids[END]) for reading in readings]  # fmt: skip


def form_tasks(vocabulary: int) -> list[TypedTask]:
    """One form as typed answers have it: most tokens are names and signs that the type forces."""
    tokenizer, draw = MiniTokenizer(SHIPPED / "tokenizer.json"), random.Random(0)
    known = range(200, min(vocabulary, tokenizer.size))
    fields = []
    for _ in range(FIELDS):
        forced, choices = draw.sample(known, FORCED), sorted(draw.sample(known, CHOICES))
        fields += [*(f"<[{token}]>" for token in forced), f"<[{','.join(map(str, choices))}]>"]
    end = tokenizer.ids[END]
    grammar = f"start: {' '.join(fields)} <[{end}]>"
    return [TypedTask(draw.sample(known, 100), grammar, tokenizer.inner.to_str(), end)]
