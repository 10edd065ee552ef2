"""Limits in another unit, or of another size, than the column."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.programs.audit.units import units
from havoc_pipeline.tables import Table

TABLE = Table.from_columns({"Width (mm)": np.random.default_rng(2).normal(2.5, 0.01, 60).round(4)}, name="t")


def limits(low: str, high: str) -> str:
    return f'CAPABILITY value="Width (mm)" lsl={low} usl={high}'


def test_another_unit_fails_and_its_size_warns(judge) -> None:  # type: ignore[no-untyped-def]
    question = "Is the width capable between 2450 µm and 2550 µm?"
    assert judge(units, question, TABLE, limits("2450", "2550")) == ["failure", "failure", "warning"]


@pytest.mark.parametrize("question", ["Is it capable between 2.45 mm and 2.55 mm?", "Is it capable from 2.45 to 2.55?"])
def test_the_columns_own_unit_or_none_passes(judge, question: str) -> None:  # type: ignore[no-untyped-def]
    assert judge(units, question, TABLE, limits("2.45", "2.55")) == []


def test_two_names_of_one_unit_pass(judge) -> None:  # type: ignore[no-untyped-def]
    table = Table.from_columns({"Strength (MPa)": np.random.default_rng(2).normal(50, 1, 30).round(3)}, name="t")
    command = 'RUN_TTEST response="Strength (MPa)" mu=50'
    assert judge(units, "Is the strength 50 N/mm²?", table, command) == []


def test_a_bad_process_is_no_wrong_unit(judge) -> None:  # type: ignore[no-untyped-def]
    assert judge(units, "Is it capable from 2.6 to 2.7?", TABLE, limits("2.6", "2.7")) == []
