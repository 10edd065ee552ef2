"""The yardstick without a model: the command that the nearest phrasings mean, on freely asked questions.

python -m havoc_pipeline.evals.nearest
"""

from __future__ import annotations

import json
import sys

from havoc_pipeline.evals.asked import DATA
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.nearest import NearestPhrases
from havoc_pipeline.lm.planner import SHIPPED
from havoc_pipeline.tables import Table


def main() -> None:
    """Print the share of questions whose first command the nearest phrasings give."""
    nearest, tables = NearestPhrases(SHIPPED / "phrases.npz"), dict[str, Table]()
    rows = [json.loads(line) for line in (DATA / "asked.jsonl").read_text(encoding="utf-8").splitlines()]
    right = 0
    for row in rows:
        name = row.get("table")
        if name and name not in tables:
            tables[name] = Table.read(DATA / name)
        table = tables[name] if name else None
        shares = nearest.shares(ground(row["question"], table), table)
        accepted = {plan[0].split()[0] for plan in (row["expected"], *row.get("also", []))}
        right += max(shares, key=lambda command: shares[command]) in accepted
    sys.stdout.write(f"first command right: {right / len(rows):.3f} of {len(rows)}\n")


if __name__ == "__main__":
    main()
