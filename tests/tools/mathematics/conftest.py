"""Fixtures of the mathematics tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from havoc_pipeline.dsl.execute import execute
from havoc_pipeline.dsl.parse import parse_plan
from havoc_pipeline.tools.mathematics.algebra.desk import desk


@pytest.fixture(scope="session", autouse=True)
def end_the_worker() -> Iterator[None]:
    """End the algebra worker with the session."""
    yield
    desk().close()


@pytest.fixture
def run() -> Callable[[str], Any]:
    """Run one command of the DSL and give its result."""
    return lambda text: execute(parse_plan(text), None)[0].result  # type: ignore[arg-type]
