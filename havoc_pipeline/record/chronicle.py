"""What of a case goes into its trace, and in which order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from havoc_pipeline.errors import TraceError
from havoc_pipeline.record.fingerprint import fingerprint
from havoc_pipeline.record.trace import FORMAT

if TYPE_CHECKING:
    from havoc_pipeline.programs.case import Case
    from havoc_pipeline.tables import Table

LIBRARIES = ("numpy", "scipy", "sympy", "statsmodels", "torch", "dspy")


def entries(case: Case, *, user: str | None = None, seed: int | None = None) -> Iterator[tuple[str, Any]]:
    """The records of a case in order: header, question, data, profile, every stage, answer.

    Parameters
    ----------
    case : Case
        With its answer.
    user : str, optional
        Who asked; nothing is recorded about the user otherwise.
    seed : int, optional
        Seed in force, where anything was random.

    Raises
    ------
    TraceError
        When the case has no answer yet.
    """
    if case.answer is None:
        raise TraceError("the question has no answer yet; a trace is written when all stages are done")
    yield "header", _header(case, user, seed)
    yield "question", {"text": case.question}
    if case.table is not None:
        yield "data", fingerprint(case.table)
        yield "profile", _profile(case.table)
    for record in case.journal:
        yield "stage", record.as_json()
    yield "answer", case.answer.model_dump(mode="json")


def _header(case: Case, user: str | None, seed: int | None) -> dict[str, Any]:
    conventions: dict[str, str] = {}
    for done in case.tool_results:
        conventions |= {f"{done.command.name}: {key}": text for key, text in done.result.conventions.items()}
    return {
        "format": FORMAT, "versions": versions(), "conventions": conventions, "model": case.model, "seed": seed, "user": user
    }  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of HAVOC, Python, and the libraries that are installed."""
    from havoc_pipeline import __version__

    own = {"havoc": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    return own | {name: found for name in LIBRARIES if (found := _version_of(name)) is not None}


def _version_of(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _profile(table: Table) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(table.profile)
