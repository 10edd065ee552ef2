"""`havoc replay` and `havoc ask --trace`: the record on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havoc_pipeline.cli.terminal import show, style
from havoc_pipeline.reports.text import listing

if TYPE_CHECKING:
    from havoc_pipeline.programs.case import Case

DISAGREES = 1


def replay_trace(file: Path, data: Path | None) -> int:
    """Compute a trace anew and report every number that differs.

    Returns
    -------
    int
        0 when all agree, 1 when a number does not.

    Raises
    ------
    TraceError
        When the trace was altered, or the data are not those it was made from.
    """
    from havoc_pipeline.record import replay

    done = replay(file, data)
    versions = [f"{name} {then} then, {now} now" for name, (then, now) in done.changed_versions.items()]
    if done.agrees:
        show(f"{done.compared} numbers of {file} computed anew: every one agrees")
    else:
        title = f"{len(done.disagreements)} of {done.compared} numbers of {file} no longer agree"
        show(listing(title, map(str, done.disagreements), style()))
    if versions:
        show(listing("Versions that changed", versions, style()))
    return 0 if done.agrees else DISAGREES


def keep_trace(file: Path, case: Case) -> None:
    """Write the whole reasoning on one question.

    Raises
    ------
    TraceError
        When the file cannot be written.
    """
    from havoc_pipeline.record import write_trace
    from havoc_pipeline.record.chronicle import entries

    write_trace(file, entries(case))
