"""The trace: JSON Lines, each record with the hash of the one before, the last one closing the file."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from havoc_pipeline.errors import TraceError
from havoc_pipeline.record.canonical import FIRST, canonical, digest, storable

FORMAT = 1
"""Version of the format, in the header of every trace."""
END = "end"
FIELDS = {"kind", "time", "data", "previous", "hash"}


@dataclass(frozen=True)
class Record:
    """One line of a trace: `hash` covers the other fields, `previous` the record before."""

    kind: str
    time: str
    data: Any
    previous: str
    hash: str


def write_trace(path: str | PathLike[str], entries: Iterable[tuple[str, Any]]) -> str:
    """Write a trace; the file appears whole or not at all.

    Parameters
    ----------
    path : path
        A file there already is replaced.
    entries : iterable of (kind, data)
        In order, as `record.chronicle.entries` gives them; data as JSON takes it.

    Returns
    -------
    str
        Hash of the closing record; kept elsewhere, it also shows a trace that was written anew.

    Raises
    ------
    TraceError
        When the file cannot be written.
    """
    records = list(_chain(entries))
    lines = "".join(canonical(asdict(record)) + "\n" for record in records)
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(lines.encode("utf-8", "surrogatepass"))
        os.replace(part, target)
    except OSError as error:
        raise TraceError(f"the trace {target} cannot be written ({error.strerror}); choose another place") from None
    return records[-1].hash


def read_trace(path: str | PathLike[str], seal: str | None = None) -> list[Record]:
    """Read a trace and verify its chain.

    Parameters
    ----------
    path : path
    seal : str, optional
        What `write_trace` returned, when it was kept.

    Returns
    -------
    list of Record
        All but the closing one.

    Raises
    ------
    TraceError
        When the file cannot be read, was cut short, or any byte differs; the sentence names the
        first altered record.
    """
    source = Path(path)
    try:
        raw = source.read_bytes()
    except OSError as error:
        raise TraceError(f"the trace {source} cannot be read ({error.strerror}); check the path") from None
    records = _verified(raw, source.name)
    _check_end(records, source.name, seal)
    return records[:-1]


def _chain(entries: Iterable[tuple[str, Any]]) -> Iterator[Record]:
    previous, written = FIRST, 0
    for kind, data in entries:
        record = _sealed(kind, data, previous)
        previous, written = record.hash, written + 1
        yield record
    yield _sealed(END, {"records": written}, previous)


def _sealed(kind: str, data: Any, previous: str) -> Record:
    time = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    held = storable(data)
    return Record(kind, time, held, previous, digest(kind, time, held, previous))


def _verified(raw: bytes, name: str) -> list[Record]:
    if not raw.endswith(b"\n"):
        raise TraceError(f"{name} ends in the middle of a record; it was cut short or altered")
    records, previous = list[Record](), FIRST
    for number, line in enumerate(raw[:-1].split(b"\n"), 1):
        record = _parsed(line)
        if record is None or record.previous != previous or not _intact(record, line):
            kind = f" ({record.kind})" if record is not None else ""
            raise TraceError(f"record {number}{kind} of {name} was altered since it was written")
        records.append(record)
        previous = record.hash
    return records


def _parsed(line: bytes) -> Record | None:
    try:
        found = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or set(found) != FIELDS:
        return None
    texts = all(isinstance(found[key], str) for key in FIELDS - {"data"})
    return Record(**found) if texts else None


def _intact(record: Record, line: bytes) -> bool:
    """Whether the hash is the content's, and the line the very bytes that were written."""
    try:
        written = canonical(asdict(record)).encode("utf-8", "surrogatepass")
        return written == line and record.hash == digest(record.kind, record.time, record.data, record.previous)
    except ValueError:
        return False


def _check_end(records: list[Record], name: str, seal: str | None) -> None:
    last = records[-1]
    if last.kind != END or last.data != {"records": len(records) - 1}:
        raise TraceError(f"{name} has no closing record; records after {len(records)} ({last.kind}) are gone")
    if seal is not None and last.hash != seal:
        raise TraceError(f"{name} is a whole trace, but not the one with the seal {seal[:12]}…; it was written anew")
