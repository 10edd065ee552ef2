"""Seconds from shell to answer, side by side with peers in the same run.

    python benchmarks/startup.py [--runs 7]

`havoc run` against a pandas and scipy script that computes the same test, and against an interpreter
that only starts; `havoc ask` cold; imports. Peak memory is of the process itself (ru_maxrss).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = ROOT / "datasets" / "tables" / "resin.csv"
PEER = f"""
import pandas as pd
from scipy import stats
t = pd.read_csv({str(DATA)!r})
print(stats.ttest_ind(t[t.resin == 'new'].strength, t[t.resin == 'old'].strength, equal_var=False, alternative='greater'))
"""
HAVOC = [sys.executable, "-c", "from havoc_pipeline.cli.main import run; run()"]
CASES: dict[str, list[str]] = {
    "python, nothing else": [sys.executable, "-c", "pass"],
    "import havoc_pipeline": [sys.executable, "-c", "import havoc_pipeline"],
    "pandas + scipy script": [sys.executable, "-c", PEER],
    "havoc run, t-test": [*HAVOC, "run", "RUN_TTEST response=strength group=resin first=new alternative=greater",
                          "--data", str(DATA)],
    "havoc ask, cold": [*HAVOC, "ask", "Did the new resin raise tensile strength?", "--data", str(DATA)],
}  # fmt: skip


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds and peak MiB of one run, which must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command)[:200]} ended with status {status}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    for _ in range(runs):
        for name, command in CASES.items():
            seen[name].append(timed(command))
    peer = statistics.median(seconds for seconds, _ in seen["pandas + scipy script"])
    print(f"{'what':24s} {'min s':>7s} {'median s':>9s} {'MiB':>6s} {'to pandas + scipy':>18s}")
    for name, measured in seen.items():
        seconds = sorted(s for s, _ in measured)
        middle = statistics.median(seconds)
        print(f"{name:24s} {seconds[0]:7.2f} {middle:9.2f} {max(m for _, m in measured):6.0f} {middle / peer:17.2f}x")


if __name__ == "__main__":
    main()
