"""Holm's adjustment against R."""

from __future__ import annotations

import pytest

from havoc_pipeline.tools.hypothesis.multiplicity import holm


def test_agrees_with_r() -> None:
    # R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_stays_below_one_and_keeps_single() -> None:
    assert holm([0.8, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
