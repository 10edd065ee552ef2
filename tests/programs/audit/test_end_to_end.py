"""60 points of AR(1), φ = 0.8, through all eight stages: not called capable, and the record replays."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

from havoc_pipeline.programs.srs import SRS
from havoc_pipeline.record.chronicle import entries
from havoc_pipeline.record.replay import replay
from havoc_pipeline.record.trace import write_trace
from havoc_pipeline.tables import Table


def _scripted() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scripted", Path(__file__).parent.parent / "scripted.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scripted"] = module
    spec.loader.exec_module(module)
    return module


def drifting(path: Path) -> Path:
    """60 points about 20 with standard deviation 1, each 0.8 of the one before."""
    rng = np.random.default_rng(3)
    values = [rng.normal(0, 1)]
    for step in rng.normal(0, 0.6, 59):
        values.append(0.8 * values[-1] + step)
    path.write_text("\n".join(["force", *(f"{20 + v:.4f}" for v in values)]) + "\n", encoding="utf-8")
    return path


def test_ar1_is_not_called_capable_and_its_trace_replays(tmp_path: Path) -> None:
    scripted = _scripted()
    table = Table.read(drifting(tmp_path / "bond.csv"))
    planner = scripted.ScriptedPlanner({"CAPABILITY value=force lsl=10 usl=30": 1.0})
    case = SRS(scripted.scripted_lm(planner)).reason("Is the force capable between 10 and 30 N?", table)
    assert case.answer is not None
    assert case.answer.results[0].decision != "supported"
    assert "is capable" not in case.answer.summary
    assert case.answer.summary.startswith("This cannot be vouched for")
    assert {f.check for f in case.answer.findings if f.status == "fail"} & {"stability", "autocorrelation"}
    trace = tmp_path / "trace.jsonl"
    write_trace(trace, entries(case))
    found = replay(trace)
    assert found.agrees
    assert found.compared > 30
