"""Replay: run a trace's commands over its data again, and compare every number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havoc_pipeline.errors import HavocError, TraceError
from havoc_pipeline.record.fingerprint import differences
from havoc_pipeline.record.trace import FORMAT, Record, read_trace
from havoc_pipeline.tables import Table

if TYPE_CHECKING:
    from havoc_pipeline.signatures.types import Answer

TOLERANCE = 1e-9
"""Relative difference that other versions of the libraries may make; with the same ones, none."""
COMPUTING = ("havoc", "numpy", "scipy", "sympy", "statsmodels")
Numbers = dict[str, float | None]


@dataclass(frozen=True)
class Disagreement:
    """A number that came out differently; None where there was or is no finite number."""

    name: str
    recorded: float | None
    recomputed: float | None

    def __str__(self) -> str:
        return f"{self.name} was {_shown(self.recorded)} and is now {_shown(self.recomputed)}"


@dataclass(frozen=True)
class Replay:
    """What a replay found.

    Attributes
    ----------
    commands : tuple of str
    compared : int
        How many numbers were compared.
    disagreements : tuple of Disagreement
    exact : bool
        Whether the numbers had to agree to the last bit, since the same versions computed them.
    changed_versions : mapping of str to (str, str)
        Version then and now of each library that changed.
    """

    commands: tuple[str, ...]
    compared: int
    disagreements: tuple[Disagreement, ...]
    exact: bool
    changed_versions: Mapping[str, tuple[str, str]]

    @property
    def agrees(self) -> bool:
        """Whether every number still agrees."""
        return not self.disagreements


def replay(path: str | PathLike[str], data: str | PathLike[str] | Table | None = None) -> Replay:
    """Recompute a trace.

    Parameters
    ----------
    path : path
        The trace.
    data : path or Table, optional
        The data; looked for by its name beside the trace and in the working folder when left out.

    Returns
    -------
    Replay

    Raises
    ------
    TraceError
        When the trace was altered, its data are not found or differ, or a command no longer runs.
    """
    records = read_trace(path)
    header = _only(records, "header")
    if header.get("format") != FORMAT:
        raise TraceError(f"the trace has format {header.get('format')}, and this version reads {FORMAT}")
    answer = _answer(records)
    commands = tuple(step.command.text for step in answer.plan.steps) if answer.status == "answered" else ()
    table = _data(records, Path(path), data)
    changed = _changed(header.get("versions", {}))
    then, now = _recorded(answer), _recomputed(commands, table)
    disagreements = tuple(_disagreements(then, now, exact=not changed))
    return Replay(commands, len(then.keys() | now.keys()), disagreements, not changed, changed)


def _only(records: Sequence[Record], kind: str) -> dict[str, Any]:
    found = [record.data for record in records if record.kind == kind]
    if len(found) != 1 or not isinstance(found[0], dict):
        raise TraceError(f"the trace holds {len(found)} records of the kind {kind}; it must hold one")
    return found[0]


def _answer(records: Sequence[Record]) -> Answer:
    from pydantic import ValidationError

    from havoc_pipeline.signatures.types import Answer

    try:
        return Answer.model_validate(_only(records, "answer"))
    except ValidationError as error:
        raise TraceError(f"the answer of the trace has another form than this version's ({error.error_count()} "
                         "fields); replay it with the version in its header") from None  # fmt: skip


def _data(records: Sequence[Record], trace: Path, data: str | PathLike[str] | Table | None) -> Table | None:
    if not any(record.kind == "data" for record in records):
        return None
    recorded = _only(records, "data")
    table = data if isinstance(data, Table) else Table.read(_found(recorded, trace, data))
    told = differences(recorded, table)
    if told:
        raise TraceError(f"the data are not those of the trace: {'; '.join(told[:6])}; give the file as it was then")
    return table


def _found(recorded: Mapping[str, Any], trace: Path, data: str | PathLike[str] | None) -> Path:
    if data is not None:
        return Path(data)
    name = recorded["file"]
    if name is None:
        raise TraceError(
            f"the data `{recorded['name']}` were made in Python, not read from a file; give them with data="
        )
    for place in (trace.parent / name, Path(name)):
        if place.is_file():
            return place
    raise TraceError(f"the data file {name} is neither beside the trace nor here; give it with --data FILE")


def _changed(then: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    from havoc_pipeline.record.chronicle import versions

    now = versions()
    found = {name: (then.get(name, "none"), now.get(name, "none")) for name in COMPUTING}
    return {name: (before, after) for name, (before, after) in found.items() if before != after}


def _recorded(answer: Answer) -> Numbers:
    return dict(_numbers(answer.results, answer.findings))


def _recomputed(commands: Sequence[str], table: Table | None) -> Numbers:
    from havoc_pipeline.dsl.execute import execute
    from havoc_pipeline.dsl.parse import parse_command
    from havoc_pipeline.programs.views import executed

    if not commands:
        return {}
    try:
        done = executed(execute([parse_command(text) for text in commands], table))
    except HavocError as error:
        raise TraceError(f"a command of the trace no longer runs: {error}") from None
    return dict(_numbers(done.results, done.findings))


def _numbers(results: Sequence[Any], findings: Sequence[Any]) -> Iterator[tuple[str, float | None]]:
    """Every number by name: values, cells of tables, and what the checks computed."""
    for result in results:
        yield from ((f"{result.name}.{name}", value) for name, value in result.values.items())
        for place, table in enumerate(result.tables, 1):
            for row, cells in enumerate(table.rows, 1):
                for column, (title, cell) in enumerate(zip(table.columns, cells, strict=True), 1):
                    if isinstance(cell, int | float):
                        yield f"{result.name}.table{place}[{row},{column}] {title}", cell
    for finding in findings:
        for name in ("statistic", "p_value", "threshold"):
            yield f"{finding.id}.{name}", getattr(finding, name)


def _disagreements(then: Numbers, now: Numbers, *, exact: bool) -> Iterator[Disagreement]:
    for name in sorted(then.keys() | now.keys()):
        recorded, recomputed = then.get(name), now.get(name)
        if (name in then) != (name in now) or not _agree(recorded, recomputed, exact=exact):
            yield Disagreement(name, recorded, recomputed)


def _agree(one: float | None, other: float | None, *, exact: bool) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or (not exact and math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-300))


def _shown(value: float | None) -> str:
    return "not there" if value is None else f"{value!r}"
