"""A table and a program over scripted plans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from havoc_pipeline.tables import Table


@pytest.fixture
def resin() -> Table:
    """Two resins, twenty pieces each; the new one is stronger by two."""
    rng = np.random.default_rng(1)
    strength = np.concatenate([rng.normal(50, 2, 20), rng.normal(52, 2, 20)]).round(3)
    return Table.from_columns({"strength": strength, "resin": ["old"] * 20 + ["new"] * 20}, name="resin")


@pytest.fixture
def clean_audit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the rules of the audit say what a test wants them to; nothing at first."""
    import sys
    import types

    from havoc_pipeline.signatures.types import Audit

    def say(answer: Callable[..., Any] = lambda **_: Audit()) -> None:
        module = types.ModuleType("havoc_pipeline.programs.audit")
        module.audit = answer  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "havoc_pipeline.programs.audit", module)

    say()
    return say
