"""Replay agrees with itself, finds a changed number, and refuses changed data."""

from __future__ import annotations

from pathlib import Path

import pytest

from havoc_pipeline.errors import TraceError
from havoc_pipeline.programs.case import Case
from havoc_pipeline.record import chronicle
from havoc_pipeline.record.chronicle import entries
from havoc_pipeline.record.replay import replay
from havoc_pipeline.record.trace import write_trace
from havoc_pipeline.tables import Table


def with_value(case: Case, name: str, factor: float) -> Case:
    """The case with one number of its first result multiplied."""
    assert case.answer is not None
    first, *rest = case.answer.results
    value = first.values[name]
    assert value is not None
    changed = first.model_copy(update={"values": first.values | {name: value * factor}})
    case.answer = case.answer.model_copy(update={"results": (changed, *rest)})
    return case


def test_every_number_agrees(trace: Path) -> None:
    found = replay(trace)
    assert found.agrees
    assert found.exact
    assert found.compared > 60
    assert found.commands[0].startswith("RUN_TTEST")


def test_data_given_elsewhere_or_as_a_table(trace: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    moved = data.rename(tmp_path / "else" / "other.csv")
    assert replay(trace, moved).agrees
    assert replay(trace, Table.read(moved)).agrees
    with pytest.raises(TraceError, match=r"bond\.csv is neither beside the trace nor here"):
        replay(trace)


def test_a_number_that_differs_is_named(case: Case, trace: Path) -> None:
    write_trace(trace, entries(with_value(case, "p_value", 1 + 1e-12)))
    found = replay(trace)
    assert [d.name for d in found.disagreements] == ["r1.p_value"]
    assert "was" in str(found.disagreements[0])


@pytest.mark.parametrize(("factor", "agrees"), [(1 + 1e-12, True), (1 + 1e-6, False)])
def test_other_versions_may_differ_within_the_tolerance(
    case: Case, trace: Path, monkeypatch: pytest.MonkeyPatch, factor: float, agrees: bool
) -> None:
    write_trace(trace, entries(with_value(case, "p_value", factor)))
    monkeypatch.setattr(chronicle, "versions", lambda: {"numpy": "0.1"})
    found = replay(trace)
    assert found.agrees is agrees
    assert not found.exact
    assert found.changed_versions["numpy"][1] == "0.1"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (",old", ",olds", "column `resin` holds other values"), ("force,", "pull,", "column `force` is missing"),
        ("force,resin\n", "force,resin\n22.0,old\n", "41 rows instead of 40"),
        ("\n", "\r\n", "bytes differ although every column reads the same"),
    ],
)  # fmt: skip
def test_changed_data_are_refused(trace: Path, data: Path, old: str, new: str, told: str) -> None:
    data.write_bytes(data.read_text(encoding="utf-8").replace(old, new).encode())
    with pytest.raises(TraceError, match=told):
        replay(trace)
