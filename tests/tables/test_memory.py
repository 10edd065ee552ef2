"""What a large table needs, held against peaks that were measured, and how a limit is told."""

from pathlib import Path

import pytest

from havoc_pipeline.errors import TableError
from havoc_pipeline.tables import memory
from havoc_pipeline.tables.memory import GIB, needed_bytes, require_memory

MEASURED = [
    (0.020e9, 2.0e6, 2.0e6, 0.57), (0.024e9, 2.4e6, 0.03e6, 0.37), (0.020e9, 10e6, 1e6, 0.62),
    (0.200e9, 20e6, 2.5e6, 1.27), (0.600e9, 60e6, 7.5e6, 3.24), (2.000e9, 200e6, 25e6, 10.48),
]  # fmt: skip
"""Bytes, cells, rows and the peak in GiB of `havoc ask` (of `havoc run RUN_TTEST` from 600 MB on), one processor."""


@pytest.mark.parametrize(("text", "cells", "rows", "peak"), MEASURED)
def test_the_estimate_is_near_the_measured_peak(text: float, cells: float, rows: float, peak: float) -> None:
    assert 0.93 < needed_bytes(text, cells, rows) / GIB / peak < 1.15


def test_a_table_that_does_not_fit_is_told_with_value_limit_and_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda: 8 * GIB)
    with pytest.raises(
        TableError, match=r"b.csv needs about 11.2 GiB .*2 GB, 200 million cells.* 8.0 GiB is free; keep"
    ):
        require_memory(Path("b.csv"), 2e9, 2e8, 2.5e7)
    require_memory(Path("b.csv"), 1e9, 1e8, 1.25e7)


def test_the_variable_overrules_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda: 0)
    monkeypatch.delenv(memory.LIMIT, raising=False)
    with pytest.raises(TableError):
        require_memory(Path("b.csv"), 2e9, 2e8, 2.5e7)
    monkeypatch.setenv(memory.LIMIT, "12")
    require_memory(Path("b.csv"), 2e9, 2e8, 2.5e7)


@pytest.mark.parametrize("told", ["x", "-1", "nan", "inf", "0"])
def test_a_variable_that_is_no_amount_is_refused(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(memory.LIMIT, told)
    with pytest.raises(TableError, match="set it to the GiB"):
        require_memory(Path("b.csv"), 1, 1, 1)


def test_a_container_s_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    assert memory.free_bytes() > 2**20
    (tmp_path / "memory.max").write_text("1000000\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("700000\n", encoding="ascii")
    (tmp_path / "memory.stat").write_text("anon 600000\ninactive_file 50000\n", encoding="ascii")
    assert memory._left_to_container() == 350_000
