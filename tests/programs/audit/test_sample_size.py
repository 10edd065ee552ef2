"""Too few values, and equality concluded from nothing found."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.programs.audit.sample_size import sample_size
from havoc_pipeline.tables import Table


def two_groups(each: int) -> Table:
    values = np.random.default_rng(9).normal(5, 1, each)
    return Table.from_columns({"y": np.concatenate([values, values + 0.01]).round(4), "g": ["a"] * each + ["b"] * each})


@pytest.mark.parametrize(("each", "expected"), [(3, ["warning"]), (20, [])])
def test_few_values(judge, each: int, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert judge(sample_size, "Do a and b differ?", two_groups(each), "RUN_TTEST response=y group=g") == expected


def test_nothing_found_is_not_equality(judge) -> None:  # type: ignore[no-untyped-def]
    asked = "Are a and b the same?"
    assert judge(sample_size, asked, two_groups(20), "RUN_TTEST response=y group=g") == ["warning"]
