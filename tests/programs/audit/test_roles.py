"""Columns that stand where they do not belong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from havoc_pipeline.programs.audit.roles import roles
from havoc_pipeline.tables import Table
from havoc_pipeline.tools import registry
from havoc_pipeline.tools.result import Result
from havoc_pipeline.tools.samples import Factor, Numeric

RNG = np.random.default_rng(4)
TABLE = Table.from_columns(
    {"gap": RNG.normal(5, 1, 24).round(3), "std": RNG.normal(5, 1, 24).round(3), "who": list("abc") * 8,
     "item": [f"p{i % 8}" for i in range(24)], "seq": list(range(1, 25))}, name="t",
)  # fmt: skip
ROLES: dict[str, Any] = {
    "gap": {"measurement": 0.9}, "std": {"reference": 0.9}, "who": {"operator": 0.9}, "item": {"part": 0.9},
    "seq": {"run_order": 0.9},
}  # fmt: skip


def gauge(table: Any, value: Numeric, operator: Factor, part: Factor) -> Result:
    """Judge a gauge.

    Parameters
    ----------
    value : column
        Readings.
    operator, part : column
        Who measured what.

    In words
    --------
    Compare readings

    Example
    -------
    GAUGE_OF_THE_TEST value=gap operator=who part=item
    """
    return Result(decision="informative", statement="done")


@pytest.fixture
def gauge_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command with operators and parts, for this test alone."""
    monkeypatch.setattr(registry, "_tools", dict(registry._tools))
    registry.tool("GAUGE_OF_THE_TEST", family="describe")(gauge)


@pytest.mark.parametrize(
    ("operator", "part", "expected"), [("item", "who", ["failure", "failure"]), ("who", "item", [])]
)
@pytest.mark.usefixtures("gauge_command")
def test_operators_and_parts_swapped(judge, operator: str, part: str, expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    command = f"GAUGE_OF_THE_TEST value=gap operator={operator} part={part}"
    assert judge(roles, "Is the gauge fit?", TABLE, command, roles=ROLES) == expected


def test_a_reference_is_no_reading(judge) -> None:  # type: ignore[no-untyped-def]
    asked = "Do the inspectors differ in their readings?"
    assert judge(roles, asked, TABLE, "RUN_ANOVA response=std factor=who", roles=ROLES) == ["failure"]
    assert judge(roles, asked, TABLE, "RUN_ANOVA response=gap factor=who", roles=ROLES) == []


def test_run_order_as_a_predictor_unless_named(judge) -> None:  # type: ignore[no-untyped-def]
    command = "FIT_REGRESSION response=gap predictors=[std, seq]"
    assert judge(roles, "What drives the gap?", TABLE, command, roles=ROLES) == ["warning"]
    assert judge(roles, "Does seq drive the gap?", TABLE, command, roles=ROLES) == []
