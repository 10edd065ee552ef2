"""A small seeded model and its checkpoint, whose every weight matters to the result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from havoc_pipeline.model.configuration import preset
from havoc_pipeline.model.modeling import HavocForCausalLM

Maker = Callable[..., HavocForCausalLM]


def _seeded(seed: int = 0, **overrides: Any) -> HavocForCausalLM:
    torch.manual_seed(seed)
    model = HavocForCausalLM(preset("toy", initializer_range=0.2, **overrides))
    for parameter in model.parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.3)
    model.eval()
    return model


@pytest.fixture
def seeded_model() -> Maker:
    """Return the maker of toy models, whose logits spread and whose norm gains differ from 1."""
    return _seeded


@pytest.fixture
def model() -> HavocForCausalLM:
    """Return the toy model: tied head, four query heads on two key-value heads."""
    return _seeded()


@pytest.fixture
def checkpoint(model: HavocForCausalLM, tmp_path: Path) -> Path:
    """Return the folder that the toy model was saved to."""
    model.save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def ids() -> torch.Tensor:
    """Return two sequences of twelve token ids, (2, 12)."""
    return torch.randint(96, (2, 12), generator=torch.Generator().manual_seed(7))
