"""Methods over the wrong kind of data, each beside its clean counterpart."""

from __future__ import annotations

import numpy as np
import pytest

from havoc_pipeline.programs.audit.method_fits_data import method_fits_data
from havoc_pipeline.tables import Table

RNG = np.random.default_rng(5)
N = 40
TABLE = Table.from_columns(
    {
        "strength": RNG.normal(50, 2, N).round(3), "group": ["a", "b"] * (N // 2), "temp": RNG.normal(80, 5, N).round(2),
        "leak": RNG.permutation([0, 1] * (N // 2)), "flaws": RNG.permutation([0, 1, 2, 1] * (N // 4)),
        "rating": RNG.permutation([1, 2, 3, 4, 5] * (N // 5)), "defects": RNG.poisson(20, N),
        "dose": [0.5, 1.5, 2.5, 3.5] * (N // 4), "setting": [i if i < 30 else 30 for i in range(N)],
    }, name="t",
)  # fmt: skip


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("RUN_TTEST response=leak group=group", ["failure"]),
        ("RUN_TTEST response=flaws group=group", ["warning"]),
        ("RUN_TTEST response=strength group=group", []),
        ("RUN_TTEST response=defects group=group", []),
        ("RUN_ANOVA response=rating factor=group", ["warning"]),
        ("RUN_CORRELATION x=rating y=strength", ["warning"]),
        ("RUN_CORRELATION x=rating y=strength method=spearman", []),
        ("RUN_CORRELATION x=leak y=strength", ["warning"]),
        ("RUN_CORRELATION x=temp y=strength", []),
        ("RUN_CHI2 row=dose column=group", ["failure"]),
        ("RUN_CHI2 row=leak column=group", []),
        ("RUN_ANOVA response=strength factor=setting", ["failure"]),
        ("RUN_ANOVA response=strength factor=group", []),
    ],
)
def test_kinds(judge, command: str, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert judge(method_fits_data, "What is there?", TABLE, command) == expected
