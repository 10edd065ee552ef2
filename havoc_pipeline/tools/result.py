"""What every tool returns: a frozen result with named numbers, findings, tables and a figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Status = Literal["pass", "warn", "fail", "note"]
Decision = Literal["supported", "not supported", "inconclusive", "informative"]


@dataclass(frozen=True)
class Finding:
    """One check of an assumption or a circumstance that bears on the result.

    Attributes
    ----------
    check : str
        Name of what was checked, in the field's words: `normality`, `equal variances`, `stability`.
    status : {"pass", "warn", "fail", "note"}
        `fail` means that the conclusion does not stand on this method; `warn` that it is weakened.
    statement : str
        What was found and what it means, in one sentence; numbers are already in it.
    statistic, p_value, threshold : float or None
        What was computed and what it was held against.
    reference : str
        Standard, paper or book section that the check follows.
    mend : str
        What to do about it; empty when there is nothing to do.
    """

    check: str
    status: Status
    statement: str
    statistic: float | None = None
    p_value: float | None = None
    threshold: float | None = None
    reference: str = ""
    mend: str = ""


@dataclass(frozen=True)
class ResultTable:
    """A table to show: `rows` hold str, int or float cells, one for each of `columns`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Provenance:
    """Where a number came from: tool and library versions, data, filter, conventions in force."""

    command: str
    fingerprint: str
    rows_used: int
    rows_total: int
    versions: Mapping[str, str]
    conventions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of all results: subclasses add one field a number, with the field's standard name.

    Every int and float field is a named value that an answer may refer to; `series` holds columns
    that a later command may use (`r1.residuals`), each with one value for each row in use.
    """

    decision: Decision
    statement: str
    """The finding in one sentence; numbers stand as `{name}` and are filled in by the renderer."""
    findings: tuple[Finding, ...] = ()
    tables: tuple[ResultTable, ...] = ()
    conventions: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    extra: Mapping[str, float] = field(default_factory=dict)
    """Named values whose number depends on the data (one a group, one a coefficient)."""
    series: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict, repr=False)
    provenance: Provenance | None = None

    @property
    def values(self) -> dict[str, float]:
        """Every number of the result by name."""
        return dict(self._numbers()) | dict(self.extra)

    def _numbers(self) -> Iterator[tuple[str, float]]:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, bool) or not isinstance(value, int | float | np.floating):
                continue
            yield entry.name, float(value) if isinstance(value, np.floating) else value

    def figure(self) -> Figure | None:
        """Draw the result; None when there is nothing worth drawing."""
        return None


def slug(text: str) -> str:
    """A level or term as a value's name may carry it: `Machine 3` becomes `machine_3`."""
    kept = "".join(c.lower() if c.isalnum() else "_" for c in _signed(text.strip()))
    return "_".join(part for part in kept.split("_") if part) or "value"


def slugs(texts: Iterable[str]) -> list[str]:
    """Slugs of several levels or terms, each different: a repeated one gets a number, `a`, `a_2`."""
    found: list[str] = []
    for base in map(slug, texts):
        again = (f"{base}_{count}" for count in range(2, len(found) + 3))
        found.append(base if base not in found else next(s for s in again if s not in found))
    return found


def literal(name: str) -> str:
    """A name of a column or level as a statement carries it: braces doubled."""
    return name.replace("{", "{{").replace("}", "}}")


def format_number(name: str, value: float) -> str:
    """Write a named value as a reader expects it: p-values, counts, percentages, four digits else."""
    if isinstance(value, float) and math.isnan(value):
        return "not available"
    if math.isinf(value):
        return "infinity" if value > 0 else "minus infinity"
    if name.startswith("p_value") or name.endswith("_p_value"):
        return "< 0.001" if value < 0.001 else f"{value:z.3f}"
    if name.endswith("_percent"):
        return f"{value:z.3g}%"
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value)}"
    return f"{value:z.4g}" if abs(value) < 1e4 else f"{value:,.6g}"


def _signed(text: str) -> str:
    """Levels that differ only by sign (`-1` and `1`, `-` and `+`) stay apart."""
    if text[:1] in ("-", "−") and (len(text) == 1 or text[1].isdigit()):
        return f"minus {text[1:]}"
    return "plus" if text == "+" else text
