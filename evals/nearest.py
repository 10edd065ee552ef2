"""The yardstick without a model: the command that the nearest phrasings mean, on freely asked questions.

python -m havoc_pipeline.evals.nearest [--questions FILE]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from havoc_pipeline.evals.asked import DATA, rows, table_of
from havoc_pipeline.linking.ground import ground
from havoc_pipeline.lm.nearest import NearestPhrases
from havoc_pipeline.lm.planner import SHIPPED
from havoc_pipeline.tables import Table


def main() -> None:
    """Print the share of questions whose first command the nearest phrasings give."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=DATA / "asked.jsonl")
    nearest, tables = NearestPhrases(SHIPPED / "phrases.npz"), dict[str, Table]()
    asked = list(rows(parser.parse_args().questions))
    right = 0
    for row in asked:
        table = table_of(row, DATA, tables)
        shares = nearest.shares(ground(row["question"], table), table)
        accepted = {plan[0].split()[0] for plan in (row["expected"], *row.get("also", []))}
        right += max(shares, key=lambda command: shares[command]) in accepted
    sys.stdout.write(f"first command right: {right / len(asked):.3f} of {len(asked)}\n")


if __name__ == "__main__":
    main()
