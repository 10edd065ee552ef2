"""What a cold `havoc ask` on HAVOC's own model must not load, since each of them costs tenths of a second."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("lancedb", "litellm", "matplotlib", "pandas", "pyarrow", "scipy.stats", "statsmodels", "sympy", "torch",
         "transformers", "vllm")  # fmt: skip
ASK = """
import json, sys
from havoc_pipeline.cli.app import main
code = main(["ask", "Did the new resin raise tensile strength?", "--data", "datasets/tables/resin.csv"])
sys.stderr.write(json.dumps([code, sorted(sys.modules)]))
"""


def test_the_embedded_model_answers_without_heavy_packages(tmp_path: Path) -> None:
    environment = os.environ | {"HAVOC_HOME": str(tmp_path), "HAVOC_LM": "embedded", "PYTHONPATH": str(ROOT)}
    told = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    code, loaded = json.loads(told.stderr)
    assert code == 0 and "dspy" in loaded
    assert [name for name in HEAVY if name in loaded] == []
