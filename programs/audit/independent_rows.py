"""Rule: rows that belong together, as pairs or as neighbours in time, are not tested as independent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from havoc_pipeline.dsl.execute import ToolResult
from havoc_pipeline.programs.audit.evidence import Evidence, columns_of, issue
from havoc_pipeline.programs.audit.method_fits_data import RULE
from havoc_pipeline.signatures.types import AuditIssue
from havoc_pipeline.tables import Column, Table
from havoc_pipeline.tools.assumptions import autocorrelation

TESTS = frozenset({"RUN_TTEST", "RUN_ANOVA", "COMPARE_VARIANCES"})
FEWEST = 20
"""Rows from which a correlation of neighbours can be told from chance."""
LIMIT = 3.29
"""Standard errors of a correlation of neighbours (two-sided 0.1%): the tools have tested it already."""


def independent_rows(evidence: Evidence) -> Iterator[AuditIssue]:
    """A failure on pairs that are tested as two samples, a warning on dependence in time order."""
    for done in evidence.results:
        if evidence.table is not None and done.command.name in TESTS:
            yield from _pairs(evidence, done, evidence.table)
            yield from _neighbours(evidence, done, evidence.table)


def _pairs(evidence: Evidence, done: ToolResult, table: Table) -> Iterator[AuditIssue]:
    if done.command.name != "RUN_TTEST":
        return
    columns = columns_of(done.command, "response", table)
    headers = {column.header for column in columns}
    if len(headers) == 2 and any(b.kind == "pair" and set(b.headers) == headers for b in table.profile.blocks):
        yield issue(RULE, "failure", f"{' and '.join(f'`{c.header}`' for c in columns)} are two readings of each item and "
                    "were tested as two samples", "use before= and after=")  # fmt: skip
    for group in columns_of(done.command, "group", table):
        item = _item_in_both(evidence, group, done, table)
        if item is not None:
            yield issue(RULE, "warning", f"each `{item}` was measured once in each of the two groups of `{group.header}`, so "
                        "the readings are pairs", "bring the two readings into columns, then before= and after=")  # fmt: skip


def _item_in_both(evidence: Evidence, group: Column, done: ToolResult, table: Table) -> str | None:
    """A column of items of which each stands exactly once in both groups."""
    groups = group.labels[done.rows]
    for column in table.columns:
        if column is group or not evidence.plays(column.header, "part", "identifier", "before", "after"):
            continue
        items = column.labels[done.rows]
        pairs = {(item, level) for item, level in zip(items, groups, strict=True) if item is not None}
        if len(pairs) == len(items) == 2 * len(set(items)) and len(set(groups)) == 2:
            return column.header
    return None


def _neighbours(evidence: Evidence, done: ToolResult, table: Table) -> Iterator[AuditIssue]:
    """Dependence in time order that the tool, which sees the order of the rows, did not report."""
    told = any(f.check == "independence" and f.status in ("warn", "fail") for f in done.result.findings)
    response, times = columns_of(done.command, "response", table), _times(evidence, table)
    if told or not times or len(response) != 1 or not response[0].is_numeric or done.command.by is not None:
        return
    values = _residuals(done, response[0], table)
    order = np.argsort(_keys(times[0])[done.rows], kind="stable")
    ordered = values[order][np.isfinite(values[order])]
    if ordered.size < FEWEST or _in_order(times[0], done):
        return
    r1, limit = autocorrelation(ordered), LIMIT / math.sqrt(ordered.size)
    if r1 > limit:
        yield issue(RULE, "warning", f"in the order of `{times[0].header}` successive values of `{response[0].header}` "
                    f"correlate {r1:.2f} (limit {limit:.2f}), so the rows are not independent",
                    "look at a chart over time before comparing, or model the dependence")  # fmt: skip


def _times(evidence: Evidence, table: Table) -> list[Column]:
    """Columns that order the rows in time; one that repeats for whole blocks orders nothing."""
    dated = [c for c in table.columns if c.kind in ("date", "order") or evidence.plays(c.header, "run_order", "time")]
    ordering = [c for c in dated if c.kind == "date" or c.is_numeric]
    return [c for c in ordering if c.distinct == table.n_rows and not c.missing]


def _keys(column: Column) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return column.dates.astype(np.float64) if column.kind == "date" else column.numbers


def _in_order(column: Column, done: ToolResult) -> bool:
    """Whether the rows stand in time order already, so that the tool has seen it."""
    return all(a <= b for a, b in pairwise(_keys(column)[done.rows].tolist()))


def _residuals(done: ToolResult, response: Column, table: Table) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Values less the mean of their group."""
    values = response.numbers[done.rows].astype(np.float64)
    factors = [c for name in ("group", "factor") for c in columns_of(done.command, name, table)]
    keys = list(zip(*(c.labels[done.rows] for c in factors), strict=True)) if factors else [()] * values.size
    for key in set(keys):
        here = np.array([other == key for other in keys], dtype=bool)
        known = here & np.isfinite(values)
        values[here] -= values[known].mean() if known.any() else 0.0
    return values
