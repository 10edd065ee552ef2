"""The chain: whatever is changed, dropped or moved is found, and the first altered record is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havoc_pipeline.errors import TraceError
from havoc_pipeline.record.trace import read_trace, write_trace

ENTRIES = [
    ("header", {"format": 1}),
    ("question", {"text": "wie fest? °C"}),
    ("answer", {"values": [1.5, 2e-300, None]}),
]
DURING = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trace.jsonl"


def test_it_reads_back_what_was_written(path: Path) -> None:
    write_trace(path, ENTRIES)
    assert [(record.kind, record.data) for record in read_trace(path)] == ENTRIES


def test_a_case_holds_header_data_stages_and_answer(trace: Path) -> None:
    records = read_trace(trace)
    assert [r.kind for r in records] == ["header", "question", "data", "profile", "stage", "stage", "answer"]
    header, data = records[0].data, records[2].data
    assert (header["user"], header["seed"], header["model"]) == ("anna", 7, "test")
    assert data["file"] == "bond.csv"
    assert data["rows"] == 40
    assert set(data["columns"]) == {"force", "resin"}


@DURING
@given(data=st.data())
def test_any_changed_byte_is_found(path: Path, data: st.DataObject) -> None:
    write_trace(path, ENTRIES)
    raw = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    with pytest.raises(TraceError):
        read_trace(path)


@DURING
@given(data=st.data())
def test_anything_cut_off_or_put_in_is_found(path: Path, data: st.DataObject) -> None:
    write_trace(path, ENTRIES)
    raw = path.read_bytes()
    place = data.draw(st.integers(0, len(raw) - 1))
    put_in = data.draw(st.binary(min_size=1, max_size=3))
    for changed in (raw[:place], raw[:place] + put_in + raw[place:]):
        path.write_bytes(changed)
        with pytest.raises(TraceError):
            read_trace(path)


@pytest.mark.parametrize("dropped", range(4))
def test_a_dropped_record_is_found(path: Path, dropped: int) -> None:
    write_trace(path, ENTRIES)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:dropped] + lines[dropped + 1 :]))
    with pytest.raises(TraceError, match=f"record {dropped + 1} " if dropped < 3 else "no closing record"):
        read_trace(path)


def test_the_first_altered_record_is_named(path: Path) -> None:
    write_trace(path, ENTRIES)
    path.write_bytes(path.read_bytes().replace(b"fest", b"lose"))
    with pytest.raises(TraceError, match=r"record 2 \(question\) of trace\.jsonl was altered"):
        read_trace(path)


def test_spaces_alone_are_a_change(path: Path) -> None:
    write_trace(path, ENTRIES)
    lines = [json.dumps(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(TraceError, match="record 1"):
        read_trace(path)


def test_a_trace_written_anew_has_another_seal(path: Path) -> None:
    seal = write_trace(path, ENTRIES)
    read_trace(path, seal)
    write_trace(path, ENTRIES[:2])
    read_trace(path)
    with pytest.raises(TraceError, match="written anew"):
        read_trace(path, seal)
